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

namespace local_rocket\privacy;

use core_privacy\local\request\transform;

/**
 * What this site itself keeps of somebody in the bridge's tables, fit to be read.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class kept_here {
    /** @var string[] the words for a row of the outbox, by status */
    private const STATUSES = ['captured', 'ready', 'done', 'dead', 'skipped', 'dropped'];

    /**
     * All of it; tables in which nothing is kept are left out.
     *
     * @param int $userid
     * @return array rows by what they are
     */
    public static function of(int $userid): array {
        return array_filter([
            'events' => self::events($userid),
            'acts' => self::acts($userid),
            'snapshot' => self::snapshot($userid),
            'awards' => self::awards($userid),
            'handovers' => self::handovers($userid),
            'requests' => self::requests($userid),
            'receipts' => self::receipts($userid),
            'alarms' => self::alarms($userid),
        ]);
    }

    /**
     * What they did.
     *
     * @param int $userid
     * @return array[]
     */
    private static function events(int $userid): array {
        global $DB;
        $rows = $DB->get_records('local_rocket_outbox', ['userid' => $userid], 'id');
        return array_values(array_map(fn($row) => [
            'event' => $row->eventname,
            'time' => transform::datetime($row->timecreated),
            'courseid' => $row->courseid,
            'object' => $row->objectid === null ? null : $row->objecttable . ':' . $row->objectid,
            'other' => json_decode($row->other ?? 'null'),
            'origin' => $row->origin,
            'ip' => $row->ip,
            'status' => self::STATUSES[$row->status],
            'reason' => $row->reason,
            'sent' => json_decode($row->payload ?? 'null'),
        ], $rows));
    }

    /**
     * What they did about other people's work: without those people.
     *
     * @param int $userid
     * @return array[]
     */
    private static function acts(int $userid): array {
        global $DB;
        $rows = $DB->get_records_select(
            'local_rocket_outbox',
            'actorid = :actor AND userid <> :user',
            ['actor' => $userid, 'user' => $userid],
            'id',
            'id, eventname, timecreated, courseid'
        );
        return array_values(array_map(fn($row) => [
            'event' => $row->eventname,
            'time' => transform::datetime($row->timecreated),
            'courseid' => $row->courseid,
        ], $rows));
    }

    /**
     * What the sidecar last said of them.
     *
     * @param int $userid
     * @return array
     */
    private static function snapshot(int $userid): array {
        global $DB;
        $row = $DB->get_record('local_rocket_snapshot', ['userid' => $userid]);
        return $row ? ['time' => transform::datetime($row->timefetched), 'value' => json_decode($row->value)] : [];
    }

    /**
     * What they were awarded by hand, what they awarded, and what they undid: without the other people.
     *
     * @param int $userid
     * @return array[]
     */
    private static function awards(int $userid): array {
        global $DB;
        $where = 'userid = :learner OR awardedby = :teacher OR undoneby = :undoer';
        $params = ['learner' => $userid, 'teacher' => $userid, 'undoer' => $userid];
        $rows = $DB->get_records_select('local_rocket_award', $where, $params, 'id');
        return array_values(array_map(fn($row) => [
            'courseid' => $row->courseid,
            'event' => $row->event,
            'note' => $row->reason,
            'receivedbyyou' => transform::yesno($row->userid == $userid),
            'awardedbyyou' => transform::yesno($row->awardedby == $userid),
            'undonebyyou' => transform::yesno($row->undoneby == $userid),
            'time' => transform::datetime($row->timecreated),
            'timeundone' => $row->timeundone === null ? null : transform::datetime($row->timeundone),
        ], $rows));
    }

    /**
     * Rewards that Moodle handed over to them.
     *
     * @param int $userid
     * @return array[]
     */
    private static function handovers(int $userid): array {
        global $DB;
        $rows = $DB->get_records('local_rocket_handover', ['userid' => $userid], 'id');
        return array_values(array_map(fn($row) => [
            'redemption' => $row->redemptionid,
            'action' => json_decode($row->action ?? 'null'),
            'status' => $row->status,
            'reason' => $row->reason,
            'time' => transform::datetime($row->timecreated),
        ], $rows));
    }

    /**
     * What the sidecar was, or is to be, told of their account.
     *
     * @param int $userid
     * @return array[]
     */
    private static function requests(int $userid): array {
        global $DB;
        $where = 'userid = :user OR otherid = :other';
        $rows = $DB->get_records_select('local_rocket_request', $where, ['user' => $userid, 'other' => $userid], 'id');
        return array_values(array_map(fn($row) => [
            'kind' => $row->kind,
            'status' => $row->status,
            'due' => transform::datetime($row->timedue),
            'time' => transform::datetime($row->timecreated),
        ], $rows));
    }

    /**
     * Receipts of what they redeemed.
     *
     * @param int $userid
     * @return array[]
     */
    private static function receipts(int $userid): array {
        global $DB;
        $rows = $DB->get_records('local_rocket_receipt', ['userid' => $userid], 'id');
        return array_values(array_map(fn($row) => [
            'redemption' => $row->redemption,
            'receipt' => $row->receipt,
            'time' => transform::datetime($row->timemodified),
        ], $rows));
    }

    /**
     * What was found against the ledger and they answered for.
     *
     * @param int $userid
     * @return array[]
     */
    private static function alarms(int $userid): array {
        global $DB;
        $rows = $DB->get_records('local_rocket_alarm', ['closedby' => $userid], 'id');
        return array_values(array_map(fn($row) => [
            'what' => \local_rocket\ledger\alarms::words($row),
            'reason' => $row->reason,
            'time' => transform::datetime($row->timeclosed),
        ], $rows));
    }
}
