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
 * What the institution wants looked for and only Moodle can see: cohorts, roles, addresses, words in a text. The sidecar
 * hears which of it was found (`cohort:staff role:editingteacher`), never the address or the text.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class screen {
    /** @var int characters that the sidecar takes */
    private const LONGEST = 255;

    /**
     * What was found of the person and the address.
     *
     * @param int $userid
     * @param int $courseid
     * @param string|null $ip
     * @return string[]
     */
    public static function of_person(int $userid, int $courseid, ?string $ip): array {
        global $DB;
        ['cohorts' => $cohorts, 'roles' => $roles, 'address_ranges' => $ranges] = allowlist::screen();
        $found = [];
        if ($cohorts) {
            [$in, $params] = $DB->get_in_or_equal($cohorts, SQL_PARAMS_NAMED);
            $sql = "SELECT c.idnumber FROM {cohort} c JOIN {cohort_members} m ON m.cohortid = c.id
                     WHERE m.userid = :userid AND c.idnumber $in";
            foreach ($DB->get_fieldset_sql($sql, $params + ['userid' => $userid]) as $idnumber) {
                $found[] = 'cohort:' . $idnumber;
            }
        }
        $context = $roles ? \context_course::instance($courseid, IGNORE_MISSING) : false;
        $held = $context ? array_column(get_user_roles($context, $userid), 'shortname') : [];
        foreach (array_intersect($roles, $held) as $role) {
            $found[] = 'role:' . $role;
        }
        foreach ($ip === null ? [] : $ranges as $range) {
            if (address_in_subnet($ip, $range)) {
                $found[] = 'address:' . $range;
            }
        }
        return array_values(array_unique($found));
    }

    /**
     * Which of the institution's patterns a text has in it.
     *
     * @param string $text without markup, in lower case, one space between words
     * @return string[] such as `pattern:0a1b2c3d`
     */
    public static function of_text(string $text): array {
        $found = array_filter(allowlist::screen()['patterns'], fn($pattern) => self::fits($pattern, $text));
        return array_map(fn($pattern) => 'pattern:' . self::key($pattern), array_values($found));
    }

    /**
     * What the sidecar knows a pattern by: its place in the list may be another by the time the event arrives.
     *
     * @param string $pattern
     * @return string 8 hex digits
     */
    public static function key(string $pattern): string {
        return substr(hash('sha256', $pattern), 0, 8);
    }

    /**
     * Whether a text is what a pattern says. Stars stand for anything, as in the rules' own "like *draft*"; no text and no
     * pattern can make it slow, as they could an expression.
     *
     * @param string $pattern
     * @param string $text in lower case
     * @return bool
     */
    private static function fits(string $pattern, string $text): bool {
        $parts = explode('*', \core_text::strtolower($pattern));
        $first = array_shift($parts);
        if ($parts === []) {
            return $text === $first;
        }
        $last = array_pop($parts);
        if (!str_starts_with($text, $first) || !str_ends_with($text, $last)) {
            return false;
        }
        $from = strlen($first);
        foreach ($parts as $part) {
            $at = strpos($text, $part, $from);
            if ($at === false) {
                return false;
            }
            $from = $at + strlen($part);
        }
        return $from <= strlen($text) - strlen($last);
    }

    /**
     * Adds what was found to an envelope. What no longer fits in is left out whole: half a name could be another's.
     *
     * @param learningevent $event
     * @param string[] $found
     */
    public static function add(learningevent $event, array $found): void {
        foreach ($found as $one) {
            $all = ltrim(($event->data['screen'] ?? '') . ' ' . $one);
            if (\core_text::strlen($all) <= self::LONGEST) {
                $event->data['screen'] = $all;
            }
        }
    }
}
