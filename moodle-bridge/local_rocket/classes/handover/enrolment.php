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

namespace local_rocket\handover;

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->libdir . '/enrollib.php');

/**
 * Enrols a learner in a course by hand, perhaps until a day. It never takes away or shortens what they have already.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class enrolment {
    /**
     * Enrols.
     *
     * @param \stdClass $user
     * @param array $terms course (ID number, or `course:ID`), days (null: without end)
     * @throws impossible before anything is changed
     */
    public static function give(\stdClass $user, array $terms): void {
        global $DB;
        $name = (string)$terms['course'];
        $course = self::course($name);
        $plugin = enrol_is_enabled('manual') ? enrol_get_plugin('manual') : null;
        if ($plugin === null) {
            throw new impossible('nomanual');
        }
        $instance = self::instance($course, $plugin);
        if ((int)$instance->status !== ENROL_INSTANCE_ENABLED) {
            throw new impossible('manualoff', $name);
        }
        $now = time();
        $days = $terms['days'] ?? null;
        $start = $now;
        $end = $days === null ? 0 : $now + (int)$days * DAYSECS;
        $has = $DB->get_record('user_enrolments', ['enrolid' => $instance->id, 'userid' => $user->id]);
        if ($has) {
            $over = $has->timeend > 0 && $has->timeend <= $now;
            if ((int)$has->status === ENROL_USER_SUSPENDED && !$over) {
                // Somebody keeps them out of this course.
                throw new impossible('enrolmentsuspended', $name);
            }
            $start = min($has->timestart, $now);
            $end = $end === 0 || (int)$has->timeend === 0 ? 0 : max($end, $has->timeend);
        }
        $plugin->enrol_user($instance, $user->id, self::role($instance), $start, $end, ENROL_USER_ACTIVE);
    }

    /**
     * The course.
     *
     * @param string $name ID number, or `course:ID`
     * @return \stdClass
     */
    private static function course(string $name): \stdClass {
        global $DB;
        $byid = preg_match('/^course:(\d+)$/', $name, $found);
        $courses = $DB->get_records('course', $byid ? ['id' => $found[1]] : ['idnumber' => $name], 'id', '*', 0, 2);
        if (count($courses) > 1) {
            throw new impossible('severalcourses', $name);
        }
        $course = reset($courses);
        if ($name === '' || !$course || (int)$course->id === SITEID) {
            throw new impossible('nocourse', $name);
        }
        return $course;
    }

    /**
     * The course's manual enrolments: where it has none, it gets them.
     *
     * @param \stdClass $course
     * @param \enrol_plugin $plugin
     * @return \stdClass
     */
    private static function instance(\stdClass $course, \enrol_plugin $plugin): \stdClass {
        global $DB;
        $which = ['courseid' => $course->id, 'enrol' => 'manual'];
        $instances = $DB->get_records('enrol', $which, 'status, sortorder, id', '*', 0, 1);
        if ($instances) {
            return reset($instances);
        }
        $id = $plugin->add_instance($course, ['status' => ENROL_INSTANCE_ENABLED] + $plugin->get_instance_defaults());
        return $DB->get_record('enrol', ['id' => $id], '*', MUST_EXIST);
    }

    /**
     * The role in which they are enrolled.
     *
     * @param \stdClass $instance
     * @return int
     */
    private static function role(\stdClass $instance): int {
        if ($instance->roleid) {
            return (int)$instance->roleid;
        }
        $roles = get_archetype_roles('student');
        return (int)(reset($roles)->id ?? throw new impossible('norole'));
    }
}
