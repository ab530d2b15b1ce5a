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
use local_rocket\sweep\intake;
use local_rocket\sweep\scope;
use local_rocket\sweep\source;

/**
 * Points for what learners did before there were any: from Moodle's own tables, learner by learner, each deed once however
 * often it is run. Only a person decides on it, and may look first at what it would come to.
 *
 * What was deleted since, and the state in which something was then (how much of a course was complete), cannot be known.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class backfill {
    /** @var string where it comes from, as the envelopes say */
    private const ORIGIN = 'backfill';

    /** @var int the most envelopes that the sidecar takes at once */
    private const MOST = 1000;

    /** @var float seconds for a call that judges a learner's whole past */
    private const TIMEOUT = 60.0;

    /** @var scope what is looked for */
    private scope $scope;

    /** @var source[] those of which some event is wanted */
    private array $sources;

    /**
     * Takes from when, and perhaps where.
     *
     * @param int $since epoch seconds
     * @param int|null $courseid only there
     */
    public function __construct(int $since, ?int $courseid = null) {
        $this->scope = new scope($since, time(), scope::NOT_EARNED_BY, true, $courseid);
        $wanted = fn(source $source) => array_filter($source->events(), [allowlist::class, 'has']) !== [];
        $this->sources = array_filter(source::all(), $wanted);
    }

    /**
     * Each learner who did something, with what they did in its order.
     *
     * @return \Generator<int, array[]> rows for the outbox, by user id
     */
    public function learners(): \Generator {
        $ids = [];
        foreach ($this->sources as $source) {
            $ids += array_fill_keys($source->learners($this->scope), true);
        }
        ksort($ids);
        foreach (array_keys($ids) as $userid) {
            $rows = $this->deeds($userid);
            if ($rows !== []) {
                yield $userid => $rows;
            }
        }
    }

    /**
     * Has a learner's deeds sent.
     *
     * @param array[] $rows
     * @return int how many were not on their way before
     */
    public function send(array $rows): int {
        return intake::add($rows);
    }

    /**
     * What a learner's deeds would come to. Nothing is kept, neither here nor in the sidecar.
     *
     * @param int $userid
     * @param array[] $rows
     * @return array events (how many would be sent), points, held, worth (amount_minor, currency; null: no money), problems
     *     (why some could not be made, or would not be taken)
     * @throws sidecar\away
     * @throws sidecar\refused
     */
    public function rehearse(int $userid, array $rows): array {
        $made = $this->make($userid, $rows);
        $sum = ['events' => 0, 'points' => 0, 'held' => 0, 'worth' => null, 'problems' => $made->problems];
        foreach (array_chunk($made->envelopes, self::MOST) as $some) {
            $body = '{"events":[' . implode(',', $some) . ']}';
            $answer = client::configured()->within(self::TIMEOUT)->post('/api/events/simulate', $body, 'events');
            $sum['events'] += count($some);
            foreach ($answer['results'] as $result) {
                $sum['points'] += $result['points'];
                $sum['held'] += $result['held'];
                if ($result['status'] === 'rejected') {
                    $sum['problems'][] = $result['error']['text'] ?? $result['id'];
                }
            }
            $sum['worth'] = self::add_worth($sum['worth'], $answer['worth']);
        }
        return $sum;
    }

    /**
     * Adds money to money.
     *
     * @param array|null $one amount_minor, currency
     * @param array|null $other
     * @return array|null
     */
    public static function add_worth(?array $one, ?array $other): ?array {
        if ($one === null || $other === null) {
            return $one ?? $other;
        }
        return ['amount_minor' => $one['amount_minor'] + $other['amount_minor'], 'currency' => $one['currency']];
    }

    /**
     * What a learner did, in its order: limits look back.
     *
     * @param int $userid
     * @return array[] rows for the outbox
     */
    private function deeds(int $userid): array {
        $rows = [];
        foreach ($this->sources as $source) {
            foreach ($source->find($this->scope->of($userid)) as $found) {
                array_push($rows, ...array_map(fn($one) => $source->row($one, self::ORIGIN), $found));
            }
        }
        $rows = array_filter($rows, fn($row) => allowlist::has($row['eventname']));
        usort($rows, fn($one, $other) => $one['timecreated'] <=> $other['timecreated']);
        return $rows;
    }

    /**
     * A learner's envelopes, made by the real road in a transaction that is rolled back.
     *
     * @param int $userid
     * @param array[] $rows
     * @return rehearsed
     */
    private function make(int $userid, array $rows): rehearsed {
        global $DB;
        $transaction = $DB->start_delegated_transaction();
        try {
            intake::add($rows);
            $uuids = array_column($rows, 'uuid');
            (new prepare())->rows($DB->get_records_list('local_rocket_outbox', 'uuid', $uuids, 'timecreated, id'));
            $end = new rehearsed($this->prepared($userid, $uuids), $this->failed($uuids));
        } catch (\Throwable $e) {
            $end = $e;
        }
        try {
            $transaction->rollback($end);
        } catch (rehearsed $e) {
            return $e;
        }
    }

    /**
     * The envelopes of a learner that were made of these rows.
     *
     * @param int $userid
     * @param string[] $uuids
     * @return string[] JSON
     */
    private function prepared(int $userid, array $uuids): array {
        global $DB;
        // A team's work makes a row for each further member.
        $shares = array_map(fn($uuid) => learningevent::id_of($uuid, (string)$userid), $uuids);
        [$in, $params] = $DB->get_in_or_equal([...$uuids, ...$shares], SQL_PARAMS_NAMED);
        $where = "uuid $in AND userid = :user AND status = :ready ORDER BY timecreated, id";
        $params += ['user' => $userid, 'ready' => outbox::READY];
        return $DB->get_fieldset_select('local_rocket_outbox', 'payload', $where, $params);
    }

    /**
     * Why of some rows no envelope could be made.
     *
     * @param string[] $uuids
     * @return string[]
     */
    private function failed(array $uuids): array {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($uuids, SQL_PARAMS_NAMED);
        $params += ['captured' => outbox::CAPTURED, 'dead' => outbox::DEAD];
        $where = "uuid $in AND status IN (:captured, :dead)";
        return array_values($DB->get_fieldset_select('local_rocket_outbox', 'reason', $where, $params));
    }
}
