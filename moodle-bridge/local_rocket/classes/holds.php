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

use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

/**
 * Points of the person who is logged in that are set aside until a person has looked, and their appeal. Who else has to do
 * with it is never said here.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class holds {
    /** @var float seconds that a page waits for the sidecar at most */
    private const PATIENCE = 1.0;

    /** @var float seconds that somebody who appeals waits */
    private const APPEALING = 10.0;

    /**
     * Opens somebody's.
     *
     * @param int $userid
     */
    private function __construct(
        /** @var int whose they are */
        private readonly int $userid
    ) {
    }

    /**
     * Those of the session's user.
     *
     * @return self
     * @throws \required_capability_exception
     */
    public static function of_current_user(): self {
        return new self(own_session::learner());
    }

    /**
     * All that wait.
     *
     * @return array[] id, points, rule_id, event, course, activity, time, reason, release (when they are the learner's by
     *     themselves), appealed
     * @throws away
     * @throws refused
     */
    public function list(): array {
        return client::configured()->within(self::PATIENCE)->get('/api/user/holds', [], 'learner', $this->userid)['holds'];
    }

    /**
     * Asks a person to look. Asked twice, it is one appeal.
     *
     * @param int $id
     * @throws away
     * @throws refused
     * @throws \moodle_exception
     */
    public function appeal(int $id): void {
        own_session::require_themselves();
        client::configured()->within(self::APPEALING)->post("/api/user/holds/$id/appeal", [], 'learner', $this->userid);
    }
}
