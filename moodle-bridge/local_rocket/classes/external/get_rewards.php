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
use core_external\external_multiple_structure;
use core_external\external_single_structure;
use core_external\external_value;
use local_rocket\account;
use local_rocket\output\account_view;

/**
 * The rewards that a learner may see, each with what is missing for it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class get_rewards extends external_api {
    /**
     * Nothing is asked: it is always the session's own account.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([]);
    }

    /**
     * Lists the rewards.
     *
     * @return array
     */
    public static function execute(): array {
        self::validate_context(\context_system::instance());
        $account = account::of_current_user();
        $shown = (new account_view($account, $account->state(), false))->shown();
        $keys = array_flip(['id', 'title', 'description', 'cost', 'worth', 'available', 'locked', 'isgoal']);
        return [
            'known' => $shown['known'],
            'rewards' => array_map(fn($reward) => array_intersect_key($reward, $keys), $shown['rewards'] ?? []),
        ];
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns(): external_single_structure {
        $optional = fn(string $what) => new external_value(PARAM_RAW, $what, VALUE_REQUIRED, null, NULL_ALLOWED);
        return new external_single_structure([
            'known' => new external_value(PARAM_BOOL, 'Whether anything is known of the account'),
            'rewards' => new external_multiple_structure(new external_single_structure([
                'id' => new external_value(PARAM_ALPHANUMEXT, 'The reward'),
                'title' => new external_value(PARAM_RAW, 'Its title, plain text'),
                'description' => $optional('What it is, plain text'),
                'cost' => new external_value(PARAM_INT, 'Points'),
                'worth' => $optional('What it is worth, in words'),
                'available' => new external_value(PARAM_BOOL, 'Whether it can be redeemed now'),
                'locked' => new external_multiple_structure(new external_value(PARAM_RAW, 'What is missing, plain text')),
                'isgoal' => new external_value(PARAM_BOOL, 'Whether it is pinned as the goal'),
            ])),
        ]);
    }
}
