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
 * Badges that were issued.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class badges extends source {
    #[\Override]
    public function events(): array {
        return ['\core\event\badge_awarded'];
    }

    #[\Override]
    protected function objecttable(): string {
        return 'badge';
    }

    #[\Override]
    protected function key(\stdClass $found): string {
        return "$found->objectid:$found->userid";
    }

    #[\Override]
    protected function columns(): array {
        return [
            'id' => 'i.id', 'userid' => 'i.userid', 'courseid' => 'COALESCE(b.courseid, 0)', 'objectid' => 'b.id',
            'contextid' => 'COALESCE(x.id, ' . \context_system::instance()->id . ')', 'time' => 'i.dateissued',
        ];
    }

    #[\Override]
    protected function from(bool $standing): string {
        return '{badge_issued} i
                  JOIN {badge} b ON b.id = i.badgeid
             LEFT JOIN {context} x ON x.contextlevel = ' . CONTEXT_COURSE . ' AND x.instanceid = b.courseid
                 WHERE i.dateissued > 0';
    }

    #[\Override]
    protected function same(): string {
        return "o.userid = i.userid AND o.objecttable = 'badge' AND o.objectid = b.id";
    }
}
