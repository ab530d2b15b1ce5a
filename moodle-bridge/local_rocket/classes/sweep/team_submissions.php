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
 * Work that a group handed in together: one deed, of which preparing makes one for each member.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class team_submissions extends submissions {
    #[\Override]
    protected function columns(): array {
        return array_merge(parent::columns(), ['userid' => 'MIN(g.userid)']);
    }

    #[\Override]
    protected function learner(): string {
        return 'g.userid';
    }

    #[\Override]
    protected function grouped(): string {
        return ' GROUP BY s.id, a.course, x.id, s.timemodified';
    }

    #[\Override]
    protected function from(bool $standing): string {
        return '{assign_submission} s JOIN {assign} a ON a.id = s.assignment ' . self::activity('assign', 'a.id') . "
                  JOIN {groups_members} g ON g.groupid = s.groupid
                 WHERE s.userid = 0 AND " . self::HANDED_IN;
    }

    #[\Override]
    protected function same(): string {
        // Whoever of them has it: who joined the group later did not hand it in.
        return "o.userid IN (SELECT og.userid FROM {groups_members} og WHERE og.groupid = s.groupid)
                AND o.objecttable = 'assign_submission' AND o.objectid = s.id";
    }
}
