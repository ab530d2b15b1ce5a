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
 * Accounts that were deleted, merged or are to be erased: what waits for a person, and what is still to be told.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

use local_rocket\lifecycle_brake;
use local_rocket\request_sender;

[$options, $unknown] = cli_get_params(
    ['help' => false, 'list' => false, 'release' => '', 'cancel' => '', 'run' => false],
    ['h' => 'help']
);
if ($unknown) {
    cli_error(get_string('cliunknowoption', 'admin', implode(' ', $unknown)), 2);
}
$chosen = array_keys(array_filter(['list' => $options['list'], 'release' => $options['release'], 'cancel' => $options['cancel'],
    'run' => $options['run']]));
if ($options['help'] || count($chosen) !== 1) {
    cli_writeln(get_string('cli_lifecycle', 'local_rocket'));
    exit($options['help'] ? 0 : 2);
}

/**
 * Reads a list of ids.
 *
 * @param string|bool $text `all`, or numbers separated by commas
 * @return int[]
 */
function local_rocket_cli_ids($text): array {
    if ($text === 'all') {
        return array_keys(lifecycle_brake::held());
    }
    if (!is_string($text) || !preg_match('/^\d+(,\d+)*$/', $text)) {
        cli_error(get_string('cli_lifecycleids', 'local_rocket'), 2);
    }
    return array_map('intval', explode(',', $text));
}

switch ($chosen[0]) {
    case 'list':
        foreach (lifecycle_brake::held() as $request) {
            cli_writeln(implode("\t", [
                $request->id,
                get_string('requeststatus_' . $request->status, 'local_rocket'),
                get_string('request_' . $request->kind, 'local_rocket'),
                $request->userid,
                $request->fullname,
                userdate($request->timecreated, get_string('strftimedatetimeshort', 'langconfig')),
                (string)$request->reason,
            ]));
        }
        break;
    case 'release':
        $count = lifecycle_brake::release(local_rocket_cli_ids($options['release']));
        cli_writeln(get_string('lifecyclereleased', 'local_rocket', $count));
        break;
    case 'cancel':
        $count = lifecycle_brake::cancel(local_rocket_cli_ids($options['cancel']));
        cli_writeln(get_string('lifecyclecancelled', 'local_rocket', $count));
        break;
    case 'run':
        ['done' => $done, 'stopped' => $stopped] = (new request_sender())->run();
        cli_writeln(get_string('lifecycledone', 'local_rocket', $done));
        if ($stopped !== null) {
            cli_error($stopped);
        }
        break;
}
