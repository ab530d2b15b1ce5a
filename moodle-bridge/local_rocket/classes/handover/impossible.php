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

/**
 * Moodle cannot hand this over: the learner has their points back, and people in charge read why.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class impossible extends \moodle_exception {
    /**
     * Says why.
     *
     * @param string $reason a string `handover_REASON` says it in words
     * @param string $what the course, badge or cohort
     */
    public function __construct(string $reason, string $what = '') {
        parent::__construct('handover_' . $reason, 'local_rocket', '', $what);
    }
}
