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

use core_user\hook\extend_user_menu;

/**
 * The links in the user menu, from every page.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class user_menu {
    /**
     * Adds the links: to one's points, and to the counter for who stands there.
     *
     * @param extend_user_menu $hook
     */
    public static function extend(extend_user_menu $hook): void {
        if (isguestuser() || !has_capability('local/rocket:view', \context_system::instance())) {
            return;
        }
        $hook->add_navitem((object)[
            'itemtype' => 'link',
            'url' => new \moodle_url('/local/rocket/view.php'),
            'title' => get_string('mypoints', 'local_rocket'),
            'titleidentifier' => 'mypoints,local_rocket',
        ]);
        if (has_capability('local/rocket:handover', \context_system::instance())) {
            $hook->add_navitem((object)[
                'itemtype' => 'link',
                'url' => new \moodle_url('/local/rocket/counter.php'),
                'title' => get_string('counter', 'local_rocket'),
                'titleidentifier' => 'counter,local_rocket',
            ]);
        }
    }
}
