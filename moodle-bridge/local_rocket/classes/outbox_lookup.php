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
 * Questions that people's pages ask of the outbox. It only reads.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class outbox_lookup {
    /** @var string */
    private const TABLE = 'local_rocket_outbox';

    /**
     * Where events stand.
     *
     * @param string[] $uuids
     * @return array<string, int> statuses by uuid; one that is not there was sent and cleared away
     */
    public static function statuses(array $uuids): array {
        global $DB;
        if ($uuids === []) {
            return [];
        }
        [$in, $params] = $DB->get_in_or_equal($uuids);
        return array_map('intval', $DB->get_records_select_menu(self::TABLE, "uuid $in", $params, '', 'uuid, status'));
    }

    /**
     * A learner's latest events.
     *
     * @param int $userid
     * @param int $limit
     * @return \stdClass[] eventname, courseid, timecreated, status, reason, timenext by id; the newest first
     */
    public static function latest_of(int $userid, int $limit): array {
        global $DB;
        $columns = 'id, eventname, courseid, timecreated, status, reason, timenext';
        return $DB->get_records(self::TABLE, ['userid' => $userid], 'id DESC', $columns, 0, $limit);
    }

    /**
     * How many of a learner's events there are of each status.
     *
     * @param int $userid
     * @return array<int, int>
     */
    public static function counts_of(int $userid): array {
        global $DB;
        $sql = 'SELECT status, COUNT(*) FROM {' . self::TABLE . '} WHERE userid = ? GROUP BY status ORDER BY status';
        return array_map('intval', $DB->get_records_sql_menu($sql, [$userid]));
    }
}
