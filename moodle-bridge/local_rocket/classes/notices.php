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

/**
 * Passes on what the sidecar tells learners and people in charge without having been asked.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class notices {
    /** @var string[] message providers by code of the notice, for learners */
    private const PROVIDERS = [
        'tier_reached' => 'tier',
        'token_lapses' => 'lapse',
        'token_lapsed' => 'lapse',
        'points_lapse' => 'lapse',
        'hold_made' => 'hold',
        'hold_released' => 'hold',
        'flag_confirmed' => 'hold',
        'hold_lapsed' => 'hold',
        'hold_confirmed' => 'hold',
        'appeal_received' => 'hold',
    ];

    /** @var string[] what is for those who decide about points that are set aside */
    private const REVIEW = ['appeal_made', 'review_waiting'];

    /** @var string that of all others: what becomes of a redemption */
    private const OTHERS = 'redemption';

    /** @var int notices asked for at once */
    private const BATCH = 100;

    /** @var string under which the last one is kept */
    private const STATE = 'notices';

    /** @var array<int, string> what went wrong, by notice */
    private array $failures = [];

    /**
     * Passes on all there are, until the time is over.
     *
     * @param int $until epoch seconds
     * @return array sent (how many messages), failures (what went wrong by notice)
     * @throws sidecar\away
     * @throws sidecar\refused
     */
    public function run(int $until): array {
        $client = client::configured();
        $source = (string)get_config('local_rocket', 'source');
        $known = state::get(self::STATE);
        // Another sidecar counts from the beginning.
        $after = $known !== null && $known['source'] === $source ? $known['after'] : 0;
        $sent = 0;
        do {
            $answer = $client->get('/api/notices', ['after' => $after, 'limit' => self::BATCH], 'events');
            resending::hear($answer['resend'] ?? null);
            $notices = $answer['notices'];
            foreach ($notices as $notice) {
                self::take_note($notice);
                foreach (self::recipients($notice) as $person) {
                    $sent += $this->send($notice, $person);
                }
                // After each: whoever dies here repeats one at most.
                $after = (int)$notice['id'];
                state::set(self::STATE, ['source' => $source, 'after' => $after]);
            }
        } while ($notices !== [] && time() < $until);
        return ['sent' => $sent, 'failures' => $this->failures];
    }

    /**
     * Those for whom a notice is. An account that is deleted or suspended is passed over.
     *
     * @param array $notice
     * @return \stdClass[]
     */
    private static function recipients(array $notice): array {
        if ($notice['audience'] === 'administrators') {
            return notification::people_in_charge(self::is_review($notice) ? 'local/rocket:review' : 'local/rocket:manage');
        }
        $user = self::learner($notice);
        return $user && !$user->suspended ? [$user] : [];
    }

    /**
     * Whether a notice is for those who decide about points that are set aside.
     *
     * @param array $notice
     * @return bool
     */
    private static function is_review(array $notice): bool {
        return in_array($notice['code'], self::REVIEW, true);
    }

    /**
     * The learner whom a notice is about.
     *
     * @param array $notice
     * @return \stdClass|null null: nobody, or an account that is deleted
     */
    private static function learner(array $notice): ?\stdClass {
        $userid = (string)$notice['user_id'];
        $user = ctype_digit($userid) ? \core_user::get_user((int)$userid) : false;
        return $user && !$user->deleted ? $user : null;
    }

    /**
     * Takes note of what happened to a learner's account without this site, perhaps: their pages ask anew, and the receipt of
     * a redemption is kept.
     *
     * @param array $notice
     */
    private static function take_note(array $notice): void {
        $user = self::learner($notice);
        if ($user) {
            snapshot::outdate([(int)$user->id]);
            $answer = ['redemption_id' => $notice['params']['redemption'] ?? null, 'receipt' => $notice['receipt'] ?? null];
            receipts::keep($answer, (int)$user->id);
        }
    }

    /**
     * Sends a notice to one person. What goes wrong with one does not keep the others from theirs.
     *
     * @param array $notice
     * @param \stdClass $person
     * @return int how many were sent
     */
    private function send(array $notice, \stdClass $person): int {
        [$provider, $page] = match (true) {
            $notice['audience'] !== 'administrators' => [self::PROVIDERS[$notice['code']] ?? self::OTHERS, 'view.php'],
            self::is_review($notice) => ['review', 'review.php'],
            default => ['alert', 'status.php'],
        };
        try {
            notification::send($person, $provider, $page, fn() => reasons::text($notice));
            return 1;
        } catch (\Throwable $e) {
            $this->failures[(int)$notice['id']] = get_class($e) . ': ' . $e->getMessage();
            return 0;
        }
    }
}
