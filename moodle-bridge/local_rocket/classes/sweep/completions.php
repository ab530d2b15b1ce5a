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

/**
 * Activity completion, also what was undone: grading in bulk changes it without an event.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class completions extends source {
    #[\Override]
    public function events(): array {
        return ['\core\event\course_module_completion_updated'];
    }

    #[\Override]
    protected function objecttable(): string {
        return 'course_modules_completion';
    }

    #[\Override]
    protected function key(\stdClass $found): string {
        // The row is made anew when a teacher unlocks completion.
        return "$found->contextid:$found->userid";
    }

    #[\Override]
    protected function columns(): array {
        global $DB;
        return [
            'id' => 'c.id', 'userid' => 'c.userid', 'courseid' => 'cm.course', 'contextid' => 'x.id', 'objectid' => 'c.id',
            'time' => 'c.timemodified', 'state' => 'c.completionstate', 'activity' => $DB->sql_concat('m.name', "':'", 'cm.id'),
        ];
    }

    #[\Override]
    protected function from(bool $standing): string {
        return '{course_modules_completion} c
                  JOIN {course_modules} cm ON cm.id = c.coursemoduleid AND cm.deletioninprogress = 0
                  JOIN {modules} m ON m.id = cm.module
                  JOIN {context} x ON x.contextlevel = ' . CONTEXT_MODULE . ' AND x.instanceid = cm.id
                 WHERE ' . ($standing ? 'c.completionstate IN (1, 2)' : '1 = 1');
    }

    #[\Override]
    protected function same(): string {
        return 'o.userid = c.userid AND o.contextid = x.id';
    }
}
