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

namespace local_rocket\external;

use core_external\external_api;
use core_external\external_function_parameters;
use core_external\external_single_structure;
use core_external\external_value;
use local_rocket\account;
use local_rocket\output\account_view;

/**
 * What the block shows, fetched anew: for the page's own script and for the mobile app.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class get_account extends external_api {
    /**
     * Nothing is asked: it is always the session's own account.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([]);
    }

    /**
     * Asks the sidecar and draws the block's content.
     *
     * @return array
     */
    public static function execute(): array {
        global $OUTPUT;
        self::validate_context(\context_system::instance());
        $account = account::of_current_user();
        $shown = (new account_view($account, $account->state(true)))->shown();
        return [
            'known' => $shown['known'],
            'away' => $shown['away'],
            'balance' => $shown['balance'] ?? 0,
            'held' => $shown['held'] ?? 0,
            'html' => $OUTPUT->render_from_template('block_rocket/content', $shown),
        ];
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns(): external_single_structure {
        return new external_single_structure([
            'known' => new external_value(PARAM_BOOL, 'Whether anything is known of the account; if not, the figures say nothing'),
            'away' => new external_value(PARAM_BOOL, 'Whether the sidecar is away, so that this is how it stood before'),
            'balance' => new external_value(PARAM_INT, 'Points to spend; below zero where spent points were taken back'),
            'held' => new external_value(PARAM_INT, 'Points that wait until a person has looked'),
            'html' => new external_value(PARAM_RAW, 'The block, drawn'),
        ]);
    }
}
