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
 * Work that one learner handed in.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class submissions extends source {
    /** @var string while a teacher may not know whose work it is, nobody earns by it: as with the event */
    protected const HANDED_IN = "s.status = 'submitted' AND (a.blindmarking = 0 OR a.revealidentities = 1)";

    #[\Override]
    public function events(): array {
        return ['\mod_assign\event\assessable_submitted'];
    }

    #[\Override]
    protected function objecttable(): string {
        return 'assign_submission';
    }

    #[\Override]
    protected function columns(): array {
        return [
            'id' => 's.id', 'userid' => 's.userid', 'courseid' => 'a.course', 'contextid' => 'x.id', 'objectid' => 's.id',
            'time' => 's.timemodified',
        ];
    }

    #[\Override]
    protected function from(bool $standing): string {
        return '{assign_submission} s JOIN {assign} a ON a.id = s.assignment ' . self::activity('assign', 'a.id') . "
                 WHERE s.userid > 0 AND " . self::HANDED_IN;
    }

    #[\Override]
    protected function same(): string {
        return "o.userid = s.userid AND o.objecttable = 'assign_submission' AND o.objectid = s.id";
    }
}
