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
 * Functions that pages and the mobile app call.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$functions = [
    'local_rocket_get_account' => [
        'classname' => 'local_rocket\external\get_account',
        'description' => 'The learner’s balance and the block',
        'type' => 'read',
        'ajax' => true,
        'readonlysession' => true,
        'capabilities' => 'local/rocket:view',
        'services' => [MOODLE_OFFICIAL_MOBILE_SERVICE],
    ],
    'local_rocket_redeem' => [
        'classname' => 'local_rocket\external\redeem',
        'description' => 'Turns points into a reward',
        'type' => 'write',
        'ajax' => true,
        'capabilities' => 'local/rocket:redeem',
        'services' => [MOODLE_OFFICIAL_MOBILE_SERVICE],
    ],
    'local_rocket_cancel_redemption' => [
        'classname' => 'local_rocket\external\cancel_redemption',
        'description' => 'Cancels an unused redemption',
        'type' => 'write',
        'ajax' => true,
        'capabilities' => 'local/rocket:redeem',
        'services' => [MOODLE_OFFICIAL_MOBILE_SERVICE],
    ],
];
