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
 * One observer for all events, and what must be heard of accounts.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$observers = [
    // Not internal: it runs after the transaction of what it observes is committed, and not at all where that was rolled back.
    ['eventname' => '*', 'callback' => '\local_rocket\observer::catch_all', 'internal' => false],
    [
        'eventname' => '\core\event\user_deleted',
        'callback' => '\local_rocket\lifecycle_observer::user_deleted',
        'internal' => false,
    ],
    // Of the plugin tool_mergeusers, where a site has it.
    [
        'eventname' => '\tool_mergeusers\event\user_merged_success',
        'callback' => '\local_rocket\lifecycle_observer::users_merged',
        'internal' => false,
    ],
];
