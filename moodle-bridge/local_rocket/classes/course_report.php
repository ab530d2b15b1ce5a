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
 * Who earned what in a course, added up from the ledger's entries.
 *
 * The ledger only grows, so what was added up is kept and each later look reads no more than the entries since. Once a day it
 * is added up anew: learners may have been erased or merged, and a sidecar restored from a backup.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class course_report {
    /** @var int entries that the sidecar gives in one answer */
    private const PAGE = 1000;

    /** @var string[] kinds of entries by which somebody earns; others only correct */
    private const EARNING = ['grant', 'hold'];

    /**
     * Looks at a course.
     *
     * @param int $courseid
     */
    public function __construct(
        /** @var int */
        private readonly int $courseid
    ) {
    }

    /**
     * What learners earned here.
     *
     * @return array `learners` (points, held, last: epoch seconds or 0, by user id), `asof` (epoch seconds), `away` (bool: it
     *     is what was known then)
     * @throws away where nothing is known yet
     * @throws refused
     */
    public function totals(): array {
        $cache = \cache::make_from_params(\cache_store::MODE_APPLICATION, 'local_rocket', 'course', [], ['simplekeys' => true]);
        $kept = $cache->get($this->courseid);
        $sums = $kept && $kept['begun'] > time() - DAYSECS ? $kept : ['begun' => time(), 'seq' => 0, 'learners' => []];
        try {
            foreach ($this->entries(['since_seq' => $sums['seq']]) as $entry) {
                $sums['seq'] = $entry['seq'];
                self::add($sums['learners'], $entry);
            }
        } catch (away $e) {
            if (!$kept) {
                throw $e;
            }
            return ['learners' => $kept['learners'], 'asof' => $kept['asof'], 'away' => true];
        }
        $sums['asof'] = time();
        $cache->set($this->courseid, $sums);
        return ['learners' => $sums['learners'], 'asof' => $sums['asof'], 'away' => false];
    }

    /**
     * What one learner earned here, entry by entry.
     *
     * @param int $userid
     * @return array[] entries of the ledger, the newest first
     * @throws away
     * @throws refused
     */
    public function of_learner(int $userid): array {
        return array_reverse(iterator_to_array($this->entries(['user_id' => $userid]), false));
    }

    /**
     * The course's entries, read page by page.
     *
     * @param array $query
     * @return \Generator
     */
    private function entries(array $query): \Generator {
        global $USER;
        \core_php_time_limit::raise();
        $client = client::configured();
        $query += ['course' => (string)$this->courseid, 'limit' => self::PAGE];
        do {
            $answer = $client->get('/api/rewards/ledger', $query, 'reports', (int)$USER->id);
            yield from $answer['entries'];
            $query['cursor'] = $answer['next_cursor'];
        } while ($query['cursor'] !== null);
    }

    /**
     * Adds an entry to its learner's sums.
     *
     * @param array $learners
     * @param array $entry
     */
    private static function add(array &$learners, array $entry): void {
        // An erased learner is nobody any more.
        if (!ctype_digit((string)$entry['user_id'])) {
            return;
        }
        $sums = &$learners[(int)$entry['user_id']];
        $sums ??= ['points' => 0, 'held' => 0, 'last' => 0];
        $sums['points'] += $entry['points'];
        $sums['held'] += $entry['held'];
        if (in_array($entry['kind'], self::EARNING, true)) {
            $sums['last'] = max($sums['last'], strtotime($entry['timestamp']));
        }
    }
}
