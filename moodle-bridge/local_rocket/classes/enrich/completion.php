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

namespace local_rocket\enrich;

use local_rocket\learningevent;

/**
 * Activity completion: the event fires for every change, also back to "not complete".
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class completion extends family {
    #[\Override]
    public static function events(): array {
        return ['\core\event\course_module_completion_updated'];
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        self::add($event, [
            'state' => isset($row->other['completionstate']) ? (int)$row->other['completionstate'] : null,
            'previous_state' => $this->previous($row),
            'module' => $event->activity === null ? null : explode(':', $event->activity)[0],
            'completion_rate' => self::completion_rate((int)$row->courseid, (int)$event->user),
        ]);
        // The row of a completion is made anew when a teacher unlocks it: the activity is what lasts.
        $event->object = null;
    }

    /**
     * The state before, as far as the outbox remembers.
     *
     * @param \stdClass $row
     * @return int|null
     */
    private function previous(\stdClass $row): ?int {
        global $DB;
        $select = 'userid = :user AND contextid = :context AND eventname = :event AND id < :id AND payload IS NOT NULL';
        $params = [
            'user' => $row->userid, 'context' => $row->contextid, 'event' => $row->eventname, 'id' => $row->id,
        ];
        $before = $DB->get_records_select('local_rocket_outbox', $select, $params, 'id DESC', 'id, payload', 0, 1);
        $payload = $before ? json_decode(reset($before)->payload, true) : [];
        return $payload['data']['state'] ?? null;
    }
}
