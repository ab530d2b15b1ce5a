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
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * A sidecar that was restored gets all that it may lack: events, then receipts, then the word that this was all; each once.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\resending
 * @covers    \local_rocket\task\send
 */
final class resending_test extends \advanced_testcase {
    /** @var sidecar_double */
    private sidecar_double $sidecar;

    /** @var array|null what it wishes */
    private ?array $wish = null;

    /** @var \Closure|null path, body: what else it does */
    private ?\Closure $also = null;

    /** @var int when the backup was made */
    private int $backup;

    protected function setUp(): void {
        global $DB;
        parent::setUp();
        $this->resetAfterTest();
        set_config('subscriptions_etag', 'e', 'local_rocket');
        state::set('subscriptions', ['time' => time()]);
        $this->backup = time() - HOURSECS;
        $this->sidecar = new sidecar_double(function ($method, $path, $sent) {
            if ($this->also !== null) {
                ($this->also)($path, $sent);
            }
            if ($path === '/api/receipts') {
                return ['results' => array_map([self::class, 'result'], $sent['receipts'])];
            }
            return $path !== '/api/events' ? [] : [
                'results' => array_map(fn($event) => ['id' => $event['id'], 'status' => 'duplicate'], $sent['events']),
                'subscriptions_etag' => 'e',
                'resend' => $this->wish,
            ];
        });
        client::set_for_testing($this->sidecar);
        // One before the backup, three after it; and one that is new.
        foreach ([-60, 60, 120, 180] as $number => $after) {
            outbox::add_ready(new learningevent("id-$number", '\core\event\course_completed', $this->backup + $after, '42'));
        }
        $ids = array_keys(outbox::lease(outbox::READY, 10));
        outbox::done($ids, 'recorded');
        foreach ([-60, 60, 120, 180] as $number => $after) {
            $DB->set_field('local_rocket_outbox', 'timemodified', $this->backup + $after, ['id' => $ids[$number]]);
        }
        outbox::add_ready(new learningevent('new', '\core\event\course_completed', time(), '42'));
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * What it says of a receipt.
     *
     * @param string $receipt
     * @return array
     */
    private static function result(string $receipt): array {
        return match ($receipt) {
            'R-erased' => ['redemption_id' => 'r9', 'status' => 'refused', 'reason' => 'Its learner was erased'],
            'R-codes' => ['redemption_id' => 'r8', 'status' => 'restored', 'reason' => 'Codes of x.csv are missing'],
            'R-fresh' => ['redemption_id' => 'fresh', 'status' => 'restored', 'receipt' => 'R-newer', 'reason' => null],
            default => ['redemption_id' => 'r', 'status' => 'restored', 'reason' => null],
        };
    }

    /**
     * The sidecar wishes for it.
     *
     * @param string $id
     */
    private function wish(string $id = 'w1'): void {
        $this->wish = ['id' => $id, 'since' => gmdate('Y-m-d\TH:i:s.000\Z', $this->backup)];
    }

    /**
     * Puts receipts in, one of before the backup.
     *
     * @param int $count after it
     */
    private static function put_receipts(int $count): void {
        global $DB;
        receipts::keep(['redemption_id' => 'old', 'receipt' => 'R-old'], 42);
        $DB->set_field('local_rocket_receipt', 'timemodified', time() - DAYSECS);
        for ($i = 1; $i <= $count; $i++) {
            receipts::keep(['redemption_id' => "r$i", 'receipt' => "R-$i"], 42);
        }
    }

    /**
     * One run of the task.
     */
    private function run_task(): void {
        ob_start();
        (new task\send())->execute();
        ob_end_clean();
    }

    /**
     * What the sidecar got since it was asked last.
     *
     * @return array[] path and what was in it: ids, receipts, or the wish
     */
    private function got(): array {
        $got = array_map(fn($call) => [$call[1], match ($call[1]) {
            '/api/events' => array_column($call[2]['events'], 'id'),
            '/api/receipts' => $call[2]['receipts'],
            default => $call[2],
        }], $this->sidecar->calls);
        $this->sidecar->calls = [];
        return $got;
    }

    public function test_events_go_first_then_receipts_then_the_word_that_this_was_all(): void {
        self::put_receipts(2);
        $this->wish();
        $this->run_task();
        $this->assertSame([
            ['/api/events', ['new']],
            ['/api/events', ['id-1', 'id-2', 'id-3']],
            ['/api/receipts', ['R-1', 'R-2']],
            ['/api/resent', ['id' => 'w1']],
        ], $this->got());
        $last = resending::last();
        $this->assertSame([resending::DONE, 3, 2, false], [$last['step'], $last['events'], $last['receipts'], $last['incomplete']]);
    }

    public function test_a_wish_is_heard_once(): void {
        $this->wish();
        $this->run_task();
        $this->got();
        outbox::add_ready(new learningevent('newer', '\core\event\course_completed', time(), '42'));
        $this->run_task();
        $this->assertSame([['/api/events', ['newer']]], $this->got());
        // Another restore is another wish.
        $this->wish('w2');
        outbox::add_ready(new learningevent('newest', '\core\event\course_completed', time(), '42'));
        $this->run_task();
        $got = $this->got();
        $this->assertSame(['/api/resent', ['id' => 'w2']], end($got));
    }

    public function test_nobody_wishes_anything(): void {
        foreach ([null, 'x', [], ['id' => 'w1']] as $none) {
            resending::hear($none);
        }
        $this->assertNull(resending::last());
        $this->assertNull(resending::go_on(time() + 10));
    }

    public function test_receipts_go_in_batches_and_go_on_where_they_stopped(): void {
        self::put_receipts(250);
        $this->wish();
        $this->also = function ($path, $sent) {
            if ($path === '/api/receipts' && in_array('R-101', $sent['receipts'], true)) {
                throw new away('network', 'no route');
            }
        };
        $this->run_task();
        $got = $this->got();
        $this->assertSame([100, 100], [count($got[2][1]), count($got[3][1])]);
        $this->assertCount(4, $got);
        $this->assertSame([resending::RECEIPTS, 100], [resending::last()['step'], resending::last()['receipts']]);
        $this->assertStringContainsString('no route', resending::last()['trouble']);
        $this->also = null;
        $this->run_task();
        $got = $this->got();
        $this->assertSame(['/api/receipts', '/api/receipts', '/api/resent'], array_column($got, 0));
        $this->assertSame(['R-101', 'R-201'], [$got[0][1][0], $got[1][1][0]]);
        $this->assertSame([250, null], [resending::last()['receipts'], resending::last()['trouble']]);
    }

    public function test_receipts_wait_until_every_event_has_arrived(): void {
        global $DB;
        self::put_receipts(1);
        $this->wish();
        resending::hear($this->wish);
        $DB->set_field('local_rocket_outbox', 'timenext', time() + 60, ['uuid' => 'id-2']);
        $this->run_task();
        $this->assertSame([['/api/events', ['id-1', 'id-3', 'new']]], $this->got());
        $DB->set_field('local_rocket_outbox', 'timenext', 0);
        $this->run_task();
        $this->assertSame(['/api/events', '/api/receipts', '/api/resent'], array_column($this->got(), 0));
    }

    public function test_a_receipt_that_is_refused_keeps_no_other(): void {
        self::put_receipts(3);
        $this->wish();
        $this->also = function ($path, $sent) {
            if ($path === '/api/receipts' && in_array('R-2', $sent['receipts'], true)) {
                throw new refused(400, ['code' => 'malformed', 'detail' => 'no receipt']);
            }
        };
        $this->run_task();
        $last = resending::last();
        $this->assertSame([resending::DONE, 2, 1], [$last['step'], $last['receipts'], $last['refused']]);
    }

    public function test_what_the_sidecar_says_of_receipts_is_kept_for_people_in_charge(): void {
        foreach (['erased', 'codes', 'fine'] as $which) {
            receipts::keep(['redemption_id' => $which, 'receipt' => "R-$which"], 42);
        }
        $this->wish();
        $this->run_task();
        $last = resending::last();
        $this->assertSame([2, 1], [$last['receipts'], $last['refused']]);
        $this->assertSame("r9: Its learner was erased\nr8: Codes of x.csv are missing\n", $last['said']);
    }

    public function test_a_fresh_receipt_is_kept_in_place_of_the_one_that_was_sent(): void {
        global $DB;
        receipts::keep(['redemption_id' => 'fresh', 'receipt' => 'R-fresh'], 42);
        receipts::keep(['redemption_id' => 'erased', 'receipt' => 'R-erased'], 43);
        $this->wish();
        $this->run_task();
        $kept = $DB->get_records_menu('local_rocket_receipt', null, 'id', 'redemption, receipt');
        $this->assertSame(['fresh' => 'R-newer', 'erased' => 'R-erased'], $kept);
        $this->assertSame('42', $DB->get_field('local_rocket_receipt', 'userid', ['redemption' => 'fresh']));
    }

    public function test_a_word_that_comes_too_late_ends_it(): void {
        $this->wish();
        $this->also = fn($path) => $path === '/api/resent'
            ? throw new refused(404, ['code' => 'not_found', 'detail' => 'nothing is awaited']) : null;
        $this->run_task();
        $this->assertSame(resending::DONE, resending::last()['step']);
        $this->assertStringContainsString('nothing is awaited', resending::last()['trouble']);
    }

    public function test_a_secret_that_is_refused_ends_nothing(): void {
        self::put_receipts(2);
        $this->wish();
        $this->also = fn($path) => $path === '/api/receipts'
            ? throw new refused(401, ['code' => 'unauthorized', 'detail' => 'pair again']) : null;
        $this->run_task();
        $this->assertSame([resending::RECEIPTS, 0], [resending::last()['step'], resending::last()['refused']]);
    }

    public function test_the_word_is_given_again_until_it_is_taken(): void {
        $this->wish();
        $this->also = fn($path) => $path === '/api/resent' ? throw new away('server', 'busy') : null;
        $this->run_task();
        $this->assertSame(resending::TELL, resending::last()['step']);
        $this->got();
        $this->also = null;
        $this->run_task();
        $this->assertSame([['/api/resent', ['id' => 'w1']]], $this->got());
        $this->assertSame(resending::DONE, resending::last()['step']);
    }

    public function test_what_is_no_longer_kept_is_said_to_be_missing(): void {
        $this->backup = time() - 20 * DAYSECS;
        $this->wish();
        resending::hear($this->wish);
        $this->assertTrue(resending::last()['incomplete']);
        set_config('keepdays', 30, 'local_rocket');
        $this->wish('w2');
        resending::hear($this->wish);
        $this->assertFalse(resending::last()['incomplete']);
    }

    public function test_what_was_told_of_accounts_is_told_again_and_erasures_are_not(): void {
        global $DB;
        foreach ([request::FREEZE, request::MERGE, request::ERASE] as $kind) {
            request::add($kind, 42, time(), 43);
        }
        request::add(request::FREEZE, 44, time());
        // Of who was erased since, nobody knows any more whom it was about.
        request::add(request::FREEZE, 0, time());
        request::add(request::MERGE, 45, time(), null);
        $DB->set_field('local_rocket_request', 'status', request::DONE);
        $DB->set_field('local_rocket_request', 'timemodified', $this->backup - 60, ['userid' => 44]);
        $this->wish();
        resending::hear($this->wish);
        $again = $DB->get_records('local_rocket_request', ['status' => request::PENDING], 'id');
        $again = array_values(array_map(fn($request) => [$request->kind, (int)$request->userid], $again));
        $this->assertSame([[request::FREEZE, 42], [request::MERGE, 42]], $again);
    }

    public function test_notices_carry_the_wish_as_well(): void {
        $this->wish();
        client::set_for_testing(new sidecar_double(fn() => ['notices' => [], 'resend' => $this->wish]));
        (new notices())->run(time() + 10);
        $this->assertSame('w1', resending::last()['id']);
    }
}
