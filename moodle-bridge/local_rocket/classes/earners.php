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
 * Who may earn: asked for a batch of rows, so that users, cohorts and preferences cost one query each.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class earners {
    /** @var \stdClass[] users by id: deleted, suspended */
    private array $users = [];

    /** @var array<int, true> who is in an excluded cohort */
    private array $excluded = [];

    /** @var array<int, true> who opted out */
    private array $optedout = [];

    /** @var array<int, bool> who may earn in some course with an active enrolment */
    private array $somewhere = [];

    /**
     * Reads what is needed of these users, where it is not known yet.
     *
     * @param int[] $userids
     */
    public function read(array $userids): void {
        global $DB;
        $new = array_diff(array_unique($userids), array_keys($this->users));
        if ($new === []) {
            return;
        }
        [$in, $params] = $DB->get_in_or_equal($new, SQL_PARAMS_NAMED);
        $this->users += $DB->get_records_select('user', "id $in", $params, '', 'id, deleted, suspended');
        $this->optedout += self::set($DB->get_fieldset_select(
            'user_preferences',
            'userid',
            "name = :name AND userid $in",
            $params + ['name' => 'local_rocket_optout']
        ));
        $cohorts = array_filter(explode(',', (string)get_config('local_rocket', 'excludedcohorts')));
        if ($cohorts !== []) {
            [$incohorts, $more] = $DB->get_in_or_equal($cohorts, SQL_PARAMS_NAMED, 'cohort');
            $this->excluded += self::set($DB->get_fieldset_select(
                'cohort_members',
                'userid',
                "cohortid $incohorts AND userid $in",
                $more + $params
            ));
        }
    }

    /**
     * Why somebody who was read earns nothing.
     *
     * @param int $userid
     * @param int $courseid 0: outside any course
     * @return string|null a code (string `skipped_CODE`); null: they may earn
     */
    public function why_not(int $userid, int $courseid): ?string {
        $user = $this->users[$userid] ?? null;
        return match (true) {
            $user === null || (bool)$user->deleted => 'deleted',
            (bool)$user->suspended => 'suspended',
            isset($this->optedout[$userid]) => 'optedout',
            isset($this->excluded[$userid]) => 'excludedcohort',
            !$this->may_earn($userid, $courseid) => 'norole',
            default => null,
        };
    }

    /**
     * Whether somebody still exists.
     *
     * @param int $userid
     * @return bool
     */
    public function exists(int $userid): bool {
        return isset($this->users[$userid]) && !$this->users[$userid]->deleted;
    }

    /**
     * Asks the capability in the course; outside any course, in any course in which they are actively enrolled.
     *
     * @param int $userid
     * @param int $courseid
     * @return bool
     */
    private function may_earn(int $userid, int $courseid): bool {
        if ($courseid > 0 && $courseid != SITEID) {
            $context = \context_course::instance($courseid, IGNORE_MISSING);
            // The course is gone within the minute, and nobody can be asked any more: it was nobody's.
            return $context && has_capability('local/rocket:earn', $context, $userid, false);
        }
        return $this->somewhere[$userid] ??= $this->may_earn_somewhere($userid);
    }

    /**
     * Whether somebody may earn in any course in which they are actively enrolled.
     *
     * @param int $userid
     * @return bool
     */
    private function may_earn_somewhere(int $userid): bool {
        foreach (enrol_get_users_courses($userid, true, 'id') as $course) {
            if (has_capability('local/rocket:earn', \context_course::instance($course->id), $userid, false)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Ids as a set.
     *
     * @param array $ids
     * @return array<int, true>
     */
    private static function set(array $ids): array {
        return array_fill_keys(array_map('intval', $ids), true);
    }
}
