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
use local_rocket\sidecar\breaker;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

/**
 * Sends the outbox. A row is done only when the sidecar says that it has the event on its disk; whatever happens before
 * that, it is sent again under the same id.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class sender {
    /** @var int rows at once */
    private const BATCH = 500;

    /** @var int seconds after which the subscriptions are asked for although nothing was sent */
    private const REFRESH = 300;

    /** @var int how many were acknowledged */
    private int $sent = 0;

    /** @var string|null why nothing more can be sent now */
    private ?string $stopped = null;

    /**
     * Takes how to send.
     *
     * @param int $batch rows at once
     * @param float $timeout seconds that one call may take
     */
    public function __construct(
        /** @var int rows at once */
        private readonly int $batch = self::BATCH,
        /** @var float seconds that one call may take */
        private readonly float $timeout = 30.0
    ) {
    }

    /**
     * Prepares and sends until nothing is left or the time is over. While the sidecar is away, or sending is paused, it only
     * prepares.
     *
     * @param int $until epoch seconds
     * @return array sent (how many), stopped (why nothing more could be sent; null: nothing is left)
     */
    public function run(int $until): array {
        if (get_config('local_rocket', 'paused')) {
            $this->stopped = get_string('away_paused', 'local_rocket');
        }
        do {
            $prepared = $this->prepare();
            $sent = $this->send();
        } while (($prepared > 0 || $sent > 0) && time() < $until);
        if ($this->stopped === null) {
            $this->refresh_subscriptions();
        }
        return ['sent' => $this->sent, 'stopped' => $this->stopped];
    }

    /**
     * Sends what this page left behind, when the page is out: the learner does not wait for it.
     */
    public static function run_after_page(): void {
        \core\session\manager::write_close();
        fastcgi_finish_request();
        if (!breaker::is_open()) {
            (new self(50, 5.0))->run(0);
        }
    }

    /**
     * Makes envelopes of one batch.
     *
     * @return int how many rows
     */
    private function prepare(): int {
        $rows = outbox::lease(outbox::CAPTURED, $this->batch);
        if ($rows !== []) {
            (new prepare())->rows($rows);
        }
        return count($rows);
    }

    /**
     * Sends one batch.
     *
     * @return int how many rows
     */
    private function send(): int {
        if ($this->stopped !== null) {
            return 0;
        }
        $rows = outbox::lease(outbox::READY, $this->batch);
        if ($rows === []) {
            return 0;
        }
        try {
            $this->post(array_values($rows));
            return count($rows);
        } catch (away $e) {
            $this->stopped = $e->getMessage();
            $wait = $e->reason === 'toomany' ? $e->retryafter ?? 60 : 0;
        } catch (refused $e) {
            // Not the events' fault: the secret, the scope, the address.
            $this->stopped = $e->getMessage();
            $wait = 0;
        }
        outbox::release(array_keys($rows), $wait);
        return 0;
    }

    /**
     * Sends rows; where the sidecar refuses the batch as such, each half by itself, until the bad one stands alone.
     *
     * @param \stdClass[] $rows
     * @throws away
     * @throws refused
     */
    private function post(array $rows): void {
        $kept = checkpoints::newest();
        $body = '{"events":[' . implode(',', array_column($rows, 'payload')) . ']'
            . ($kept === null ? '' : ',"checkpoint":' . json_encode($kept->note)) . '}';
        try {
            $answer = client::configured()->within($this->timeout)->post('/api/events', $body, 'events');
        } catch (refused $e) {
            if (!in_array($e->status, [400, 413], true)) {
                throw $e;
            }
            if (count($rows) === 1) {
                outbox::dead((int)$rows[0]->id, $e->getMessage());
                return;
            }
            foreach (array_chunk($rows, (int)ceil(count($rows) / 2)) as $half) {
                $this->post($half);
            }
            return;
        }
        $this->settle($rows, $answer, $kept);
    }

    /**
     * Writes down what the sidecar said of each event.
     *
     * @param \stdClass[] $rows
     * @param array $answer
     * @param \stdClass|null $kept the checkpoint that was sent with them
     */
    private function settle(array $rows, array $answer, ?\stdClass $kept): void {
        $results = $answer['results'] ?? [];
        if (array_column($results, 'id') !== array_column($rows, 'uuid')) {
            throw new away('server', get_string('answermismatch', 'local_rocket'));
        }
        // First: what this answer acknowledges, the sidecar has.
        resending::hear($answer['resend'] ?? null);
        $done = [];
        foreach ($rows as $place => $row) {
            $result = $results[$place];
            if ($result['status'] === 'rejected') {
                outbox::dead((int)$row->id, $result['error']['text'] ?? $result['status']);
            } else {
                $done[$result['status']][] = (int)$row->id;
            }
        }
        foreach ($done as $word => $ids) {
            outbox::done($ids, $word);
            $this->sent += count($ids);
        }
        snapshot::outdate(array_unique(array_column($rows, 'userid')));
        checkpoints::take($kept, $answer);
        allowlist::refresh($answer['subscriptions_etag'] ?? null);
    }

    /**
     * Asks for the subscriptions now and then, since a rule for what was never sent before would otherwise never be heard of.
     */
    private function refresh_subscriptions(): void {
        $asked = state::get('subscriptions')['time'] ?? 0;
        if ($asked > time() - self::REFRESH) {
            return;
        }
        try {
            allowlist::refresh();
            state::set('subscriptions', ['time' => time()]);
        } catch (away | refused $e) {
            $this->stopped = $e->getMessage();
        }
    }
}
