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
 * The account of the person who is logged in: what they have, and what they may do with it. Nobody else's can be opened.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class account {
    /** @var float seconds that a page waits for the sidecar at most */
    private const PATIENCE = 1.0;

    /** @var float seconds that somebody who redeems waits */
    private const REDEEMING = 10.0;

    /** @var int decisions that are shown beside the balance */
    private const RECENT = 5;

    /** @var int redemptions on a page */
    private const REDEMPTIONS = 100;

    /**
     * Opens an account.
     *
     * @param int $userid
     */
    private function __construct(
        /** @var int whose it is */
        private readonly int $userid
    ) {
    }

    /**
     * The account of the session's user.
     *
     * @return self
     * @throws \required_capability_exception
     */
    public static function of_current_user(): self {
        return new self(own_session::learner());
    }

    /**
     * What is known of the account. The sidecar is asked only where nothing is known yet, or where something is known to
     * have happened since; else a row of the database is all there is to read.
     *
     * @param bool $now ask in any case
     * @return account_state
     */
    public function state(bool $now = false): account_state {
        $kept = snapshot::get($this->userid);
        $language = current_language();
        if (!$now && $kept && !$kept->stale && $kept->value['lang'] === $language) {
            return new account_state($kept->value, $kept->timefetched, null);
        }
        try {
            $value = $this->ask($language);
            snapshot::put($this->userid, $value);
            return new account_state($value, time(), null);
        } catch (away | refused $e) {
            return new account_state($kept->value ?? null, $kept->timefetched ?? null, $e);
        }
    }

    /**
     * Turns points into a reward. The same key is the same redemption, however often it is tried.
     *
     * @param string $reward its id
     * @param int $cost what the learner was shown
     * @param string $key made when the confirmation was drawn
     * @return array redemption_id, status, balance and what the learner is to show
     * @throws away
     * @throws refused
     */
    public function redeem(string $reward, int $cost, string $key): array {
        self::require_own_session();
        $path = '/api/rewards/' . rawurlencode($reward) . '/redeem';
        $client = client::configured()->within(self::REDEEMING);
        try {
            $answer = $client->post($path, ['expected_cost' => $cost], 'learner', $this->userid, $key);
            receipts::keep($answer, $this->userid);
            return $answer;
        } finally {
            // Without an answer too: it may have gone through.
            snapshot::outdate([$this->userid]);
        }
    }

    /**
     * Cancels an unused redemption.
     *
     * @param string $redemption its id
     * @throws away
     * @throws refused
     */
    public function cancel(string $redemption): void {
        self::require_own_session();
        $path = '/api/user/redemptions/' . rawurlencode($redemption) . '/cancel';
        try {
            $answer = client::configured()->within(self::REDEEMING)->post($path, [], 'learner', $this->userid);
            receipts::keep($answer, $this->userid);
        } finally {
            snapshot::outdate([$this->userid]);
        }
    }

    /**
     * The account's redemptions, the newest first. Tokens and codes are in it: it is for its learner's eyes, and never kept.
     *
     * @param string|null $cursor of the page before
     * @return array redemptions, next_cursor
     * @throws away
     * @throws refused
     */
    public function redemptions(?string $cursor = null): array {
        $query = ['limit' => self::REDEMPTIONS, 'lang' => current_language()] + ($cursor === null ? [] : ['cursor' => $cursor]);
        $page = $this->client()->get('/api/user/redemptions', $query, 'learner', $this->userid);
        if (\core\session\manager::is_loggedinas()) {
            $hidden = ['token' => null, 'qr' => null, 'code' => null];
            $page['redemptions'] = array_map(fn($one) => array_replace($one, $hidden), $page['redemptions']);
        }
        return $page;
    }

    /**
     * One of the account's redemptions.
     *
     * @param string $id
     * @return array|null null: it has none of this id
     * @throws away
     * @throws refused
     */
    public function redemption(string $id): ?array {
        $cursor = null;
        do {
            ['redemptions' => $page, 'next_cursor' => $cursor] = $this->redemptions($cursor);
            foreach ($page as $redemption) {
                if ($redemption['redemption_id'] === $id) {
                    return $redemption;
                }
            }
        } while ($cursor !== null);
        return null;
    }

    /**
     * Why events did or did not earn, the newest first.
     *
     * @param string|null $cursor of the page before
     * @param int $limit
     * @return array events (each with `what`: what it was about), next_cursor
     * @throws away
     * @throws refused
     */
    public function decisions(?string $cursor = null, int $limit = 30): array {
        $query = ['limit' => $limit, 'lang' => current_language()] + ($cursor === null ? [] : ['cursor' => $cursor]);
        $answer = $this->client()->get('/api/user/decisions', $query, 'learner', $this->userid);
        foreach ($answer['events'] as &$event) {
            $event['what'] = deed::name($event, $this->userid);
            $event['decisions'] = target::named_in($event['decisions'] ?? []);
        }
        return $answer;
    }

    /**
     * Pins a reward as the learner's goal.
     *
     * @param string|null $reward its id; null: none
     */
    public function set_goal(?string $reward): void {
        set_user_preference('local_rocket_goal', $reward, $this->userid);
    }

    /**
     * The reward that is pinned.
     *
     * @return string|null
     */
    public function goal(): ?string {
        return get_user_preferences('local_rocket_goal', null, $this->userid);
    }

    /**
     * Whether this learner takes part.
     *
     * @return bool
     */
    public function takes_part(): bool {
        return !get_user_preferences('local_rocket_optout', 0, $this->userid);
    }

    /**
     * Takes part from now on, or no more. What was earned stays.
     *
     * @param bool $part
     */
    public function take_part(bool $part): void {
        set_user_preference('local_rocket_optout', $part ? null : 1, $this->userid);
    }

    /**
     * Spending is the learner's own act: nobody who is logged in as them does it.
     *
     * @throws \required_capability_exception
     * @throws \moodle_exception
     */
    private static function require_own_session(): void {
        require_capability('local/rocket:redeem', \context_system::instance());
        own_session::require_themselves();
    }

    /**
     * A client for what a page shows.
     *
     * @return client
     */
    private function client(): client {
        return client::configured()->within(self::PATIENCE);
    }

    /**
     * Asks the sidecar for all that is shown.
     *
     * @param string $language
     * @return array
     */
    private function ask(string $language): array {
        $client = $this->client();
        $points = $client->get('/api/user/points', ['lang' => $language], 'learner', $this->userid);
        // Its entries are the ledger's; what learners are shown of them are the decisions.
        unset($points['recent'], $points['user_id']);
        $rewards = $client->get('/api/rewards', ['lang' => $language], 'learner', $this->userid);
        return [
            'lang' => $language,
            'points' => target::named_in($points),
            'rewards' => target::named_in($rewards['rewards']),
            'recent' => $this->decisions(null, self::RECENT)['events'],
        ];
    }
}
