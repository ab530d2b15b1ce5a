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
 * What waits for a person: points that are set aside, points that were given and should be looked at, weeks that stand out.
 * Each decision has a reason; the reason and who decided stand on the ledger.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class review {
    /** @var string[] `release` is in the learner's favour */
    public const DECISIONS = ['release', 'confirm'];

    /** @var int items that the sidecar takes at once */
    public const MOST = 200;

    /** @var int items on a page */
    private const ITEMS = 50;

    /** @var int items of one person that are read at once */
    private const OWN = 1000;

    /**
     * Opens the queue for the session's user.
     *
     * @throws \required_capability_exception
     */
    public function __construct() {
        require_capability('local/rocket:review', \context_system::instance());
    }

    /**
     * A page of items, appeals first.
     *
     * @param review_filter $filter
     * @return array items, waiting (how many in all), exempt (whether the learner of the filter is), next_cursor
     * @throws away
     * @throws refused
     */
    public function queue(review_filter $filter): array {
        return $this->get('/api/review', $filter->query() + ['limit' => self::ITEMS]);
    }

    /**
     * Each check: what it found, in shadow too, and what people made of that.
     *
     * @return array[]
     * @throws away
     * @throws refused
     */
    public function checks(): array {
        return $this->get('/api/review/checks', [])['checks'];
    }

    /**
     * Decides about items, all of them or none. The learners' own pages ask anew after it.
     *
     * @param string $decision one of DECISIONS
     * @param array<int, int> $chosen the learners, by item
     * @param string $reason
     * @return int about how many
     * @throws away
     * @throws refused
     * @throws \moodle_exception
     */
    public function decide(string $decision, array $chosen, string $reason): int {
        if (!in_array($decision, self::DECISIONS, true)) {
            throw new \invalid_parameter_exception("There is no decision $decision.");
        }
        if ($chosen === []) {
            throw new \moodle_exception('review_nochoice', 'local_rocket');
        }
        if (count($chosen) > self::MOST) {
            throw new \moodle_exception('review_toomany', 'local_rocket', '', self::MOST);
        }
        if ($reason === '') {
            throw new \moodle_exception('review_noreason', 'local_rocket');
        }
        $ids = array_keys($chosen);
        if (array_intersect($ids, $this->own()) !== []) {
            throw new \moodle_exception('review_noself', 'local_rocket');
        }
        try {
            return count($this->post("/api/review/$decision", ['ids' => $ids, 'reason' => $reason])['decided']);
        } finally {
            // Without an answer too: it may have gone through.
            snapshot::outdate(array_values(array_unique(array_filter($chosen))));
        }
    }

    /**
     * Lets nothing be held against a learner by the clock any more, or again. Nobody has to say why.
     *
     * @param int $userid
     * @param bool $exempt
     * @return string|null the account that this one was merged into: nothing was done
     * @throws away
     * @throws refused
     * @throws \moodle_exception
     */
    public function exempt(int $userid, bool $exempt): ?string {
        global $USER;
        if ($userid == $USER->id) {
            throw new \moodle_exception('review_noself', 'local_rocket');
        }
        return $this->post("/api/learners/$userid/exempt", ['exempt' => $exempt])['merged_into'];
    }

    /**
     * What waits about the session's user: somebody else decides about it.
     *
     * @return int[] ids
     */
    private function own(): array {
        global $USER;
        $ids = [];
        $cursor = null;
        do {
            $query = ['state' => 'open', 'user_id' => (string)$USER->id, 'limit' => self::OWN];
            $page = $this->get('/api/review', $query + ($cursor === null ? [] : ['cursor' => $cursor]));
            array_push($ids, ...array_column($page['items'], 'id'));
            $cursor = $page['next_cursor'];
        } while ($cursor !== null);
        return $ids;
    }

    /**
     * Asks for something.
     *
     * @param string $path
     * @param array $query
     * @return array
     */
    private function get(string $path, array $query): array {
        global $USER;
        return client::configured()->get($path, $query, 'review', (int)$USER->id);
    }

    /**
     * Changes something, under the name of the session's user.
     *
     * @param string $path
     * @param array $body
     * @return array
     */
    private function post(string $path, array $body): array {
        global $USER;
        return client::configured()->post($path, $body, 'review', (int)$USER->id);
    }
}
