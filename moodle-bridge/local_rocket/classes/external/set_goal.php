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
use core_external\external_value;
use local_rocket\account;

/**
 * Pins a reward as the learner's goal.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class set_goal extends external_api {
    /**
     * What is asked.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters(['reward' => new external_value(PARAM_ALPHANUMEXT, 'The reward; empty: none')]);
    }

    /**
     * Pins it for the session's own account.
     *
     * @param string $reward
     * @return bool
     */
    public static function execute(string $reward): bool {
        ['reward' => $id] = self::validate_parameters(self::execute_parameters(), ['reward' => $reward]);
        self::validate_context(\context_system::instance());
        account::of_current_user()->set_goal($id === '' ? null : $id);
        return true;
    }

    /**
     * What is answered.
     *
     * @return external_value
     */
    public static function execute_returns(): external_value {
        return new external_value(PARAM_BOOL, 'It is pinned');
    }
}
