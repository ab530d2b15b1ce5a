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
 * What a family of events does not say itself: read by row id, a minute after it happened. A row that is gone by then leaves
 * its fields out.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
abstract class family {
    /**
     * The events it knows.
     *
     * @return string[] class names with their leading backslash
     */
    abstract public static function events(): array;

    /**
     * Whom an event is about.
     *
     * @param \stdClass $row of the outbox, `other` as an array
     * @return int[]
     */
    public function subjects(\stdClass $row): array {
        return [(int)$row->userid];
    }

    /**
     * Adds to an envelope what the event does not say.
     *
     * @param \stdClass $row of the outbox, `other` as an array
     * @param learningevent $event the envelope, for one of the subjects
     * @throws not_counted
     */
    abstract public function enrich(\stdClass $row, learningevent $event): void;

    /**
     * A percentage, as rules see it.
     *
     * @param float|null $reached
     * @param float|null $most
     * @return float|null 0 to 100 with two decimals; null: not to be told
     */
    protected static function percent(?float $reached, ?float $most): ?float {
        return $reached === null || !$most || $most < 0 ? null : round(min(100, max(0, 100 * $reached / $most)), 2);
    }

    /**
     * Puts fields into an envelope; what is not known is left out.
     *
     * @param learningevent $event
     * @param array $fields
     */
    protected static function add(learningevent $event, array $fields): void {
        $event->data += array_filter($fields, fn($value) => $value !== null);
    }

    /**
     * The percentage of a course's tracked activities that a learner has completed.
     *
     * @param int $courseid
     * @param int $userid
     * @return float|null null: nothing is tracked there
     */
    protected static function completion_rate(int $courseid, int $userid): ?float {
        global $DB;
        $tracked = 'cm.course = :course AND cm.completion > 0 AND cm.deletioninprogress = 0';
        $sql = "SELECT COUNT(cm.id) AS tracked, COUNT(c.id) AS complete
                  FROM {course_modules} cm
             LEFT JOIN {course_modules_completion} c ON c.coursemoduleid = cm.id AND c.userid = :user
                       AND c.completionstate IN (1, 2)
                 WHERE $tracked";
        $found = $DB->get_record_sql($sql, ['course' => $courseid, 'user' => $userid]);
        return self::percent((float)$found->complete, (float)$found->tracked);
    }
}
