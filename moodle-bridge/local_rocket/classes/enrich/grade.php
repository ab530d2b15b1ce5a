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

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->libdir . '/grade/constants.php');

/**
 * Grades in the gradebook: an activity's own one, and the course total. Categories, outcomes and items that only repeat
 * another are not counted, since one act changes several of them.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class grade extends family {
    #[\Override]
    public static function events(): array {
        return ['\core\event\user_graded'];
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $sql = "SELECT g.*, i.itemtype, i.itemmodule, i.iteminstance, i.itemnumber, i.grademin, i.grademax, i.gradepass,
                       i.gradetype, i.hidden AS itemhidden
                  FROM {grade_grades} g
                  JOIN {grade_items} i ON i.id = g.itemid
                 WHERE g.id = :id";
        $grade = $DB->get_record_sql($sql, ['id' => $row->objectid]);
        if (!$grade) {
            return;
        }
        $own = $grade->itemtype === 'mod' && (int)$grade->itemnumber === 0;
        if (!$own && !in_array($grade->itemtype, ['course', 'manual'], true)) {
            throw new not_counted('othergrade');
        }
        if ($own) {
            $cm = get_coursemodule_from_instance($grade->itemmodule, $grade->iteminstance);
            $event->activity = $cm ? $grade->itemmodule . ':' . $cm->id : null;
        }
        $known = $grade->finalgrade !== null && (int)$grade->gradetype === GRADE_TYPE_VALUE
            && !self::is_hidden((int)$grade->hidden) && !self::is_hidden((int)$grade->itemhidden);
        $reached = $known ? (float)$grade->finalgrade - (float)$grade->grademin : null;
        self::add($event, [
            'score' => self::percent($reached, (float)$grade->grademax - (float)$grade->grademin),
            'passed' => $known && (float)$grade->gradepass > 0 ? (float)$grade->finalgrade >= (float)$grade->gradepass : null,
            'module' => $own ? $grade->itemmodule : $grade->itemtype,
            'graded_by' => $row->actorid === null || $row->actorid == $row->userid ? 'automatic' : 'person',
        ]);
    }

    /**
     * Whether something is hidden from learners now.
     *
     * @param int $hidden 0: no; 1: yes; else until then
     * @return bool
     */
    private static function is_hidden(int $hidden): bool {
        return $hidden === 1 || $hidden > time();
    }
}
