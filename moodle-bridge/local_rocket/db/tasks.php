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
 * What runs by itself.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$tasks = [
    ['classname' => '\local_rocket\task\send', 'minute' => '*', 'hour' => '*', 'day' => '*', 'month' => '*', 'dayofweek' => '*'],
    ['classname' => '\local_rocket\task\cleanup', 'minute' => 'R', 'hour' => '4', 'day' => '*', 'month' => '*', 'dayofweek' => '*'],
    ['classname' => '\local_rocket\task\sweep', 'minute' => 'R', 'hour' => '3', 'day' => '*', 'month' => '*', 'dayofweek' => '*'],
    ['classname' => '\local_rocket\task\audit', 'minute' => 'R', 'hour' => '5', 'day' => '*', 'month' => '*', 'dayofweek' => '*'],
    [
        'classname' => '\local_rocket\task\lifecycle',
        'minute' => '*',
        'hour' => '*',
        'day' => '*',
        'month' => '*',
        'dayofweek' => '*',
    ],
    [
        'classname' => '\local_rocket\task\handover',
        'minute' => '*',
        'hour' => '*',
        'day' => '*',
        'month' => '*',
        'dayofweek' => '*',
    ],
    [
        'classname' => '\local_rocket\task\notices',
        'minute' => '*/5',
        'hour' => '*',
        'day' => '*',
        'month' => '*',
        'dayofweek' => '*',
    ],
];
