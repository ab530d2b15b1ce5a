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

namespace local_rocket;

/**
 * Whether points can be awarded by hand to these learners: never to oneself, only to who may earn, and not to more in a day
 * than the institution allows.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class award_check {
    /** @var int learners to whom a teacher may award in a day, where the setting says nothing */
    private const LIMIT = 100;

    /**
     * Checks for a course.
     *
     * @param course_people $people of the course
     */
    public function __construct(
        /** @var course_people of the course */
        private readonly course_people $people
    ) {
    }

    /**
     * To how many learners the session's user may still award today.
     *
     * @return int
     */
    public static function left_today(): int {
        global $DB, $USER;
        $setting = get_config('local_rocket', 'awardlimit');
        $limit = is_numeric($setting) ? (int)$setting : self::LIMIT;
        // In any 24 hours: midnight would come again with each change of one's time zone.
        $recent = ['userid' => $USER->id, 'since' => time() - DAYSECS];
        $used = $DB->count_records_select('local_rocket_award', 'awardedby = :userid AND timecreated > :since', $recent);
        return max(0, $limit - $used);
    }

    /**
     * Why learners cannot be awarded anything. Whoever takes no part is not told apart from who is shut out.
     *
     * @param int[] $userids
     * @return string[] sentences
     */
    public function faults(array $userids): array {
        global $USER;
        $learners = $this->people->learners();
        $earners = new earners();
        $earners->read($userids);
        $faults = [];
        foreach ($userids as $userid) {
            if ($userid == $USER->id) {
                $faults[] = get_string('award_self', 'local_rocket');
            } else if (!isset($learners[$userid])) {
                $faults[] = get_string('award_notlearner', 'local_rocket');
            } else if ($earners->why_not($userid, (int)$this->people->course->id) !== null) {
                $faults[] = get_string('award_cannot', 'local_rocket', fullname($learners[$userid]));
            }
        }
        $left = self::left_today();
        if (count($userids) > $left) {
            $faults[] = get_string('award_limit', 'local_rocket', ['asked' => count($userids), 'left' => $left]);
        }
        return array_values(array_unique($faults));
    }
}
