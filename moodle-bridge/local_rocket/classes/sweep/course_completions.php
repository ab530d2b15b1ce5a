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
 * Courses that were completed.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class course_completions extends source {
    #[\Override]
    public function events(): array {
        return ['\core\event\course_completed'];
    }

    #[\Override]
    protected function objecttable(): string {
        return 'course_completions';
    }

    #[\Override]
    protected function columns(): array {
        return [
            'id' => 'c.id', 'userid' => 'c.userid', 'courseid' => 'c.course', 'contextid' => 'x.id', 'objectid' => 'c.id',
            'time' => 'c.timecompleted',
        ];
    }

    #[\Override]
    protected function from(bool $standing): string {
        return '{course_completions} c
                  JOIN {context} x ON x.contextlevel = ' . CONTEXT_COURSE . ' AND x.instanceid = c.course
                 WHERE c.timecompleted > 0';
    }

    #[\Override]
    protected function same(): string {
        return 'o.userid = c.userid AND o.courseid = c.course';
    }
}
