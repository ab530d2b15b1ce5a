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

namespace local_rocket\handover;

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->libdir . '/badgeslib.php');

/**
 * Issues a badge of the site or of a course.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class badge {
    /**
     * Issues it, unless they have it already.
     *
     * @param \stdClass $user
     * @param string $name exact name, or `badge:ID`
     * @throws impossible before anything is changed
     */
    public static function give(\stdClass $user, string $name): void {
        global $CFG;
        if (empty($CFG->enablebadges)) {
            throw new impossible('nobadges');
        }
        $badge = self::find($name);
        if ($badge->is_issued($user->id)) {
            return;
        }
        if (!$badge->is_active()) {
            throw new impossible('badgenotactive', $name);
        }
        $badge->issue($user->id);
    }

    /**
     * The badge: where several have the name, the one that can be issued.
     *
     * @param string $name
     * @return \core_badges\badge
     */
    private static function find(string $name): \core_badges\badge {
        global $DB;
        $byid = preg_match('/^badge:(\d+)$/', $name, $found);
        $where = $byid ? 'id = :id' : 'name = :name';
        $params = ($byid ? ['id' => $found[1]] : ['name' => $name]) + ['archived' => BADGE_STATUS_ARCHIVED];
        $statuses = $DB->get_records_select_menu('badge', "$where AND status <> :archived", $params, 'id', 'id, status');
        $active = array_intersect($statuses, [BADGE_STATUS_ACTIVE, BADGE_STATUS_ACTIVE_LOCKED]);
        $candidates = array_keys($active ?: $statuses);
        if (count($candidates) > 1) {
            throw new impossible('severalbadges', $name);
        }
        if ($candidates === []) {
            throw new impossible('nobadge', $name);
        }
        return new \core_badges\badge($candidates[0]);
    }
}
