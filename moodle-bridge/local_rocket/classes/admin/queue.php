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

namespace local_rocket\admin;

use local_rocket\outbox;
use local_rocket\state;

/**
 * How the outbox stands, for people in charge. It only reads.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class queue {
    /** @var int seconds after which a task that runs each minute is missed */
    public const MISSED = 600;

    /** @var string[] the statuses, as strings and commands name them */
    public const NAMES = [
        outbox::CAPTURED => 'captured',
        outbox::READY => 'ready',
        outbox::DONE => 'done',
        outbox::DEAD => 'dead',
        outbox::SKIPPED => 'skipped',
        outbox::DROPPED => 'dropped',
    ];

    /** @var string */
    private const TABLE = 'local_rocket_outbox';

    /**
     * Each status: how many, since when.
     *
     * @return \stdClass[] by status: status, count, oldest, newest (epoch seconds, when it happened)
     */
    public static function by_status(): array {
        global $DB;
        return $DB->get_records_sql(
            'SELECT status, COUNT(*) AS count, MIN(timecreated) AS oldest, MAX(timecreated) AS newest
               FROM {' . self::TABLE . '}
           GROUP BY status
           ORDER BY status'
        );
    }

    /**
     * How many rows there are.
     *
     * @param int[] $statuses
     * @return int
     */
    public static function count(array $statuses): int {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($statuses);
        return $DB->count_records_select(self::TABLE, "status $in", $params);
    }

    /**
     * When a row of this status last came to it.
     *
     * @param int $status
     * @return int epoch seconds; 0: there is none
     */
    public static function newest(int $status): int {
        global $DB;
        return (int)$DB->get_field(self::TABLE, 'MAX(timemodified)', ['status' => $status]);
    }

    /**
     * For how long the oldest event that was just seen has waited. What a sweep or a backfill found is old by nature.
     *
     * @return int seconds; 0: none waits
     */
    public static function waiting(): int {
        global $DB;
        $oldest = $DB->get_field_select(
            self::TABLE,
            'MIN(timecreated)',
            "status < :done AND origin IN ('web', 'ws', 'cli')",
            ['done' => outbox::DONE]
        );
        return $oldest ? max(0, time() - (int)$oldest) : 0;
    }

    /**
     * The reasons for which events are dead, the most frequent first.
     *
     * @param int $limit
     * @return \stdClass[] reason, count, newest
     */
    public static function dead_reasons(int $limit): array {
        global $DB;
        $reason = $DB->sql_compare_text('reason', 255);
        return array_values($DB->get_records_sql(
            "SELECT $reason AS reason, COUNT(*) AS count, MAX(timemodified) AS newest
               FROM {" . self::TABLE . "}
              WHERE status = :dead
           GROUP BY $reason
           ORDER BY count DESC",
            ['dead' => outbox::DEAD],
            0,
            $limit
        ));
    }

    /**
     * Why what waits is not sent.
     *
     * @return string|null null: nothing waits, or nothing stands in its way
     */
    public static function trouble(): ?string {
        if (self::count([outbox::CAPTURED, outbox::READY]) === 0) {
            return null;
        }
        $run = state::get('sender');
        return match (true) {
            $run === null => get_string('sendnever', 'local_rocket'),
            $run['stopped'] !== null => $run['stopped'],
            $run['time'] < time() - self::MISSED => get_string('sendmissed', 'local_rocket', userdate($run['time'])),
            default => null,
        };
    }
}
