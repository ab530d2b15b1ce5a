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
     * Sends again what the sidecar had acknowledged since a time: it was restored from a backup. What it has already it
     * answers as a duplicate.
     *
     * @param int $since epoch seconds, by when it was acknowledged
     * @return int how many rows
     */
    public static function resend(int $since): int {
        global $DB;
        $where = 'status = :done AND timemodified >= :since AND payload IS NOT NULL';
        $params = ['done' => outbox::DONE, 'since' => $since];
        $count = $DB->count_records_select(self::TABLE, $where, $params);
        $DB->execute(
            'UPDATE {' . self::TABLE . "} SET status = :ready, timenext = 0, reason = NULL WHERE $where",
            $params + ['ready' => outbox::READY]
        );
        return $count;
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
     *
     * @param int $days
     */
    public static function cleanup(int $days): void {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal([outbox::DONE, outbox::SKIPPED, outbox::DROPPED]);
        $before = time() - $days * DAYSECS;
        $DB->delete_records_select(self::TABLE, "status $in AND timemodified < ?", [...$params, $before]);
    }
}
