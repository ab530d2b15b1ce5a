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
 * What the sidecar last said of a learner: shown until it says something newer, and while it is away.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class snapshot {
    /** @var string */
    private const TABLE = 'local_rocket_snapshot';

    /**
     * The snapshot of a learner.
     *
     * @param int $userid
     * @return \stdClass|null value (array), stale (bool), timefetched (epoch seconds); null: nothing was ever known
     */
    public static function get(int $userid): ?\stdClass {
        global $DB;
        $row = $DB->get_record(self::TABLE, ['userid' => $userid], 'value, stale, timefetched');
        if (!$row) {
            return null;
        }
        return (object)[
            'value' => json_decode($row->value, true),
            'stale' => (bool)$row->stale,
            'timefetched' => (int)$row->timefetched,
        ];
    }

    /**
     * Keeps what the sidecar says now.
     *
     * @param int $userid
     * @param array $value
     */
    public static function put(int $userid, array $value): void {
        global $DB;
        $row = ['value' => json_encode($value), 'stale' => 0, 'timefetched' => time()];
        $id = $DB->get_field(self::TABLE, 'id', ['userid' => $userid]);
        if ($id) {
            $DB->update_record(self::TABLE, ['id' => $id] + $row);
            return;
        }
        try {
            $DB->insert_record(self::TABLE, ['userid' => $userid] + $row, false);
        } catch (\dml_write_exception $e) {
            // Two pages of one learner at once: the other one kept the same.
            if (!$DB->record_exists(self::TABLE, ['userid' => $userid])) {
                throw $e;
            }
        }
    }

    /**
     * Something happened since: the next page asks again.
     *
     * @param int[] $userids
     */
    public static function outdate(array $userids): void {
        global $DB;
        if ($userids !== []) {
            [$in, $params] = $DB->get_in_or_equal($userids);
            $DB->set_field_select(self::TABLE, 'stale', 1, "userid $in", $params);
        }
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
