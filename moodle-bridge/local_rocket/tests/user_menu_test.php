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
 * The link in the user menu.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\user_menu
 */
final class user_menu_test extends \advanced_testcase {
    public function test_leads_learners_to_their_points_and_guests_nowhere(): void {
        $this->resetAfterTest();
        $this->setUser($this->getDataGenerator()->create_user());
        $hook = new extend_user_menu();
        \core\di::get(\core\hook\manager::class)->dispatch($hook);
        $links = array_column($hook->get_navitems(), 'url', 'title');
        $this->assertStringEndsWith('/local/rocket/view.php', $links['My points']->out(false));
        $this->assertCount(1, array_filter($links, fn($url) => str_contains($url->out(false), '/local/rocket/')));

        $this->setAdminUser();
        $hook = new extend_user_menu();
        user_menu::extend($hook);
        $this->assertStringEndsWith('/local/rocket/counter.php', $hook->get_navitems()[1]->url->out(false));

        $this->setGuestUser();
        $hook = new extend_user_menu();
        user_menu::extend($hook);
        $this->assertSame([], $hook->get_navitems());
    }
}
