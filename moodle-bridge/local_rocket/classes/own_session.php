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
 * Who is asking for something of their own: the person of the session, and nobody who was named.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class own_session {
    /**
     * The learner of the session.
     *
     * @return int
     * @throws \required_capability_exception
     * @throws \require_login_exception
     */
    public static function learner(): int {
        global $USER;
        if (!isloggedin() || isguestuser()) {
            throw new \require_login_exception('a learner');
        }
        require_capability('local/rocket:view', \context_system::instance());
        return (int)$USER->id;
    }

    /**
     * Refuses whoever only looks on as somebody else.
     *
     * @throws \moodle_exception
     */
    public static function require_themselves(): void {
        if (\core\session\manager::is_loggedinas()) {
            throw new \moodle_exception('notasanother', 'local_rocket');
        }
    }
}
