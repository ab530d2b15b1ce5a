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
use local_rocket\output\redeem_view;
use local_rocket\sidecar\refused;

/**
 * Turns points into a reward.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class redeem extends external_api {
    /**
     * What is asked.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([
            'reward' => new external_value(PARAM_ALPHANUMEXT, 'The reward'),
            'cost' => new external_value(PARAM_INT, 'Points, as the learner was shown'),
            'key' => new external_value(PARAM_ALPHANUMEXT, 'Idempotency key: a new one for each confirmation that is drawn'),
        ]);
    }

    /**
     * Redeems for the session's own account.
     *
     * @param string $reward
     * @param int $cost
     * @param string $key
     * @return array
     */
    public static function execute(string $reward, int $cost, string $key): array {
        $asked = self::validate_parameters(self::execute_parameters(), ['reward' => $reward, 'cost' => $cost, 'key' => $key]);
        self::validate_context(\context_system::instance());
        try {
            $answer = account::of_current_user()->redeem($asked['reward'], $asked['cost'], $asked['key']);
        } catch (refused $e) {
            throw new \moodle_exception('refused', 'local_rocket', '', redeem_view::why($e));
        }
        return [
            'redemption' => $answer['redemption_id'],
            'balance' => $answer['balance'],
            'url' => (new \moodle_url('/local/rocket/redemption.php', ['id' => $answer['redemption_id']]))->out(false),
        ];
    }

    /**
     * What is answered.
     *
     * @return external_single_structure
     */
    public static function execute_returns(): external_single_structure {
        return new external_single_structure([
            'redemption' => new external_value(PARAM_ALPHANUMEXT, 'The redemption'),
            'balance' => new external_value(PARAM_INT, 'Points that are left'),
            'url' => new external_value(PARAM_URL, 'The page with its token or code'),
        ]);
    }
}
