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
require_once($CFG->dirroot . '/cohort/lib.php');

/**
 * Adds a learner to a cohort.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class cohort {
    /**
     * Adds them, unless they are in it already.
     *
     * @param \stdClass $user
     * @param string $name ID number
     * @throws impossible before anything is changed
     */
    public static function give(\stdClass $user, string $name): void {
        global $DB;
        $cohorts = $name === '' ? [] : $DB->get_records('cohort', ['idnumber' => $name], 'id', '*', 0, 2);
        if (count($cohorts) > 1) {
            throw new impossible('severalcohorts', $name);
        }
        $cohort = reset($cohorts);
        if (!$cohort) {
            throw new impossible('nocohort', $name);
        }
        if (cohort_is_member($cohort->id, $user->id)) {
            return;
        }
        if ($cohort->component !== '') {
            // A synchronisation would take them out again.
            throw new impossible('cohortmanaged', $name);
        }
        cohort_add_member($cohort->id, $user->id);
    }
}
