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
 * Quiz attempts that were handed in. Previews are nobody's.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class attempts extends source {
    #[\Override]
    public function events(): array {
        return ['\mod_quiz\event\attempt_submitted'];
    }

    #[\Override]
    protected function objecttable(): string {
        return 'quiz_attempts';
    }

    #[\Override]
    protected function columns(): array {
        return [
            'id' => 'a.id', 'userid' => 'a.userid', 'courseid' => 'q.course', 'contextid' => 'x.id', 'objectid' => 'a.id',
            'time' => 'a.timefinish',
        ];
    }

    #[\Override]
    protected function from(bool $standing): string {
        return '{quiz_attempts} a JOIN {quiz} q ON q.id = a.quiz ' . self::activity('quiz', 'q.id') . "
                 WHERE a.preview = 0 AND a.timefinish > 0 AND a.state IN ('submitted', 'finished')";
    }

    #[\Override]
    protected function same(): string {
        return "o.userid = a.userid AND o.objecttable = 'quiz_attempts' AND o.objectid = a.id";
    }
}
