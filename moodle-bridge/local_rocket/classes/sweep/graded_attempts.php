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
 * Quiz attempts that have a grade, or another one: by a person, by a task in the background, by other marks for a question.
 *
 * Moodle 4.5 says nothing when somebody has graded an essay, unless learners are written to about it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class graded_attempts extends attempts {
    /** @var string graded by a machine: Moodle 5.0 grades after "submitted" and says so; before, "submitted" had the grade */
    private const BY_MACHINE = '\mod_quiz\event\attempt_graded';

    #[\Override]
    public function events(): array {
        $byperson = '\mod_quiz\event\attempt_manual_grading_completed';
        $others = ['\mod_quiz\event\question_manually_graded', '\mod_quiz\event\attempt_regraded'];
        return class_exists(self::BY_MACHINE) ? [self::BY_MACHINE, $byperson, ...$others]
            : [$byperson, '\mod_quiz\event\attempt_submitted', ...$others];
    }

    #[\Override]
    protected function columns(): array {
        return array_merge(parent::columns(), ['time' => 'a.timemodified']);
    }

    #[\Override]
    protected function from(bool $standing): string {
        return parent::from($standing) . " AND a.state = 'finished' AND a.sumgrades IS NOT NULL"
            . (class_exists(self::BY_MACHINE) ? '' : ' AND a.timemodified > a.timefinish');
    }
}
