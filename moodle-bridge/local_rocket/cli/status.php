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
 * How everything stands, for monitoring: the exit code is 0 where all is well, 1 where not.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');
require_once($CFG->dirroot . '/local/rocket/lib.php');

use local_rocket\admin\connection;
use local_rocket\admin\text_report;

[$options, $unknown] = cli_get_params(['help' => false, 'json' => false], ['h' => 'help']);
if ($unknown) {
    cli_error(get_string('cliunknowoption', 'admin', implode(' ', $unknown)), 2);
}
if ($options['help']) {
    cli_writeln(get_string('cli_status', 'local_rocket'));
    exit(0);
}

$connection = new connection();
$status = text_report::status($connection, local_rocket_status_checks());
if ($options['json']) {
    cli_writeln(json_encode($status, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));
} else {
    cli_writeln(text_report::connection($connection));
    foreach ($status['queue'] as $name => $count) {
        cli_writeln(text_report::pair(get_string("outbox_$name", 'local_rocket'), (string)$count));
    }
    foreach ($status['checks'] as $check) {
        cli_writeln(text_report::pair($check['name'], $check['status'] . '  ' . $check['summary']));
    }
}
exit($status['ok'] ? 0 : 1);
