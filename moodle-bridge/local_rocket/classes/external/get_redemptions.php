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

/**
 * What the learner redeemed, with tokens and codes that can still be used.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class get_redemptions extends external_api {
    /**
     * Nothing is asked: it is always the session's own account.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([]);
    }

    /**
     * Lists the latest redemptions.
     *
     * @return array
     */
    public static function execute(): array {
        self::validate_context(\context_system::instance());
        $seconds = fn($time) => $time === null ? null : strtotime($time);
        return array_map(fn($one) => [
            'redemption' => $one['redemption_id'],
            'title' => format_string($one['title'], true, ['escape' => false]),
            'state' => $one['status'],
            'statetext' => get_string('state_' . $one['status'], 'local_rocket'),
            'cost' => $one['cost'],
            'timecreated' => strtotime($one['created_at']),
            'timeexpires' => $seconds($one['expires_at']),
            'token' => $one['token'],
            'code' => $one['code'],
            'cancellable' => $one['cancellable_until'] !== null,
        ], account::of_current_user()->redemptions()['redemptions']);
    }

    /**
     * What is answered.
     *
     * @return external_multiple_structure
     */
    public static function execute_returns(): external_multiple_structure {
        $optional = fn(string $type, string $what) => new external_value($type, $what, VALUE_REQUIRED, null, NULL_ALLOWED);
        return new external_multiple_structure(new external_single_structure([
            'redemption' => new external_value(PARAM_ALPHANUMEXT, 'The redemption'),
            'title' => new external_value(PARAM_RAW, 'The reward, plain text'),
            'state' => new external_value(PARAM_ALPHA, 'issued, delivering, delivered, consumed, refused, expired, cancelled'),
            'statetext' => new external_value(PARAM_RAW, 'The same in words'),
            'cost' => new external_value(PARAM_INT, 'Points that were spent'),
            'timecreated' => new external_value(PARAM_INT, 'When, epoch seconds'),
            'timeexpires' => $optional(PARAM_INT, 'Until when its token can be used, epoch seconds'),
            'token' => $optional(PARAM_RAW, 'What the learner shows, while it can be used'),
            'code' => $optional(PARAM_RAW, 'A shop’s code'),
            'cancellable' => new external_value(PARAM_BOOL, 'Whether the learner may cancel it now'),
        ]));
    }
}
