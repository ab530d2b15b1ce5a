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
 * What the sidecar must be told about accounts: kept until it has been told, however long it is away.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class request {
    /** @var string earns and redeems nothing any more, and keeps its balance */
    public const FREEZE = 'freeze';
    /** @var string the account is back */
    public const UNFREEZE = 'unfreeze';
    /** @var string somebody asked to be forgotten: at once */
    public const ERASE = 'erase';
    /** @var string the account was deleted: after some days, unless too many were on one day */
    public const ERASE_DELETED = 'erase_deleted';
    /** @var string one account went up in another */
    public const MERGE = 'merge';

    /** @var string to be told, once it is due */
    public const PENDING = 'pending';
    /** @var string the sidecar did it */
    public const DONE = 'done';
    /** @var string the sidecar said no: a person has to look */
    public const FAILED = 'failed';
    /** @var string not before a person says so */
    public const HELD = 'held';
    /** @var string not wanted any more */
    public const CANCELLED = 'cancelled';

    /** @var int seconds before the second attempt; they double with each further one */
    private const FIRST_WAIT = 60;
    /** @var int seconds between two attempts at most */
    private const LONGEST_WAIT = 3600;
    /** @var int days for which finished requests can be looked at */
    private const KEPT_DAYS = 90;

    /** @var string */
    private const TABLE = 'local_rocket_request';

    /**
     * Puts a request in.
     *
     * @param string $kind
     * @param int $userid
     * @param int $due epoch seconds, not before
     * @param int|null $otherid of a merge: the account that stays
     */
    public static function add(string $kind, int $userid, int $due, ?int $otherid = null): void {
        global $DB;
        $DB->insert_record(self::TABLE, [
            'kind' => $kind,
            'userid' => $userid,
            'otherid' => $otherid,
            'status' => self::PENDING,
            'timedue' => $due,
            'timecreated' => time(),
            'timemodified' => time(),
        ]);
    }

    /**
     * Whether something of these kinds is still to be done about an account.
     *
     * @param int $userid
     * @param string[] $kinds
     * @return bool
     */
    public static function is_open(int $userid, array $kinds): bool {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($kinds, SQL_PARAMS_NAMED);
        return $DB->record_exists_select(
            self::TABLE,
            "userid = :userid AND kind $in AND status IN (:pending, :held)",
            $params + ['userid' => $userid, 'pending' => self::PENDING, 'held' => self::HELD]
        );
    }

    /**
     * All that the sidecar is still to be told, the oldest first, but for erasures whose day has not come.
     *
     * @return \stdClass[] by id
     */
    public static function waiting(): array {
        global $DB;
        return $DB->get_records_select(
            self::TABLE,
            'status = :pending AND (timedue <= :now OR attempts > 0 OR kind <> :later)',
            ['pending' => self::PENDING, 'now' => time(), 'later' => self::ERASE_DELETED],
            'id'
        );
    }

    /**
     * Calls off what is still to be done about an account.
     *
     * @param int $userid
     * @param string[] $kinds
     */
    public static function cancel_open(int $userid, array $kinds): void {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($kinds, SQL_PARAMS_NAMED);
        $ids = $DB->get_fieldset_select(
            self::TABLE,
            'id',
            "userid = :userid AND kind $in AND status IN (:pending, :held, :failed)",
            $params + ['userid' => $userid, 'pending' => self::PENDING, 'held' => self::HELD, 'failed' => self::FAILED]
        );
        self::change($ids, ['status' => self::CANCELLED]);
    }

    /**
     * It could not be done: again later, each time a little later, and never given up.
     *
     * @param \stdClass $request
     * @param string $reason
     * @param int|null $retryafter seconds, where the sidecar said when
     */
    public static function retry(\stdClass $request, string $reason, ?int $retryafter): void {
        $wait = min(self::LONGEST_WAIT, self::FIRST_WAIT * 2 ** min(10, $request->attempts));
        // Up to a fifth more, so that many sites do not all come back in the same second.
        $wait = max($retryafter ?? 0, (int)($wait * (1 + random_int(0, 200) / 1000)));
        self::change([$request->id], [
            'attempts' => $request->attempts + 1,
            'timedue' => time() + $wait,
            'reason' => $reason,
        ]);
    }

    /**
     * Whether somebody asked that this learner be forgotten, and it is done or going on: true for a day after it was done.
     *
     * @param int $userid
     * @return bool
     */
    public static function is_forgotten(int $userid): bool {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal([self::PENDING, self::DONE], SQL_PARAMS_NAMED);
        $params += ['userid' => $userid, 'kind' => self::ERASE];
        // Whoever did something since is known again.
        return $DB->record_exists_select(self::TABLE, "userid = :userid AND kind = :kind AND status $in", $params)
            && !$DB->record_exists('local_rocket_outbox', ['userid' => $userid]);
    }

    /**
     * Why the sidecar does not erase a learner.
     *
     * @param int $userid
     * @return string|null null: it did, or was not asked yet
     */
    public static function refusal(int $userid): ?string {
        global $DB;
        $conditions = ['userid' => $userid, 'kind' => self::ERASE];
        $last = $DB->get_records(self::TABLE, $conditions, 'id DESC', 'id, status, reason', 0, 1);
        $last = reset($last);
        return $last && $last->status === self::FAILED ? (string)$last->reason : null;
    }

    /**
     * The learner is erased: what was done until then no longer says about whom. The erasure itself says it for another day,
     * because Moodle deletes the account right after it.
     *
     * @param \stdClass $erasure
     */
    public static function forget(\stdClass $erasure): void {
        global $DB;
        $upto = ['userid' => $erasure->userid, 'upto' => $erasure->id];
        $DB->set_field_select(
            self::TABLE,
            'status',
            self::CANCELLED,
            'userid = :userid AND id <= :upto AND status IN (:pending, :held, :failed)',
            $upto + ['pending' => self::PENDING, 'held' => self::HELD, 'failed' => self::FAILED]
        );
        $DB->set_field_select(self::TABLE, 'userid', 0, 'userid = :userid AND id < :upto', $upto);
        $DB->set_field_select(self::TABLE, 'otherid', null, 'otherid = :userid AND id <= :upto', $upto);
    }

    /**
     * Tells again what was told since a time: the sidecar was restored from a backup. Who was erased it knows by itself.
     *
     * @param int $since epoch seconds
     */
    public static function repeat(int $since): void {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal([self::FREEZE, self::UNFREEZE, self::MERGE], SQL_PARAMS_NAMED);
        $told = $DB->get_fieldset_select(
            self::TABLE,
            'id',
            "kind $in AND status = :done AND timemodified >= :since AND userid <> 0 AND (kind <> :merge OR otherid IS NOT NULL)",
            $params + ['done' => self::DONE, 'since' => $since, 'merge' => self::MERGE]
        );
        self::change($told, ['status' => self::PENDING, 'timedue' => time(), 'attempts' => 0]);
    }

    /**
     * Clears away what was finished long ago, and who was erased a day ago.
     */
    public static function cleanup(): void {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal([self::ERASE, self::ERASE_DELETED], SQL_PARAMS_NAMED);
        $DB->set_field_select(
            self::TABLE,
            'userid',
            0,
            "userid <> 0 AND kind $in AND status = :done AND timemodified < :before",
            $params + ['done' => self::DONE, 'before' => time() - DAYSECS]
        );
        $DB->delete_records_select(
            self::TABLE,
            'status IN (:done, :cancelled) AND timemodified < :before',
            ['done' => self::DONE, 'cancelled' => self::CANCELLED, 'before' => time() - self::KEPT_DAYS * DAYSECS]
        );
    }

    /**
     * Changes requests.
     *
     * @param int[] $ids
     * @param array $changes
     */
    public static function change(array $ids, array $changes): void {
        global $DB;
        $changes['timemodified'] = time();
        foreach ($ids as $id) {
            $DB->update_record(self::TABLE, ['id' => $id] + $changes);
        }
    }
}
