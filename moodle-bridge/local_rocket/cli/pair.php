<?php
// This file is part of Moodle - http://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <http://www.gnu.org/licenses/>.

/**
 * Pairs this site with a sidecar, for scripted installations, and says how the connection is.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

use local_rocket\admin\connection;
use local_rocket\admin\text_report;
use local_rocket\sidecar\pairing;

[$options, $unknown] = cli_get_params(
    ['help' => false, 'url' => '', 'code' => '', 'cafile' => null],
    ['h' => 'help']
);
if ($unknown) {
    cli_error(get_string('cliunknowoption', 'admin', implode(' ', $unknown)), 2);
}
$given = array_filter([$options['url'], $options['code']], fn($value) => is_string($value) && $value !== '');
if ($options['help'] || count($given) < 2) {
    cli_writeln(get_string('cli_pair', 'local_rocket'));
    exit($options['help'] ? 0 : 2);
}
if (connection::secret_in_config()) {
    cli_error(get_string('secretinconfig', 'local_rocket'));
}
if ($options['cafile'] !== null) {
    if (!is_readable((string)$options['cafile'])) {
        cli_error(get_string('cli_paircafile', 'local_rocket', $options['cafile']), 2);
    }
    set_config('cafile', $options['cafile'], 'local_rocket');
}
try {
    pairing::pair($options['url'], $options['code']);
} catch (moodle_exception $e) {
    cli_error($e->getMessage());
}
cli_writeln(get_string('pairdone', 'local_rocket'));
cli_writeln(text_report::connection(new connection()));
