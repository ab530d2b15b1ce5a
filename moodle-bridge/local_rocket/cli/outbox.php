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
 * Events that were refused: looks at them, sends them again, or gives them up.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

use local_rocket\admin\act;
use local_rocket\admin\outbox_filter;
use local_rocket\admin\queue;
use local_rocket\admin\text_report;
use local_rocket\outbox_desk;

[$options, $unknown] = cli_get_params(
    ['help' => false, 'list' => false, 'status' => 'dead', 'replay' => '', 'drop' => '', 'resend-since' => ''],
    ['h' => 'help']
);
if ($unknown) {
    cli_error(get_string('cliunknowoption', 'admin', implode(' ', $unknown)), 2);
}
$asked = array_intersect_key($options, array_flip(['list', 'replay', 'drop', 'resend-since']));
$chosen = array_keys(array_filter($asked));
$status = array_search($options['status'], queue::NAMES, true);
if ($options['help'] || count($chosen) !== 1 || $status === false) {
    cli_writeln(get_string('cli_outbox', 'local_rocket'));
    exit($options['help'] ? 0 : 2);
}

/**
 * Reads a list of ids.
 *
 * @param string|bool $text `all`, or numbers separated by commas
 * @return int[]|null null: all
 */
function local_rocket_cli_rows($text): ?array {
    if ($text === 'all') {
        return null;
    }
    if (!is_string($text) || !preg_match('/^\d+(,\d+)*$/', $text)) {
        cli_error(get_string('cli_outboxids', 'local_rocket'), 2);
    }
    return array_map('intval', explode(',', $text));
}

try {
    switch ($chosen[0]) {
        case 'list':
            foreach (text_report::outbox(new outbox_filter($status)) as $line) {
                cli_writeln($line);
            }
            break;
        case 'replay':
        case 'drop':
            $count = (new outbox_filter($status))->perform($chosen[0], local_rocket_cli_rows($options[$chosen[0]]));
            cli_writeln(get_string('outbox_changed', 'local_rocket', $count));
            break;
        case 'resend-since':
            cli_writeln(get_string('resent', 'local_rocket', outbox_desk::resend(act::moment((string)$options['resend-since']))));
            break;
    }
} catch (moodle_exception $e) {
    cli_error($e->getMessage());
}
