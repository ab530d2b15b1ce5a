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
 * Thrown to end a rehearsal: what was written is rolled back, what came of it goes with this.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class rehearsed extends \Exception {
    /**
     * Takes what came of it.
     *
     * @param string[] $envelopes JSON
     * @param string[] $problems why of some deeds none could be made
     */
    public function __construct(
        /** @var string[] JSON */
        public readonly array $envelopes,
        /** @var string[] why of some deeds none could be made */
        public readonly array $problems
    ) {
        parent::__construct('A rehearsal is rolled back.');
    }
}
