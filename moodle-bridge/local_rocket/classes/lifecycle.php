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
 * What becomes of a learner's account: deleted, merged, forgotten.
 *
 * A suspended one needs nothing here: it earns nothing, and its balance stays. Nor does a course that is reset, deleted or
 * restored: points belong to the learner.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class lifecycle {
    /** @var int days after its deletion until an account is erased, where the administrator did not say */
    private const ERASE_DAYS = 30;

    /** @var float seconds for which the page of somebody who deletes or merges waits */
    private const PATIENCE = 2.0;

    /**
     * An account was deleted: frozen at once, erased after some days.
     *
     * @param int $userid
     */
    public static function user_deleted(int $userid): void {
        if (request::is_forgotten($userid) || request::is_open($userid, [request::ERASE_DELETED])) {
            return;
        }
        request::add(request::FREEZE, $userid, time());
        request::add(request::ERASE_DELETED, $userid, time() + self::erase_days() * DAYSECS);
        // One of many is told within a minute: whoever deletes them all does not wait for each.
        if (!lifecycle_brake::pull_if_many()) {
            (new request_sender(self::PATIENCE))->run($userid);
        }
    }

    /**
     * One account went up in another: so do points, and what is still to be sent.
     *
     * @param int $fromid
     * @param int $toid the one that stays
     */
    public static function users_merged(int $fromid, int $toid): void {
        $due = lifecycle_records::merge($fromid, $toid);
        request::add(request::MERGE, $fromid, $due, $toid);
        (new request_sender(self::PATIENCE))->run($fromid);
    }

    /**
     * Forgets a learner: here at once, in the sidecar at once or as soon as it is there.
     *
     * @param int $userid
     * @return string|null why the sidecar refuses, such as a legal hold, so that a person has to look; null: it does not
     */
    public static function erase(int $userid): ?string {
        // Whatever waited for this learner is done by this.
        request::cancel_open($userid, [request::FREEZE, request::UNFREEZE, request::ERASE_DELETED]);
        $due = lifecycle_records::forget($userid);
        if (!request::is_open($userid, [request::ERASE])) {
            request::add(request::ERASE, $userid, $due);
        }
        (new request_sender())->run($userid);
        return request::refusal($userid);
    }

    /**
     * Whether the sidecar may know learners of this site: it is paired, or was.
     *
     * @return bool
     */
    public static function has_sidecar(): bool {
        global $DB;
        return get_config('local_rocket', 'address') || $DB->record_exists('local_rocket_checkpoint', []);
    }

    /**
     * Whether there is an account, or is one again.
     *
     * @param int $userid
     * @return bool
     */
    public static function exists(int $userid): bool {
        global $DB;
        return $DB->record_exists('user', ['id' => $userid, 'deleted' => 0]);
    }

    /**
     * Days until a deleted account is erased.
     *
     * @return int
     */
    private static function erase_days(): int {
        $days = get_config('local_rocket', 'erasedays');
        return is_numeric($days) ? max(0, (int)$days) : self::ERASE_DAYS;
    }
}
