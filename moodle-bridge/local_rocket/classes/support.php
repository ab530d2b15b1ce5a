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
 * A learner's account as people in charge see it, and what they can do about it. Each act has a reason; the reason and who
 * did it stand on the ledger. Tokens and codes are never shown here.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class support {
    /** @var string[] what can be done about a redemption */
    public const ACTS = ['cancel', 'reissue', 'extend', 'replay'];

    /** @var int points that one correction can give or take */
    public const MOST = 1000000;

    /** @var int events on a page of decisions */
    private const DECISIONS = 20;

    /** @var int redemptions on a page */
    private const REDEMPTIONS = 20;

    /** @var string[] kinds of ledger entries that come after a redemption */
    private const AFTERWARDS = ['consumption', 'refund', 'expiry'];

    /** @var int entries of one kind that are read for the history of redemptions */
    private const ENTRIES = 1000;

    /**
     * Opens a learner's account.
     *
     * @param int $userid the learner
     * @throws \required_capability_exception
     */
    public function __construct(
        /** @var int the learner */
        public readonly int $userid
    ) {
        require_capability('local/rocket:support', \context_system::instance());
    }

    /**
     * Learners by what one knows of them: name, username, email address or ID number.
     *
     * @param string $text
     * @param int $limit
     * @return \stdClass[] by id
     */
    public static function search(string $text, int $limit): array {
        global $DB;
        $fields = ['username', 'email', 'idnumber'];
        [$like, $params] = users_search_sql($text, 'u', USER_SEARCH_CONTAINS, $fields, [guest_user()->id]);
        $columns = \core_user\fields::for_name()->including('id', ...$fields)->get_sql('u', false, '', '', false)->selects;
        [$sort, $more] = users_order_by_sql('u', $text);
        $sql = "SELECT $columns FROM {user} u WHERE u.deleted = 0 AND $like ORDER BY $sort";
        return $DB->get_records_sql($sql, $params + $more, 0, $limit);
    }

    /**
     * Balance, held points, lifetime and tier.
     *
     * @return array|null null: Rocket has never heard of them
     * @throws away
     * @throws refused
     */
    public function points(): ?array {
        try {
            return $this->get('/api/user/points', ['lang' => current_language()]);
        } catch (refused $e) {
            if ($e->codename === 'not_found') {
                return null;
            }
            throw $e;
        }
    }

    /**
     * Why events did or did not earn, the newest first.
     *
     * @param string|null $cursor of the page before
     * @return array events (each with `what`: what it was about), next_cursor
     * @throws away
     * @throws refused
     */
    public function decisions(?string $cursor): array {
        global $USER;
        $query = ['limit' => self::DECISIONS, 'lang' => current_language()] + ($cursor === null ? [] : ['cursor' => $cursor]);
        $answer = $this->get('/api/user/decisions', $query);
        foreach ($answer['events'] as &$event) {
            // Named as far as the one who looks may see it.
            $event['what'] = deed::name($event, (int)$USER->id);
        }
        return $answer;
    }

    /**
     * What they redeemed, the newest first, each with the ledger's entries that came afterwards.
     *
     * @param string|null $cursor of the page before
     * @return array redemptions (each with `afterwards`), next_cursor
     * @throws away
     * @throws refused
     */
    public function redemptions(?string $cursor): array {
        $query = ['limit' => self::REDEMPTIONS] + ($cursor === null ? [] : ['cursor' => $cursor]);
        $answer = $this->get('/api/redemptions', $query);
        $afterwards = $answer['redemptions'] === [] ? [] : $this->afterwards((int)end($answer['redemptions'])['seq']);
        foreach ($answer['redemptions'] as &$redemption) {
            $redemption['afterwards'] = $afterwards[$redemption['seq']] ?? [];
        }
        return $answer;
    }

    /**
     * Cancels a redemption, hands out a new token or code for it, gives it more time, or sends it to its partner again.
     *
     * @param string $act one of ACTS
     * @param string $redemption its id
     * @param string $reason
     * @param string|null $until the last day (YYYY-MM-DD), for more time
     * @throws away
     * @throws refused
     */
    public function act(string $act, string $redemption, string $reason, ?string $until): void {
        if (!in_array($act, self::ACTS, true) || ($act === 'extend' && !preg_match('/^\d{4}-\d\d-\d\d$/', (string)$until))) {
            throw new \invalid_parameter_exception("There is no act $act until $until.");
        }
        $this->require_right($reason);
        $this->require_theirs($redemption);
        $body = ['reason' => $reason] + ($act === 'extend' ? ['until' => (string)$until] : []);
        $this->post('/api/redemptions/' . rawurlencode($redemption) . '/' . $act, $body, null);
    }

    /**
     * Gives points, or takes some. The same key is the same correction.
     *
     * @param int $points
     * @param string $reason
     * @param string $key made when the form was drawn
     * @throws away
     * @throws refused
     */
    public function adjust(int $points, string $reason, string $key): void {
        $this->require_right($reason);
        $body = ['user_id' => (string)$this->userid, 'points' => $points, 'reason' => $reason];
        $this->post('/api/adjustments', $body, $key);
    }

    /**
     * Nobody corrects an account without a reason, nor their own.
     *
     * @param string $reason
     * @throws \moodle_exception
     */
    private function require_right(string $reason): void {
        global $USER;
        if ($reason === '') {
            throw new \moodle_exception('support_noreason', 'local_rocket');
        }
        if ($this->userid == $USER->id) {
            throw new \moodle_exception('support_self', 'local_rocket');
        }
    }

    /**
     * The redemption is one of this learner's: a page left open must not act on somebody else's.
     *
     * @param string $redemption
     * @throws \moodle_exception
     */
    private function require_theirs(string $redemption): void {
        $cursor = null;
        do {
            $page = $this->get('/api/redemptions', ['limit' => 1000] + ($cursor === null ? [] : ['cursor' => $cursor]));
            if (in_array($redemption, array_column($page['redemptions'], 'redemption_id'), true)) {
                return;
            }
            $cursor = $page['next_cursor'];
        } while ($cursor !== null);
        throw new \moodle_exception('support_nottheirs', 'local_rocket');
    }

    /**
     * The ledger's entries that answer a redemption.
     *
     * @param int $since the oldest redemption's entry
     * @return array lists of entries, the oldest first, by the redemption's entry
     */
    private function afterwards(int $since): array {
        $found = [];
        foreach (self::AFTERWARDS as $kind) {
            $query = ['kind' => $kind, 'since_seq' => $since, 'limit' => self::ENTRIES];
            foreach ($this->get('/api/rewards/ledger', $query)['entries'] as $entry) {
                $found[$entry['ref']][$entry['seq']] = $entry;
            }
        }
        foreach ($found as &$entries) {
            ksort($entries);
        }
        return $found;
    }

    /**
     * Asks about the learner.
     *
     * @param string $path
     * @param array $query
     * @return array
     */
    private function get(string $path, array $query): array {
        global $USER;
        return client::configured()->get($path, ['user_id' => (string)$this->userid] + $query, 'admin', (int)$USER->id);
    }

    /**
     * Changes something, for a reason. The learner's own pages ask anew after it.
     *
     * @param string $path
     * @param array $body
     * @param string|null $key
     */
    private function post(string $path, array $body, ?string $key): void {
        global $USER;
        receipts::keep(client::configured()->post($path, $body, 'admin', (int)$USER->id, $key), $this->userid);
        snapshot::outdate([$this->userid]);
    }
}
