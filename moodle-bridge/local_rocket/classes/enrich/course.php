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

namespace local_rocket\enrich;

use local_rocket\learningevent;

/**
 * A course that was completed: with which grade, and how much of it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class course extends family {
    #[\Override]
    public static function events(): array {
        return ['\core\event\course_completed'];
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $sql = "SELECT g.finalgrade, i.grademin, i.grademax
                  FROM {grade_items} i
                  JOIN {grade_grades} g ON g.itemid = i.id AND g.userid = :user
                 WHERE i.courseid = :course AND i.itemtype = 'course'";
        $total = $DB->get_record_sql($sql, ['user' => $event->user, 'course' => $row->courseid]);
        $reached = $total && $total->finalgrade !== null ? (float)$total->finalgrade - (float)$total->grademin : null;
        self::add($event, [
            'score' => $total ? self::percent($reached, (float)$total->grademax - (float)$total->grademin) : null,
            'completion_rate' => self::completion_rate((int)$row->courseid, (int)$event->user),
        ]);
    }
}
