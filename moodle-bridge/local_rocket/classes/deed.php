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
 * What an event was about, in words that a learner knows: the name of the activity or the course.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class deed {
    /**
     * Names what an event was about, as far as this learner may see it.
     *
     * @param array $event as the sidecar shows it: event, course, activity
     * @param int $userid
     * @return string plain text
     */
    public static function name(array $event, int $userid): string {
        $courseid = (int)($event['course'] ?? 0);
        $kind = self::kind($event['event']);
        if ($courseid === 0) {
            return $kind;
        }
        ['name' => $name, 'isactivity' => $exact] = self::place($courseid, $event['activity'] ?? null, $userid);
        return $name === null ? $kind : ($exact ? $name : $name . ' · ' . $kind);
    }

    /**
     * The activity, or the course.
     *
     * @param int $courseid
     * @param string|null $activity `quiz:123`
     * @param int $userid
     * @return array name (null: the course is gone), isactivity
     */
    private static function place(int $courseid, ?string $activity, int $userid): array {
        try {
            $modinfo = get_fast_modinfo($courseid, $userid);
        } catch (\dml_missing_record_exception $e) {
            return ['name' => null, 'isactivity' => false];
        }
        $cmid = (int)(explode(':', (string)$activity)[1] ?? 0);
        $cm = $modinfo->cms[$cmid] ?? null;
        if ($cm && $cm->uservisible) {
            $name = format_string($cm->name, true, ['context' => $cm->context, 'escape' => false]);
            return ['name' => $name, 'isactivity' => true];
        }
        $context = \context_course::instance($courseid);
        $name = format_string($modinfo->get_course()->fullname, true, ['context' => $context, 'escape' => false]);
        return ['name' => $name, 'isactivity' => false];
    }

    /**
     * The kind of event: Moodle's own name for it.
     *
     * @param string $event a class name, or `custom.helpfulness`
     * @return string
     */
    public static function kind(string $event): string {
        if (str_starts_with($event, 'custom.')) {
            $key = 'customevent_' . clean_param(substr($event, 7), PARAM_ALPHANUMEXT);
            return get_string_manager()->string_exists($key, 'local_rocket') ? get_string($key, 'local_rocket')
                : ucfirst(str_replace(['.', '_'], ' ', substr($event, 7)));
        }
        return is_subclass_of($event, \core\event\base::class) ? $event::get_name() : $event;
    }
}
