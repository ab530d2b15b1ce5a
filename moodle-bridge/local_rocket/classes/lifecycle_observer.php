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
 * Hears what becomes of accounts.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class lifecycle_observer {
    /**
     * An account was deleted.
     *
     * @param \core\event\user_deleted $event
     */
    public static function user_deleted(\core\event\user_deleted $event): void {
        lifecycle::user_deleted((int)$event->objectid);
    }

    /**
     * Two accounts were merged, by the plugin tool_mergeusers.
     *
     * @param \core\event\base $event its class is only there where the plugin is
     */
    public static function users_merged(\core\event\base $event): void {
        ['fromid' => $fromid, 'toid' => $toid] = $event->other['usersinvolved'];
        lifecycle::users_merged((int)$fromid, (int)$toid);
    }
}
