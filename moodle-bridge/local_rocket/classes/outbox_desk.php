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
 * What people in charge do with the outbox, and what they see of it as a whole.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class outbox_desk {
    /** @var int days for which rows are kept, where the administrator did not say */
    private const DAYS = 14;

    /** @var string */
    private const TABLE = 'local_rocket_outbox';

    /**
     * Sends dead, skipped, dropped or done rows again. Where no envelope was made, it is made now. What was done logged in as
     * somebody else, or in a switched role, stays nobody's.
     *
     * @param int[] $ids
     */
    public static function replay(array $ids): void {
        global $DB;
        if ($ids === []) {
            return;
        }
        [$in, $params] = $DB->get_in_or_equal($ids);
        foreach ([outbox::READY => 'payload IS NOT NULL', outbox::CAPTURED => 'payload IS NULL'] as $status => $where) {
            $select = "id $in AND status > 1 AND $where AND (reason IS NULL OR " . $DB->sql_compare_text('reason', 20)
                . ' NOT IN (?, ?))';
            $found = $DB->get_fieldset_select(self::TABLE, 'id', $select, [...$params, ...outbox::PRETENDED]);
            outbox::change($found, ['status' => $status, 'attempts' => 0, 'timenext' => 0, 'reason' => null]);
        }
    }

    /**
     * Gives up what is dead.
     *
     * @param int[] $ids
     */
    public static function drop(array $ids): void {
        global $DB;
        if ($ids !== []) {
            [$in, $params] = $DB->get_in_or_equal($ids);
            $found = $DB->get_fieldset_select(self::TABLE, 'id', "id $in AND status = ?", [...$params, outbox::DEAD]);
            outbox::change($found, ['status' => outbox::DROPPED]);
        }
    }

    /**
     * Sends again what happened, or was acknowledged, since a time: the sidecar was restored from a backup. What it has already
     * it answers as a duplicate.
     *
     * @param int $since epoch seconds
     * @return int how many rows
     */
    public static function resend(int $since): int {
        global $DB;
        $where = 'status = :done AND (timemodified >= :since OR timecreated >= :happened) AND payload IS NOT NULL';
        $params = ['done' => outbox::DONE, 'since' => $since, 'happened' => $since];
        $count = $DB->count_records_select(self::TABLE, $where, $params);
        $DB->execute(
            'UPDATE {' . self::TABLE . "} SET status = :ready, timenext = 0, reason = NULL WHERE $where",
            $params + ['ready' => outbox::READY]
        );
        return $count;
    }

    /**
     * The last row that is to be sent.
     *
     * @return int its id; 0: there is none
     */
    public static function last_ready(): int {
        global $DB;
        return (int)$DB->get_field(self::TABLE, 'MAX(id)', ['status' => outbox::READY]);
    }

    /**
     * Whether rows up to one of them are still to be sent.
     *
     * @param int $id
     * @return bool
     */
    public static function is_ready_upto(int $id): bool {
        global $DB;
        return $DB->record_exists_select(self::TABLE, 'status = ? AND id <= ?', [outbox::READY, $id]);
    }

    /**
     * For how long rows are kept that were acknowledged, skipped or given up.
     *
     * @return int days
     */
    public static function days_kept(): int {
        return (int)(get_config('local_rocket', 'keepdays') ?: self::DAYS);
    }

    /**
     * How many rows there are of each status.
     *
     * @return array<int, int>
     */
    public static function counts(): array {
        global $DB;
        $counts = $DB->get_records_sql_menu('SELECT status, COUNT(*) FROM {' . self::TABLE . '} GROUP BY status');
        return array_map('intval', $counts) + array_fill(outbox::CAPTURED, outbox::DROPPED + 1, 0);
    }

    /**
     * Clears away what was acknowledged, skipped or given up long ago. What is not sent, or dead, stays.
     */
    public static function cleanup(): void {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal([outbox::DONE, outbox::SKIPPED, outbox::DROPPED]);
        $before = time() - self::days_kept() * DAYSECS;
        $DB->delete_records_select(self::TABLE, "status $in AND timemodified < ?", [...$params, $before]);
    }
}
