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
 * Sends the outbox now, as the task each minute does.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

use local_rocket\admin\queue;
use local_rocket\outbox;
use local_rocket\sender;

[$options, $unknown] = cli_get_params(['help' => false, 'until-empty' => false], ['h' => 'help']);
if ($unknown) {
    cli_error(get_string('cliunknowoption', 'admin', implode(' ', $unknown)), 2);
}
if ($options['help']) {
    cli_writeln(get_string('cli_send', 'local_rocket'));
    exit(0);
}
if (get_config('local_rocket', 'paused')) {
    cli_error(get_string('away_paused', 'local_rocket'));
}
['sent' => $sent, 'stopped' => $stopped] = (new sender())->run($options['until-empty'] ? PHP_INT_MAX : time() + MINSECS);
cli_writeln(get_string('sentevents', 'local_rocket', $sent));
cli_writeln(get_string('cli_sendleft', 'local_rocket', queue::count([outbox::CAPTURED, outbox::READY])));
if ($stopped !== null) {
    cli_error($stopped);
}
