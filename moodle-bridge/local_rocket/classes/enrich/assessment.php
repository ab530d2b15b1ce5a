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
 * Work that was graded: by a scale there is no score, and before the workflow releases it there is none either.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class assessment extends family {
    #[\Override]
    public static function events(): array {
        return ['\mod_assign\event\submission_graded'];
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $sql = "SELECT g.grade, g.attemptnumber, a.grade AS most, a.markingworkflow, f.workflowstate, i.gradepass
                  FROM {assign_grades} g
                  JOIN {assign} a ON a.id = g.assignment
             LEFT JOIN {assign_user_flags} f ON f.assignment = a.id AND f.userid = g.userid
             LEFT JOIN {grade_items} i ON i.itemtype = 'mod' AND i.itemmodule = 'assign' AND i.iteminstance = a.id
                       AND i.itemnumber = 0
                 WHERE g.id = :id";
        $grade = $DB->get_record_sql($sql, ['id' => $row->objectid]);
        if (!$grade) {
            return;
        }
        $released = !$grade->markingworkflow || $grade->workflowstate === 'released';
        $known = $released && $grade->grade !== null && $grade->grade >= 0 && $grade->most > 0;
        self::add($event, [
            'score' => self::percent($known ? (float)$grade->grade : null, (float)$grade->most),
            'passed' => $known && $grade->gradepass > 0 ? (float)$grade->grade >= (float)$grade->gradepass : null,
            'attempt' => $grade->attemptnumber + 1,
            'graded_by' => 'person',
        ]);
    }
}
