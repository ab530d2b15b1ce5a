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
 * The people of a course whom the session's user may see: with separate groups, those of their own groups alone.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class course_people {
    /** @var \context_course */
    public readonly \context_course $context;

    /** @var array<int, string>|null names of groups by id: whose members alone may be seen; null: everybody */
    private ?array $only = null;

    /**
     * Looks at a course.
     *
     * @param \stdClass $course
     */
    public function __construct(
        /** @var \stdClass its record */
        public readonly \stdClass $course
    ) {
        global $USER;
        $this->context = \context_course::instance($course->id);
        $separate = groups_get_course_groupmode($course) == SEPARATEGROUPS;
        if ($separate && !has_capability('moodle/site:accessallgroups', $this->context)) {
            $this->only = self::names(groups_get_all_groups($course->id, $USER->id, $course->defaultgroupingid));
        }
    }

    /**
     * The groups that may be chosen.
     *
     * @return array<int, string> names by id
     */
    public function groups(): array {
        return $this->only ?? self::names(groups_get_all_groups($this->course->id));
    }

    /**
     * The learners: who may earn here, with an active enrolment.
     *
     * @param int $groupid 0: of all groups that may be seen
     * @return \stdClass[] by id: the fields of a name, username, email, idnumber
     */
    public function learners(int $groupid = 0): array {
        return $this->enrolled('local/rocket:earn', true, $groupid, ['username', 'email', 'idnumber']);
    }

    /**
     * Everybody who is enrolled, whether or not they may earn now.
     *
     * @param string[] $fields further ones
     * @return \stdClass[] by id
     */
    public function everybody(array $fields = []): array {
        $onlyactive = !has_capability('moodle/course:viewsuspendedusers', $this->context);
        return $this->enrolled('', $onlyactive, 0, $fields);
    }

    /**
     * A condition that holds for those alone who may be seen.
     *
     * @param string $column of a user's id
     * @return array SQL and its named parameters
     */
    public function condition(string $column): array {
        if ($this->only === null) {
            return ['1 = 1', []];
        }
        if ($this->only === []) {
            return ['1 = 0', []];
        }
        global $DB;
        [$in, $params] = $DB->get_in_or_equal(array_keys($this->only), SQL_PARAMS_NAMED, 'seen');
        return ["$column IN (SELECT userid FROM {groups_members} WHERE groupid $in)", $params];
    }

    /**
     * Asks for enrolled people.
     *
     * @param string $capability
     * @param bool $onlyactive
     * @param int $groupid
     * @param string[] $fields
     * @return \stdClass[]
     */
    private function enrolled(string $capability, bool $onlyactive, int $groupid, array $fields): array {
        $groups = $groupid === 0 ? array_keys($this->only ?? []) : [$groupid];
        // No group at all would mean everybody to Moodle.
        if (($this->only === [] && $groupid === 0) || ($groupid !== 0 && !isset($this->groups()[$groupid]))) {
            return [];
        }
        $columns = \core_user\fields::for_name()->including('id', ...$fields)->get_sql('u', false, '', '', false)->selects;
        return get_enrolled_users($this->context, $capability, $groups ?: 0, $columns, null, 0, 0, $onlyactive);
    }

    /**
     * Names of groups.
     *
     * @param \stdClass[] $groups
     * @return array<int, string>
     */
    private static function names(array $groups): array {
        return array_map(fn($group) => format_string($group->name), $groups);
    }
}
