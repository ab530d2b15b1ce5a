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
 * What a requirement wants completed, by the name that Moodle has for it: `course:7`, a course's ID number, or
 * `activity:quiz:123`.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class target {
    /**
     * Names every target in what the sidecar says is missing.
     *
     * @param array $reasons reasons, or something that holds some
     * @return array the same, with names
     */
    public static function named_in(array $reasons): array {
        array_walk_recursive($reasons, function (&$value, $key) {
            if (is_string($value) && ($key === 'target' || $key === 'course')) {
                $value = self::name($value);
            }
        });
        return $reasons;
    }

    /**
     * The name of one, as far as who looks may see it.
     *
     * @param string $target
     * @return string plain text
     */
    public static function name(string $target): string {
        global $DB;
        if (preg_match('/^activity:[a-z0-9_]+:(\d+)$/', $target, $parts)) {
            return self::activity((int)$parts[1]) ?? $target;
        }
        $by = preg_match('/^course:(\d+)$/', $target, $parts) ? ['id' => $parts[1]] : ['idnumber' => $target];
        $courses = $DB->get_records('course', $by, '', 'id, fullname', 0, 1);
        return $courses ? self::course(reset($courses)) : $target;
    }

    /**
     * The name of an activity; of one that is hidden, only the course's.
     *
     * @param int $cmid
     * @return string|null null: it is gone
     */
    private static function activity(int $cmid): ?string {
        global $DB;
        $courseid = $DB->get_field('course_modules', 'course', ['id' => $cmid]);
        if (!$courseid) {
            return null;
        }
        $modinfo = get_fast_modinfo($courseid);
        $cm = $modinfo->cms[$cmid] ?? null;
        if ($cm && $cm->uservisible) {
            return format_string($cm->name, true, ['context' => $cm->context, 'escape' => false]);
        }
        return get_string('hiddenactivity', 'local_rocket', self::course($modinfo->get_course()));
    }

    /**
     * The name of a course.
     *
     * @param \stdClass $course id, fullname
     * @return string
     */
    private static function course(\stdClass $course): string {
        $context = \context_course::instance($course->id);
        return format_string($course->fullname, true, ['context' => $context, 'escape' => false]);
    }
}
