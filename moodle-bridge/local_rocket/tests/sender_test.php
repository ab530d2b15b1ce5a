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

use local_rocket\fixtures\sidecar_double;
use local_rocket\fixtures\signed_ledger;
use local_rocket\ledger\alarms;
use local_rocket\ledger\keys;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');
require_once(__DIR__ . '/fixtures/signed_ledger.php');

/**
 * Sending: a row is done when the sidecar says so, and never before.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\sender
 */
final class sender_test extends \advanced_testcase {
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        set_config('subscriptions_etag', 'e', 'local_rocket');
        state::set('subscriptions', ['time' => time()]);
        for ($i = 1; $i <= 8; $i++) {
            outbox::add_ready(new learningevent("id-$i", '\core\event\course_completed', 1700000000 + $i, (string)(40 + $i)));
        }
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * Puts a sidecar in place.
     *
     * @param \Closure $post what it answers to a batch of events
     * @return sidecar_double
     */
    private function sidecar(\Closure $post): sidecar_double {
        $double = new sidecar_double(fn($method, $path, $sent) => $post($sent['events']));
        client::set_for_testing($double);
        return $double;
    }

    /**
     * The answer to a batch of which all is well.
     *
     * @param array $events
     * @param string $status
     * @return array
     */
    private static function taken(array $events, string $status = 'recorded'): array {
        $results = array_map(fn($event) => ['id' => $event['id'], 'status' => $status], $events);
        return ['results' => $results, 'checkpoint' => null, 'subscriptions_etag' => 'e'];
    }

    public function test_sends_in_batches_until_nothing_is_left(): void {
        $double = $this->sidecar(fn($events) => self::taken($events));
        $result = (new sender(3))->run(time() + 10);
        $this->assertSame(['sent' => 8, 'stopped' => null], $result);
        $this->assertSame([3, 3, 2], array_map(fn($call) => count($call[2]['events']), $double->calls));
        $this->assertSame(8, outbox_desk::counts()[outbox::DONE]);
    }

    public function test_what_it_was_told_twice_is_done_too(): void {
        $this->sidecar(fn($events) => self::taken($events, 'duplicate'));
        (new sender())->run(time() + 10);
        $this->assertSame(8, outbox_desk::counts()[outbox::DONE]);
    }

    public function test_nothing_is_done_while_the_sidecar_is_away_and_nothing_is_lost(): void {
        $double = $this->sidecar(fn() => throw new away('network', 'no route'));
        $result = (new sender(3))->run(time() + 10);
        $this->assertSame(0, $result['sent']);
        $this->assertStringContainsString('no route', $result['stopped']);
        // It did not try the next batch.
        $this->assertCount(1, $double->calls);
        $this->assertSame(8, outbox_desk::counts()[outbox::READY]);
        $this->sidecar(fn($events) => self::taken($events));
        $this->assertSame(8, (new sender(3))->run(time() + 10)['sent']);
    }

    public function test_a_bad_event_is_found_by_halving_and_stops_no_other(): void {
        $this->sidecar(function ($events) {
            if (in_array('id-6', array_column($events, 'id'), true)) {
                throw new refused(400, ['code' => 'malformed', 'detail' => 'no JSON at all']);
            }
            return self::taken($events);
        });
        $this->assertSame(7, (new sender())->run(time() + 10)['sent']);
        global $DB;
        $dead = $DB->get_record('local_rocket_outbox', ['status' => outbox::DEAD], 'uuid, reason', MUST_EXIST);
        $this->assertSame('id-6', $dead->uuid);
        $this->assertStringContainsString('no JSON at all', $dead->reason);
    }

    public function test_an_event_that_is_rejected_alone_is_dead_with_its_reason(): void {
        $this->sidecar(function ($events) {
            $answer = self::taken($events);
            $answer['results'][2] = ['id' => 'id-3', 'status' => 'rejected', 'error' => ['text' => '/time lies in the future']];
            return $answer;
        });
        (new sender())->run(time() + 10);
        $counts = outbox_desk::counts();
        $this->assertSame([7, 1], [$counts[outbox::DONE], $counts[outbox::DEAD]]);
    }

    public function test_a_secret_that_is_refused_is_not_the_events_fault(): void {
        $this->sidecar(fn() => throw new refused(401, ['code' => 'unauthorized', 'detail' => 'pair again']));
        $result = (new sender())->run(time() + 10);
        $this->assertStringContainsString('pair again', $result['stopped']);
        $this->assertSame(8, outbox_desk::counts()[outbox::READY]);
    }

    public function test_waits_as_long_as_the_sidecar_asks(): void {
        global $DB;
        $this->sidecar(fn() => throw new away('toomany', 'slow down', 90));
        (new sender())->run(time() + 10);
        $next = $DB->get_field_sql('SELECT MIN(timenext) FROM {local_rocket_outbox}');
        $this->assertEqualsWithDelta(time() + 90, $next, 2);
    }

    public function test_an_answer_about_other_events_acknowledges_none(): void {
        $this->sidecar(fn($events) => self::taken(array_reverse($events)));
        $this->assertSame(0, (new sender())->run(time() + 10)['sent']);
        $this->assertSame(8, outbox_desk::counts()[outbox::READY]);
    }

    public function test_each_batch_carries_the_checkpoint_that_was_kept_last(): void {
        $ledger = signed_ledger::of(3);
        keys::hear([$ledger->vkey()]);
        $double = new sidecar_double(function ($method, $path, $sent) use ($ledger) {
            $held = isset($sent['checkpoint']) ? (object)['note' => $sent['checkpoint']] : null;
            return $ledger->append(2)->answer($held) + self::taken($sent['events']);
        });
        client::set_for_testing($double);
        (new sender(3))->run(time() + 10);
        $sent = array_map(fn($call) => $call[2]['checkpoint'] ?? null, $double->calls);
        $this->assertSame([null, $ledger->note('a', 5), $ledger->note('a', 7)], $sent);
        $this->assertEquals(9, checkpoints::newest()->size);
        $this->assertSame([], alarms::open());
    }

    public function test_a_ledger_that_is_not_what_it_was_stops_nothing(): void {
        $ledger = signed_ledger::of(3);
        keys::hear([$ledger->vkey()]);
        $this->sidecar(fn($events) => $ledger->append(1)->answer(null) + self::taken($events));
        $this->assertSame(['sent' => 8, 'stopped' => null], (new sender(3))->run(time() + 10));
        $this->assertSame([alarms::UNPROVEN], array_values(array_column(alarms::open(), 'kind')));
    }

    public function test_learners_of_whom_something_was_taken_are_asked_for_anew(): void {
        snapshot::put(41, ['balance' => 1]);
        snapshot::put(99, ['balance' => 1]);
        $this->sidecar(fn($events) => self::taken($events));
        (new sender())->run(time() + 10);
        $this->assertTrue(snapshot::get(41)->stale);
        $this->assertFalse(snapshot::get(99)->stale);
    }
}
