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
 * What this site itself keeps of a learner in the bridge's tables.
 *
 * A row that somebody is sending at this very moment cannot be called back: whoever forgets or merges learners is told when
 * that is over, and does it once more then.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class lifecycle_records {
    /** @var string */
    private const OUTBOX = 'local_rocket_outbox';
    /** @var string */
    private const AWARD = 'local_rocket_award';
    /** @var string */
    private const HANDOVER = 'local_rocket_handover';
    /** @var string */
    private const ALARM = 'local_rocket_alarm';
    /** @var string */
    private const RECEIPT = 'local_rocket_receipt';
    /** @var string[] the learner's own settings */
    public const PREFERENCES = ['local_rocket_goal', 'local_rocket_optout'];

    /**
     * Forgets a learner. Awards stay for the course's teachers, without saying to whom or by whom; so does what was found against
     * the ledger, without who answered for it.
     *
     * @param int $userid
     * @return int epoch seconds from which on nothing of them is under way any more
     */
    public static function forget(int $userid): int {
        global $DB;
        $transaction = $DB->start_delegated_transaction();
        $free = self::free_from([$userid]);
        self::rewrite_payloads([$userid], function (\stdClass $payload) use ($userid) {
            if (($payload->actor ?? null) === (string)$userid) {
                unset($payload->actor);
            }
        });
        outbox::forget($userid);
        snapshot::forget($userid);
        receipts::forget($userid);
        $DB->delete_records(self::HANDOVER, ['userid' => $userid]);
        $DB->set_field(self::AWARD, 'reason', null, ['userid' => $userid]);
        $DB->set_field(self::AWARD, 'userid', 0, ['userid' => $userid]);
        $DB->set_field(self::AWARD, 'awardedby', 0, ['awardedby' => $userid]);
        $DB->set_field(self::AWARD, 'undoneby', 0, ['undoneby' => $userid]);
        $DB->set_field(self::ALARM, 'closedby', 0, ['closedby' => $userid]);
        foreach (self::PREFERENCES as $name) {
            unset_user_preference($name, $userid);
        }
        $transaction->allow_commit();
        return $free;
    }

    /**
     * Puts one learner's rows under another's id.
     *
     * @param int $fromid
     * @param int $toid
     * @return int epoch seconds from which on nothing is under way any more under the old id
     */
    public static function merge(int $fromid, int $toid): int {
        global $DB;
        $transaction = $DB->start_delegated_transaction();
        // What merged the accounts may have changed the columns already, but it does not know the envelopes.
        $free = self::free_from([$fromid, $toid]);
        self::rewrite_payloads([$fromid, $toid], function (\stdClass $payload) use ($fromid, $toid) {
            foreach (['user', 'actor'] as $who) {
                if (($payload->$who ?? null) === (string)$fromid) {
                    $payload->$who = (string)$toid;
                }
            }
        });
        $columns = [
            self::OUTBOX => ['userid', 'actorid'],
            self::AWARD => ['userid', 'awardedby', 'undoneby'],
            self::HANDOVER => ['userid'],
            self::RECEIPT => ['userid'],
            self::ALARM => ['closedby'],
        ];
        foreach ($columns as $table => $names) {
            foreach ($names as $name) {
                $DB->set_field($table, $name, $toid, [$name => $fromid]);
            }
        }
        snapshot::forget($fromid);
        snapshot::outdate([$toid]);
        $transaction->allow_commit();
        return $free;
    }

    /**
     * From when on nobody is sending rows of these people any more.
     *
     * @param int[] $userids
     * @return int epoch seconds: now, where nobody is
     */
    private static function free_from(array $userids): int {
        global $DB;
        [$where, $params] = self::rows_of($userids);
        return max(time(), (int)$DB->get_field_select(self::OUTBOX, 'MAX(timelease)', $where, $params));
    }

    /**
     * Changes the envelopes of rows that are about these people, or were caused by them.
     *
     * @param int[] $userids
     * @param \Closure $change takes an envelope
     */
    private static function rewrite_payloads(array $userids, \Closure $change): void {
        global $DB;
        [$where, $params] = self::rows_of($userids);
        $rows = $DB->get_recordset_select(self::OUTBOX, "payload IS NOT NULL AND $where", $params, 'id', 'id, payload');
        foreach ($rows as $row) {
            $payload = json_decode($row->payload, false, 512, JSON_THROW_ON_ERROR);
            $change($payload);
            $text = json_encode($payload, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
            if ($text !== $row->payload) {
                $DB->set_field(self::OUTBOX, 'payload', $text, ['id' => $row->id]);
            }
        }
        $rows->close();
    }

    /**
     * Rows of the outbox that are about these people, or were caused by them, for SQL.
     *
     * @param int[] $userids
     * @return array
     */
    private static function rows_of(array $userids): array {
        global $DB;
        [$users, $params] = $DB->get_in_or_equal($userids, SQL_PARAMS_NAMED, 'user');
        [$actors, $more] = $DB->get_in_or_equal($userids, SQL_PARAMS_NAMED, 'actor');
        return ["(userid $users OR actorid $actors)", $params + $more];
    }
}
