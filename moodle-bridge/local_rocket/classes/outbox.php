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

namespace local_rocket;

/**
 * The outbox: what learners did, from the moment it was seen until the sidecar has it on its disk, and some days longer.
 *
 * A row goes captured → ready → done. Dead rows wait for a person, skipped ones are nobody's points. Whoever works on rows
 * leases them first, so that parallel cron runs and web nodes never send the same ones; the lease of one that died runs out.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class outbox {
    /** @var int as the observer saw it */
    public const CAPTURED = 0;
    /** @var int to be sent: the envelope is made */
    public const READY = 1;
    /** @var int the sidecar has it on its disk */
    public const DONE = 2;
    /** @var int refused, or not to be made sense of: a person has to look */
    public const DEAD = 3;
    /** @var int nobody may earn by it; the reason says why */
    public const SKIPPED = 4;
    /** @var int a person gave it up */
    public const DROPPED = 5;

    /** @var string[] why rows were skipped that are never made anybody's points, not by a person either */
    public const PRETENDED = ['loginas', 'roleswitch'];

    /** @var int seconds that a lease lasts: longer than any batch takes */
    private const LEASE = 300;

    /** @var string */
    private const TABLE = 'local_rocket_outbox';

    /**
     * Keeps an event as it was seen. One INSERT.
     *
     * @param array $row columns of the table
     */
    public static function add_captured(array $row): void {
        global $DB;
        $DB->insert_record_raw(self::TABLE, $row + ['uuid' => self::uuid()], false);
    }

    /**
     * An id that grows with time (UUID version 7, RFC 9562), so that its index is written at one end: a fifth off the INSERT.
     *
     * @return string
     */
    private static function uuid(): string {
        $hex = sprintf('%012x', (int)(microtime(true) * 1000)) . bin2hex(random_bytes(10));
        $hex[12] = '7';
        $hex[16] = dechex(8 | hexdec($hex[16]) & 3);
        return preg_replace('/^(.{8})(.{4})(.{4})(.{4})(.{12})$/', '$1-$2-$3-$4-$5', $hex);
    }

    /**
     * Puts in an envelope that is ready to be sent: from a sweep, a backfill, an award, a fact.
     *
     * @param learningevent $event
     * @return bool false: one of this id was put in before
     */
    public static function add_ready(learningevent $event): bool {
        global $DB;
        if ($DB->record_exists(self::TABLE, ['uuid' => $event->id])) {
            return false;
        }
        $row = [
            'uuid' => $event->id,
            'eventname' => $event->event,
            'userid' => (int)$event->user,
            'actorid' => $event->actor === null ? null : (int)$event->actor,
            'courseid' => (int)$event->course,
            'origin' => (string)$event->origin,
            'timecreated' => $event->time,
            'status' => self::READY,
            'payload' => $event->to_json(),
            'timemodified' => time(),
        ] + self::object_of($event);
        try {
            $DB->insert_record(self::TABLE, $row, false);
        } catch (\dml_write_exception $e) {
            // The same id at the same moment: one of the two is enough.
            if ($DB->record_exists(self::TABLE, ['uuid' => $event->id])) {
                return false;
            }
            throw $e;
        }
        return true;
    }

    /**
     * The object of an envelope, as the table keeps it.
     *
     * @param learningevent $event
     * @return array
     */
    private static function object_of(learningevent $event): array {
        [$table, $id] = explode(':', (string)$event->object) + [1 => ''];
        return ctype_digit($id) ? ['objecttable' => $table, 'objectid' => (int)$id] : [];
    }

    /**
     * Takes rows to work on, the oldest first, for this caller alone.
     *
     * @param int $status captured or ready
     * @param int $limit
     * @return \stdClass[] by id
     */
    public static function lease(int $status, int $limit): array {
        global $DB;
        $now = time();
        $free = 'status = :status AND timenext <= :now AND timelease <= :ended';
        $params = ['status' => $status, 'now' => $now, 'ended' => $now];
        $oldest = 'SELECT id FROM {' . self::TABLE . "} WHERE $free ORDER BY id";
        $ids = array_keys($DB->get_records_sql($oldest, $params, 0, $limit));
        if ($ids === []) {
            return [];
        }
        $lease = random_string(32);
        [$in, $list] = $DB->get_in_or_equal($ids, SQL_PARAMS_NAMED);
        // Whoever was faster has them: the condition is asked again under the row's lock.
        $DB->execute(
            'UPDATE {' . self::TABLE . "} SET lease = :lease, timelease = :until WHERE id $in AND $free",
            $list + $params + ['lease' => $lease, 'until' => $now + self::LEASE]
        );
        return $DB->get_records_select(self::TABLE, "id $in AND lease = :lease", $list + ['lease' => $lease], 'id');
    }

    /**
     * The envelope of a captured row is made.
     *
     * @param int $id
     * @param learningevent $event
     */
    public static function ready(int $id, learningevent $event): void {
        // What it is about may be somebody else than who was seen: the author of what a teacher approved.
        self::change([$id], [
            'status' => self::READY,
            'userid' => (int)$event->user,
            'payload' => $event->to_json(),
            'ip' => null,
            'other' => null,
        ] + self::object_of($event));
    }

    /**
     * The sidecar has them on its disk.
     *
     * @param int[] $ids
     * @param string $word what it said: recorded, duplicate or ignored
     */
    public static function done(array $ids, string $word): void {
        self::change($ids, ['status' => self::DONE, 'reason' => $word]);
    }

    /**
     * A person has to look.
     *
     * @param int $id
     * @param string $reason
     */
    public static function dead(int $id, string $reason): void {
        self::change([$id], ['status' => self::DEAD, 'reason' => $reason, 'ip' => null]);
    }

    /**
     * Nobody may earn by it.
     *
     * @param int $id
     * @param string $reason a code: a string `skipped_CODE` says it in words
     */
    public static function skip(int $id, string $reason): void {
        self::change([$id], ['status' => self::SKIPPED, 'reason' => $reason, 'ip' => null]);
    }

    /**
     * Work on one row begins. Counted before it is done: what takes the whole process with it is counted too.
     *
     * @param \stdClass $row
     */
    public static function begin(\stdClass $row): void {
        global $DB;
        $row->attempts++;
        $DB->set_field(self::TABLE, 'attempts', $row->attempts, ['id' => $row->id]);
    }

    /**
     * Something went wrong with one row: again later.
     *
     * @param \stdClass $row
     * @param string $reason
     * @param int $wait seconds
     */
    public static function retry(\stdClass $row, string $reason, int $wait): void {
        self::change([$row->id], ['timenext' => time() + $wait, 'reason' => $reason]);
    }

    /**
     * Gives rows back as they are, perhaps not before some time.
     *
     * @param int[] $ids
     * @param int $wait seconds
     */
    public static function release(array $ids, int $wait = 0): void {
        self::change($ids, ['timenext' => $wait === 0 ? 0 : time() + $wait]);
    }

    /**
     * Forgets a learner: nothing of theirs is sent any more.
     *
     * @param int $userid
     */
    public static function forget(int $userid): void {
        global $DB;
        $DB->delete_records(self::TABLE, ['userid' => $userid]);
        $DB->set_field(self::TABLE, 'actorid', null, ['actorid' => $userid]);
    }

    /**
     * Changes rows and ends their lease.
     *
     * @param int[] $ids
     * @param array $changes
     */
    public static function change(array $ids, array $changes): void {
        global $DB;
        if ($ids === []) {
            return;
        }
        [$in, $params] = $DB->get_in_or_equal($ids);
        $changes += ['lease' => null, 'timelease' => 0, 'timemodified' => time()];
        $set = implode(', ', array_map(fn($column) => "$column = ?", array_keys($changes)));
        $DB->execute('UPDATE {' . self::TABLE . "} SET $set WHERE id $in", [...array_values($changes), ...$params]);
    }
}
