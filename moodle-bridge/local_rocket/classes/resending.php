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

use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

/**
 * What a sidecar that was restored from a backup asks for: all that it may lack. Events first, then receipts, which speak of what
 * came of the events; and in the end that this was all. Each step can be repeated: what the sidecar has, it takes for a duplicate.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class resending {
    /** @var string events go again */
    public const EVENTS = 'events';
    /** @var string receipts go again */
    public const RECEIPTS = 'receipts';
    /** @var string the sidecar is to be told that this was all */
    public const TELL = 'tell';
    /** @var string it is through */
    public const DONE = 'done';

    /** @var int receipts at once */
    private const BATCH = 100;

    /** @var int characters of what the sidecar says of receipts that are kept, for people in charge */
    private const SAID = 5000;

    /** @var int[] refusals that are about the connection, not about what was sent */
    private const OF_THE_CONNECTION = [401, 403];

    /** @var string under which it is kept how far it is */
    private const STATE = 'resend';

    /**
     * The sidecar may ask for it, in any answer. The same wish is heard once.
     *
     * @param mixed $wish null: nothing; else id, since
     */
    public static function hear(mixed $wish): void {
        global $DB;
        if (!is_array($wish) || !isset($wish['id'], $wish['since']) || (self::last()['id'] ?? null) === $wish['id']) {
            return;
        }
        $since = (new \DateTimeImmutable($wish['since']))->getTimestamp();
        // Both or none: whoever dies here hears it anew.
        $transaction = $DB->start_delegated_transaction();
        $events = outbox_desk::resend($since);
        request::repeat($since);
        state::set(self::STATE, [
            'id' => $wish['id'],
            'since' => $since,
            'step' => self::EVENTS,
            'events' => $events,
            'upto' => outbox_desk::last_ready(),
            'receipts' => 0,
            'after' => 0,
            'refused' => 0,
            'said' => '',
            'incomplete' => $since < time() - outbox_desk::days_kept() * DAYSECS,
            'trouble' => null,
            'time' => time(),
        ]);
        $transaction->allow_commit();
    }

    /**
     * The last wish, and how far it is.
     *
     * @return array|null id, since, step, events, receipts, refused (how many), said (of receipts), incomplete, trouble, time;
     *     null: there was none
     */
    public static function last(): ?array {
        return state::get(self::STATE);
    }

    /**
     * Does what is next, until the time is over. For one caller at a time: the task that sends.
     *
     * @param int $until epoch seconds
     * @return string|null what stands in the way
     */
    public static function go_on(int $until): ?string {
        $wish = self::last();
        if ($wish === null || $wish['step'] === self::DONE) {
            return null;
        }
        try {
            do {
                $after = self::step($wish);
            } while ($after !== null && ($wish = self::reach($wish, $after)) !== null && time() < $until);
            return null;
        } catch (sidecar\away | refused $e) {
            self::reach($wish, ['trouble' => $e->getMessage()]);
            return $e->getMessage();
        }
    }

    /**
     * One step.
     *
     * @param array $wish
     * @return array|null what is reached by it; null: nothing can be done now
     * @throws sidecar\away
     * @throws refused
     */
    private static function step(array $wish): ?array {
        switch ($wish['step']) {
            case self::EVENTS:
                return outbox_desk::is_ready_upto($wish['upto']) ? null : ['step' => self::RECEIPTS];
            case self::RECEIPTS:
                $batch = receipts::since($wish['since'], $wish['after'], self::BATCH);
                if ($batch === []) {
                    return ['step' => self::TELL];
                }
                $results = self::send(array_values($batch));
                // As the redemptions stand after the restore: the old ones may name a learner as nobody does any more.
                array_walk($results, fn($result) => receipts::keep($result));
                $refused = count(array_keys(array_column($results, 'status'), 'refused', true));
                $said = array_filter($results, fn($result) => ($result['reason'] ?? null) !== null);
                $lines = array_map(fn($result) => ($result['redemption_id'] ?? '?') . ': ' . $result['reason'] . "\n", $said);
                return [
                    'after' => array_key_last($batch),
                    'receipts' => $wish['receipts'] + count($batch) - $refused,
                    'refused' => $wish['refused'] + $refused,
                    'said' => \core_text::substr($wish['said'] . implode($lines), 0, self::SAID),
                ];
            case self::TELL:
                return ['step' => self::DONE, 'trouble' => self::tell($wish['id'])];
            default:
                return null;
        }
    }

    /**
     * Sends receipts; where the sidecar refuses them together, each by itself.
     *
     * @param string[] $receipts
     * @return array[] what it says of each: redemption_id, status, reason
     * @throws sidecar\away
     * @throws refused where it is about the connection
     */
    private static function send(array $receipts): array {
        try {
            return client::configured()->post('/api/receipts', ['receipts' => $receipts], 'events')['results'];
        } catch (refused $e) {
            if (in_array($e->status, self::OF_THE_CONNECTION, true)) {
                throw $e;
            }
            return count($receipts) > 1 ? array_merge(...array_map(fn($receipt) => self::send([$receipt]), $receipts))
                : [['redemption_id' => null, 'status' => 'refused', 'reason' => $e->getMessage()]];
        }
    }

    /**
     * Says that this was all.
     *
     * @param string $id of the wish
     * @return string|null what the sidecar has against it, such as that it was restored again: it will say so; null: nothing
     * @throws sidecar\away
     * @throws refused where it is about the connection
     */
    private static function tell(string $id): ?string {
        try {
            client::configured()->post('/api/resent', ['id' => $id], 'events');
            return null;
        } catch (refused $e) {
            return in_array($e->status, self::OF_THE_CONNECTION, true) ? throw $e : $e->getMessage();
        }
    }

    /**
     * Writes down how far it is, unless the sidecar asked for something else meanwhile.
     *
     * @param array $wish
     * @param array $changes
     * @return array|null null: it did
     */
    private static function reach(array $wish, array $changes): ?array {
        $after = $changes + ['trouble' => null] + $wish;
        return state::replace(self::STATE, $wish, $after) ? self::last() : null;
    }
}
