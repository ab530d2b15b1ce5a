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

namespace local_rocket\output;

use local_rocket\deed;

/**
 * What one learner earned in a course, entry by entry.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class learner_in_course_view {
    /** @var int entries on a page */
    public const SIZE = 50;

    /**
     * Takes the entries.
     *
     * @param \stdClass $learner
     * @param array[] $entries of the ledger, the newest first
     * @param int $page from 0
     * @param int $courseid
     */
    public function __construct(
        /** @var \stdClass */
        private readonly \stdClass $learner,
        /** @var array[] */
        private readonly array $entries,
        /** @var int */
        private readonly int $page,
        /** @var int */
        private readonly int $courseid
    ) {
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        $entries = array_slice($this->entries, $this->page * self::SIZE, self::SIZE);
        return [
            'name' => fullname($this->learner),
            'points' => array_sum(array_column($this->entries, 'points')),
            'held' => array_sum(array_column($this->entries, 'held')),
            'entries' => array_map([self::class, 'entry'], $entries),
            'hasentries' => $entries !== [],
            'urlall' => (new \moodle_url('/local/rocket/report.php', ['courseid' => $this->courseid]))->out(false),
        ];
    }

    /**
     * One entry, as the viewer may read it.
     *
     * @param array $entry
     * @return array
     */
    private static function entry(array $entry): array {
        global $USER;
        return [
            'when' => userdate(strtotime($entry['timestamp']), get_string('strftimedatetimeshort', 'langconfig')),
            'what' => $entry['event'] === null ? '' : deed::name($entry, (int)$USER->id),
            'kind' => get_string('kind_' . $entry['kind'], 'local_rocket'),
            'rule' => $entry['rule_id'],
            'points' => $entry['points'] > 0 ? '+' . $entry['points'] : $entry['points'],
            'held' => $entry['held'] > 0 ? '+' . $entry['held'] : ($entry['held'] ?: ''),
        ];
    }
}
