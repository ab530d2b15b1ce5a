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

namespace local_rocket\handover;

use local_rocket\receipts;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;
use local_rocket\state;

/**
 * Hands over the rewards that Moodle itself gives: asks what there is, does each once, and says what came of it.
 *
 * What is done and the note of it are one transaction: whoever dies before the answer answers from the note.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class handover {
    /** @var int how many are asked for at once */
    private const BATCH = 100;

    /** @var int characters of a reason that the sidecar takes */
    private const REASON = 500;

    /** @var int[] refusals that are about the connection, not about one redemption */
    private const OF_THE_CONNECTION = [401, 403];

    /** @var client */
    private client $client;

    /** @var array<string, true> the redemptions of this run: what is still in the list afterwards waits for the next one */
    private array $seen = [];

    /** @var array<string, string> what went wrong, by redemption: it is tried again in the next run */
    private array $failures = [];

    /**
     * Hands over all there is, until the time is over.
     *
     * @param int $until epoch seconds
     * @return array done, refused (how many), failures (what went wrong by redemption)
     * @throws \local_rocket\sidecar\away
     * @throws refused where the connection is refused
     */
    public function run(int $until): array {
        $this->client = client::configured();
        $counts = ['done' => 0, 'refused' => 0];
        foreach (records::unanswered(self::BATCH) as $row) {
            $this->answer($row);
        }
        do {
            $answer = $this->client->get('/api/deliveries', ['limit' => self::BATCH], 'events');
            $new = array_filter($answer['deliveries'], fn($delivery) => !isset($this->seen[$delivery['redemption_id']]));
            foreach ($new as $delivery) {
                $this->seen[$delivery['redemption_id']] = true;
                $row = $this->hand_over($delivery);
                if ($row !== null) {
                    $this->answer($row);
                    $counts[$row->status]++;
                }
            }
        } while ($new !== [] && time() < $until);
        $report = $counts + ['failures' => $this->failures];
        state::set('handover', ['time' => time()] + $report);
        return $report;
    }

    /**
     * One reward, unless it was handed over before.
     *
     * @param array $delivery redemption_id, user_id, action
     * @return \stdClass|null null: something went wrong
     */
    private function hand_over(array $delivery): ?\stdClass {
        global $DB;
        $known = records::find($delivery['redemption_id']);
        if ($known !== null) {
            return $known;
        }
        $transaction = $DB->start_delegated_transaction();
        try {
            $row = records::add($delivery, self::act($delivery));
            $transaction->allow_commit();
            return $row;
        } catch (\Throwable $e) {
            $this->failures[$delivery['redemption_id']] = get_class($e) . ': ' . $e->getMessage();
            self::roll_back($transaction, $e);
            return null;
        }
    }

    /**
     * Does what a reward promises.
     *
     * @param array $delivery
     * @return string|null why it cannot be done; null: it is done
     */
    private static function act(array $delivery): ?string {
        $action = $delivery['action'];
        $kind = (string)array_key_first($action);
        try {
            $user = self::learner((string)$delivery['user_id']);
            match ($kind) {
                'enrol' => enrolment::give($user, $action['enrol']),
                'badge' => badge::give($user, $action['badge']),
                'cohort' => cohort::give($user, $action['cohort']),
                default => throw new impossible('unknown', $kind),
            };
            return null;
        } catch (impossible $e) {
            return $e->getMessage();
        }
    }

    /**
     * The learner, if they may have anything.
     *
     * @param string $userid
     * @return \stdClass
     * @throws impossible
     */
    private static function learner(string $userid): \stdClass {
        $user = ctype_digit($userid) ? \core_user::get_user((int)$userid) : false;
        return match (true) {
            !$user || $user->deleted || isguestuser($user) => throw new impossible('nouser', $userid),
            (bool)$user->suspended => throw new impossible('suspended', $userid),
            default => $user,
        };
    }

    /**
     * Takes back what one reward began.
     *
     * @param \moodle_transaction $transaction
     * @param \Throwable $e why
     */
    private static function roll_back(\moodle_transaction $transaction, \Throwable $e): void {
        try {
            $transaction->rollback($e);
        } catch (\Throwable $again) {
            // Moodle throws what it was given: it is in the report. Anything else is not.
            if ($again !== $e) {
                throw $again;
            }
        }
    }

    /**
     * Tells the sidecar.
     *
     * @param \stdClass $row
     * @throws refused where the connection is refused
     */
    private function answer(\stdClass $row): void {
        $body = ['status' => $row->status];
        if ($row->status === 'refused') {
            $body['reason'] = \core_text::substr((string)$row->reason, 0, self::REASON);
        }
        try {
            $answer = $this->client->post('/api/deliveries/' . rawurlencode($row->redemptionid), $body, 'events');
            receipts::keep($answer, (int)$row->userid);
            records::answered($row);
        } catch (refused $e) {
            if (in_array($e->status, self::OF_THE_CONNECTION, true)) {
                throw $e;
            }
            records::answered($row, $e->getMessage());
        }
    }
}
