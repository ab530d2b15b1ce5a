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

namespace local_rocket\sweep;

use local_rocket\outbox;

/**
 * Puts deeds that were found into the outbox, where they are prepared as if the observer had seen them.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class intake {
    /**
     * Puts in what is not there yet.
     *
     * @param array[] $rows as {@see source::row()} makes them
     * @return int how many
     */
    public static function add(array $rows): int {
        global $DB;
        $added = 0;
        foreach (array_chunk($rows, 500) as $some) {
            $there = $DB->get_records_list('local_rocket_outbox', 'uuid', array_column($some, 'uuid'), '', 'uuid');
            foreach (array_diff_key(array_column($some, null, 'uuid'), $there) as $row) {
                outbox::add_captured($row);
                $added++;
            }
        }
        return $added;
    }
}
