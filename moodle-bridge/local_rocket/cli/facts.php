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
 * Sends badges and completions that stand, as pairing does: rewards may require them, nobody earns by them.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

[$options, $unknown] = cli_get_params(['help' => false], ['h' => 'help']);
if ($unknown) {
    cli_error(get_string('cliunknownoption', 'core_admin', implode(' ', $unknown)), 2);
}
if ($options['help']) {
    cli_writeln(get_string('cli_facts', 'local_rocket'));
    exit(0);
}

try {
    \local_rocket\sidecar\client::configured();
} catch (\local_rocket\sidecar\away $e) {
    cli_error($e->getMessage());
}
\local_rocket\facts::queue();
cli_writeln(get_string('factsqueued', 'local_rocket'));
