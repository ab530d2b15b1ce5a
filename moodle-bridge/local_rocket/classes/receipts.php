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
 * Receipts of redemptions, signed by the sidecar, the last one of each: where it has to be restored from a backup, they tell it
 * what the backup does not know, so that no token is used twice and no code goes out twice.
 *
 * What else is in them is the sidecar's business: tokens and codes only as it alone can read them.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class receipts {
    /** @var int days for which they are kept: twice as long as the sidecar keeps backups as a rule */
    public const KEPT_DAYS = 60;

    /** @var string */
    private const TABLE = 'local_rocket_receipt';

    /**
     * Keeps the receipt in an answer, in place of the one before it. Answers may overtake each other: of two receipts the one
     * that was signed later is kept.
     *
     * @param array $answer with `redemption_id` and `receipt`
     * @param int|null $userid whose redemption it is; null: as it was kept before, or as it says itself
     */
    public static function keep(array $answer, ?int $userid = null): void {
        global $DB;
        $redemption = $answer['redemption_id'] ?? null;
        $receipt = $answer['receipt'] ?? null;
        if (!is_string($redemption) || !is_string($receipt)) {
            return;
        }
        $changes = ['receipt' => $receipt, 'timemodified' => time()] + ($userid === null ? [] : ['userid' => $userid]);
        $before = $DB->get_record(self::TABLE, ['redemption' => $redemption], 'id, receipt');
        if ($before) {
            if (self::said($receipt, 'signed') >= self::said($before->receipt, 'signed')) {
                $DB->update_record(self::TABLE, ['id' => $before->id] + $changes);
            }
            return;
        }
        try {
            $DB->insert_record(self::TABLE, ['redemption' => $redemption] + $changes + ['userid' => self::owner($receipt)], false);
        } catch (\dml_write_exception $e) {
            // The same answer on two pages at once: the other one kept it.
            if (!$DB->record_exists(self::TABLE, ['redemption' => $redemption])) {
                throw $e;
            }
        }
    }

    /**
     * Whose redemption it is, as a receipt says.
     *
     * @param string $receipt
     * @return int 0: it does not
     */
    private static function owner(string $receipt): int {
        $owner = self::said($receipt, 'user_id');
        return ctype_digit($owner) ? (int)$owner : 0;
    }

    /**
     * What a receipt says: its second line is JSON. Its times are all of one length and zone, so they compare as texts.
     *
     * @param string $receipt
     * @param string $key
     * @return string empty: nothing
     */
    private static function said(string $receipt, string $key): string {
        $said = json_decode(explode("\n", $receipt)[1] ?? '', true)[$key] ?? null;
        return is_string($said) ? $said : '';
    }

    /**
     * Some of those since a time, in the order in which they are resent.
     *
     * @param int $since epoch seconds
     * @param int $after the id of the last one that was resent
     * @param int $limit
     * @return string[] by id
     */
    public static function since(int $since, int $after, int $limit): array {
        global $DB;
        $where = 'timemodified >= :since AND id > :after';
        return $DB->get_records_select_menu(
            self::TABLE,
            $where,
            ['since' => $since, 'after' => $after],
            'id',
            'id, receipt',
            0,
            $limit
        );
    }

    /**
     * Clears away those that no backup can lack any more.
     */
    public static function cleanup(): void {
        global $DB;
        $DB->delete_records_select(self::TABLE, 'timemodified < ?', [time() - self::KEPT_DAYS * DAYSECS]);
    }

    /**
     * Forgets a learner.
     *
     * @param int $userid
     */
    public static function forget(int $userid): void {
        global $DB;
        $DB->delete_records(self::TABLE, ['userid' => $userid]);
    }
}
