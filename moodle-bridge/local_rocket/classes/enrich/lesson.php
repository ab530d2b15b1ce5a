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
 * Lessons: the latest grade and the time of the latest attempt.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class lesson extends family {
    #[\Override]
    public static function events(): array {
        return ['\mod_lesson\event\lesson_ended'];
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $whose = ['lessonid' => $row->objectid, 'userid' => $event->user];
        $grades = $DB->get_records('lesson_grades', $whose, 'id DESC', 'id, grade', 0, 1);
        $timers = $DB->get_records('lesson_timer', $whose, 'id DESC', 'id, starttime, lessontime', 0, 1);
        $timer = reset($timers);
        self::add($event, [
            // Lessons keep their grades in percent.
            'score' => $grades ? self::percent((float)reset($grades)->grade, 100) : null,
            'attempt' => $DB->count_records('lesson_grades', $whose) ?: null,
            'duration_seconds' => $timer ? max(0, $timer->lessontime - $timer->starttime) : null,
        ]);
    }
}
