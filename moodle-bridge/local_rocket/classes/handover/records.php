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

/**
 * What Moodle handed over, or could not, by redemption: the answer to give, however often it is asked for.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class records {
    /** @var string */
    private const TABLE = 'local_rocket_handover';

    /**
     * What became of a redemption.
     *
     * @param string $redemptionid
     * @return \stdClass|null null: nothing yet
     */
    public static function find(string $redemptionid): ?\stdClass {
        global $DB;
        return $DB->get_record(self::TABLE, ['redemptionid' => $redemptionid]) ?: null;
    }

    /**
     * Writes down what became of a redemption: in the transaction in which it is done.
     *
     * @param array $delivery redemption_id, user_id, action
     * @param string|null $refusal why not; null: it is done
     * @return \stdClass
     */
    public static function add(array $delivery, ?string $refusal): \stdClass {
        global $DB;
        $row = (object)[
            'redemptionid' => $delivery['redemption_id'],
            'userid' => (int)$delivery['user_id'],
            'action' => json_encode($delivery['action'], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE),
            'status' => $refusal === null ? 'done' : 'refused',
            'reason' => $refusal,
            'answered' => 0,
            'timecreated' => time(),
            'timemodified' => time(),
        ];
        $row->id = $DB->insert_record(self::TABLE, $row);
        return $row;
    }

    /**
     * Those of which the sidecar does not know yet.
     *
     * @param int $limit
     * @return \stdClass[] by id
     */
    public static function unanswered(int $limit): array {
        global $DB;
        return $DB->get_records(self::TABLE, ['answered' => 0], 'id', '*', 0, $limit);
    }

    /**
     * The sidecar knows.
     *
     * @param \stdClass $row
     * @param string|null $objection what it said against it: something else became of the redemption meanwhile
     */
    public static function answered(\stdClass $row, ?string $objection = null): void {
        global $DB;
        $changes = ['answered' => 1, 'timemodified' => time()] + ($objection === null ? [] : ['reason' => $objection]);
        $DB->update_record(self::TABLE, ['id' => $row->id] + $changes);
    }

    /**
     * The latest of which people in charge should know: what could not be handed over, and what was although it was cancelled.
     *
     * @param int $limit
     * @return \stdClass[] by id, the newest first
     */
    public static function troubled(int $limit): array {
        global $DB;
        return $DB->get_records_select(self::TABLE, 'reason IS NOT NULL', [], 'id DESC', '*', 0, $limit);
    }
}
