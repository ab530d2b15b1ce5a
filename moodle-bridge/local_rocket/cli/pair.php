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
 * Joins this site and a sidecar, for installations by script.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

use local_rocket\sidecar\away;
use local_rocket\sidecar\pairing;
use local_rocket\sidecar\refused;

[$options, $unknown] = cli_get_params(['url' => '', 'code' => '', 'cafile' => null, 'help' => false], ['h' => 'help']);
if ($unknown) {
    cli_error(get_string('cliunknownoption', 'core_admin', implode(' ', $unknown)), 2);
}
if ($options['help'] || $options['url'] === '' || $options['code'] === '') {
    cli_writeln(get_string('cli_pair', 'local_rocket'));
    exit($options['help'] ? 0 : 2);
}
if ($options['cafile'] !== null) {
    set_config('cafile', $options['cafile'], 'local_rocket');
}
try {
    $report = pairing::pair($options['url'], $options['code']);
} catch (away | refused | moodle_exception $e) {
    cli_error($e->getMessage());
}
cli_writeln(get_string('cli_paired', 'local_rocket', (object)$report));
