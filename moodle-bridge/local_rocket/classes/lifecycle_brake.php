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
 * Stops the clock where more accounts are deleted in a day than a person would: a synchronisation may have gone wrong, and
 * what is erased does not come back. They are frozen all the same. A person lets the erasures go on, or calls them off.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class lifecycle_brake {
    /** @var int deletions within a day beyond which a person has to look */
    public const MANY = 50;

    /** @var string under which it is kept when people were told */
    private const STATE = 'lifecycle_alert';

    /** @var string */
    private const TABLE = 'local_rocket_request';

    /**
     * Stops the clock for the accounts that were deleted within a day, if they are too many. Each of them was to be frozen.
     *
     * @return bool whether they are
     */
    public static function pull_if_many(): bool {
        global $DB;
        $since = time() - DAYSECS;
        $where = 'kind = :kind AND timecreated > :since';
        $params = ['kind' => request::FREEZE, 'since' => $since];
        if ($DB->count_records_select(self::TABLE, $where, $params) <= self::MANY) {
            return false;
        }
        $params = ['kind' => request::ERASE_DELETED, 'since' => $since, 'pending' => request::PENDING];
        $ids = $DB->get_fieldset_select(self::TABLE, 'id', "$where AND status = :pending", $params);
        request::change($ids, ['status' => request::HELD]);
        return true;
    }

    /**
     * What a person has to decide on: erasures that are held, and requests that the sidecar refused.
     *
     * @return \stdClass[] by id, the oldest first: kind, userid, fullname, status, reason, timecreated, timedue, timemodified
     */
    public static function held(): array {
        global $DB;
        $name = \core_user\fields::for_name()->get_sql('u', true);
        [$in, $params] = self::open_statuses();
        $found = $DB->get_records_sql(
            "SELECT r.id, r.kind, r.userid, r.status, r.reason, r.timecreated, r.timedue, r.timemodified{$name->selects}
               FROM {local_rocket_request} r
          LEFT JOIN {user} u ON u.id = r.userid
              WHERE r.status $in
           ORDER BY r.id",
            $params + $name->params
        );
        foreach ($found as $request) {
            $request->fullname = fullname($request, true);
        }
        return $found;
    }

    /**
     * How many of each kind of trouble there are.
     *
     * @return array held, failed
     */
    public static function counts(): array {
        global $DB;
        [$in, $params] = self::open_statuses();
        $sql = "SELECT status, COUNT(*) FROM {local_rocket_request} WHERE status $in GROUP BY status";
        $counts = $DB->get_records_sql_menu($sql, $params);
        return ['held' => (int)($counts[request::HELD] ?? 0), 'failed' => (int)($counts[request::FAILED] ?? 0)];
    }

    /**
     * Lets requests go on. The time for which the clock stood does not count; what was refused is tried again at once.
     *
     * @param int[] $ids
     * @return int how many of them were held or refused
     */
    public static function release(array $ids): int {
        $requests = self::open($ids);
        foreach ($requests as $request) {
            $stood = $request->status === request::HELD ? time() - $request->timemodified : 0;
            request::change([$request->id], [
                'status' => request::PENDING,
                'timedue' => $request->timedue + $stood,
                'attempts' => 0,
                'reason' => null,
            ]);
        }
        return count($requests);
    }

    /**
     * Calls requests off. Accounts that are there again earn again; one that stays deleted stays frozen.
     *
     * @param int[] $ids
     * @return int how many of them were held or refused
     */
    public static function cancel(array $ids): int {
        $requests = self::open($ids);
        foreach ($requests as $request) {
            request::change([$request->id], ['status' => request::CANCELLED]);
            if ($request->kind === request::ERASE_DELETED && lifecycle::exists($request->userid)) {
                request::add(request::UNFREEZE, $request->userid, time());
            }
        }
        return count($requests);
    }

    /**
     * Tells people in charge that something waits for them: once a day at most, and only where something came to it.
     */
    public static function alert(): void {
        global $DB;
        [$in, $params] = self::open_statuses();
        $newest = (int)$DB->get_field_select(self::TABLE, 'MAX(id)', "status $in", $params);
        $told = state::get(self::STATE) ?? ['id' => 0, 'time' => 0];
        if ($newest <= $told['id'] || $told['time'] > time() - DAYSECS) {
            return;
        }
        $counts = self::counts();
        foreach (notification::people_in_charge() as $person) {
            notification::send($person, 'alert', 'status.php', fn() => get_string('lifecyclealert', 'local_rocket', $counts));
        }
        state::set(self::STATE, ['id' => $newest, 'time' => time()]);
    }

    /**
     * Those of some requests that are held or refused.
     *
     * @param int[] $ids
     * @return \stdClass[]
     */
    private static function open(array $ids): array {
        global $DB;
        [$in, $params] = self::open_statuses();
        [$these, $more] = $DB->get_in_or_equal($ids, SQL_PARAMS_NAMED, 'id', true, 0);
        return $DB->get_records_select(self::TABLE, "status $in AND id $these", $params + $more, 'id');
    }

    /**
     * The statuses in which a person has to decide, for SQL.
     *
     * @return array
     */
    private static function open_statuses(): array {
        global $DB;
        return $DB->get_in_or_equal([request::HELD, request::FAILED], SQL_PARAMS_NAMED, 'status');
    }
}
