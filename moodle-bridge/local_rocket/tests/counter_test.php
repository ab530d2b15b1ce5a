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
use local_rocket\output\counter_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * The counter.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\counter
 * @covers    \local_rocket\output\counter_view
 */
final class counter_test extends \advanced_testcase {
    /** @var array what the sidecar says of a token that is not used */
    private const ISSUED = [
        'status' => 'issued',
        'reward_id' => 'coffee',
        'title' => 'A coffee',
        'value' => ['amount_minor' => 250, 'currency' => 'GBP'],
        'discount' => null,
        'valid_until' => '2030-01-01T00:00:00.000Z',
        'consumed_at' => null,
    ];

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setAdminUser();
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * Puts a sidecar in place.
     *
     * @param \Closure $answers
     * @return sidecar_double
     */
    private static function sidecar(\Closure $answers): sidecar_double {
        $double = new sidecar_double($answers);
        client::set_for_testing($double);
        return $double;
    }

    public function test_only_who_may_hand_over_stands_there(): void {
        $this->setUser($this->getDataGenerator()->create_user());
        $this->expectException(\required_capability_exception::class);
        counter::of_current_user();
    }

    /**
     * What is typed or scanned.
     *
     * @return array
     */
    public static function writings(): array {
        $token = '7Q2MX4KD9RTA0VHB5CNE8WGJ';
        return [
            'typed' => ['7Q2M-X4KD', '7Q2M-X4KD'],
            'a scanner types the address of a QR code' => ["https://lms.example/local/rocket/counter.php#{$token}3", "{$token}3"],
            'without its check symbol' => ["https://lms.example/local/rocket/counter.php#$token", "ROCKET:$token"],
            'the sidecar’s own form' => ["ROCKET:$token", "ROCKET:$token"],
        ];
    }

    /**
     * The token is the same, whoever or whatever wrote it.
     *
     * @dataProvider writings
     * @param string $written
     * @param string $token
     */
    public function test_finds_the_token_in_what_was_scanned(string $written, string $token): void {
        $this->assertSame($token, counter::token_in($written));
    }

    public function test_hands_over_under_the_key_that_was_drawn_and_in_the_name_of_who_stands_there(): void {
        global $USER;
        $double = self::sidecar(fn() => ['status' => 'consumed'] + self::ISSUED);
        $counter = counter::of_current_user();
        $counter->hand_over('T', 'k1', ' Library ');
        $counter->hand_over('T', 'k2', '  ');
        $counter->take_back('T', 'k3');
        $this->assertSame([
            ['POST', '/api/tokens/consume', ['token' => 'T', 'reference' => 'Library'], 'admin', (int)$USER->id, 'k1'],
            ['POST', '/api/tokens/consume', ['token' => 'T'], 'admin', (int)$USER->id, 'k2'],
            ['POST', '/api/tokens/reverse', ['token' => 'T'], 'admin', (int)$USER->id, 'k3'],
        ], $double->calls);
    }

    public function test_ten_wrong_tokens_in_a_minute_stop_one_member_of_staff_and_nobody_else(): void {
        $double = self::sidecar(fn($method, $path, $sent) => $sent['token'] === 'good' ? self::ISSUED
            : throw new refused(404, ['code' => 'token_unknown', 'detail' => 'unknown']));
        $counter = counter::of_current_user();
        for ($i = 0; $i < 10; $i++) {
            $counter->look('good');
            try {
                $counter->look('bad');
                $this->fail('It took a wrong token.');
            } catch (refused $e) {
                $this->assertSame('token_unknown', $e->codename);
            }
        }
        try {
            $counter->look('good');
            $this->fail('It did not stop.');
        } catch (away $e) {
            $this->assertSame('toomany', $e->reason);
            $this->assertGreaterThan(0, $e->retryafter);
        }
        $this->assertCount(20, $double->calls);
        $colleague = $this->getDataGenerator()->create_user();
        role_assign($this->manager(), $colleague->id, \context_system::instance());
        $this->setUser($colleague);
        $this->assertSame('issued', counter::of_current_user()->look('good')['status']);
    }

    public function test_says_what_a_token_is_worth_and_offers_to_hand_it_over(): void {
        $view = new counter_view();
        $view->asked('T', 'Library');
        $view->answered('look', self::ISSUED);
        $shown = $view->shown();
        $this->assertSame('A coffee', $shown['found']['title']);
        $this->assertStringContainsString('2.50', $shown['found']['worth']);
        $this->assertSame('T', $shown['handover']['token']);
        $this->assertNotEmpty($shown['handover']['key']);
        $this->assertSame('Library', $shown['reference']);
    }

    public function test_says_when_and_where_a_token_was_used_and_offers_nothing(): void {
        $view = new counter_view();
        $view->asked('T', '');
        $at = ['consumed_at' => '2026-05-03T13:02:00.000Z', 'consumed_by' => 'counter', 'reference' => 'Library'];
        $view->answered('look', $at + ['status' => 'consumed'] + self::ISSUED);
        $shown = $view->shown();
        $this->assertMatchesRegularExpression('/3 May.*at Library/', $shown['found']['said']);
        $this->assertNull($shown['handover']);

        $view->refused(new refused(409, ['code' => 'token_consumed', 'detail' => ''] + ['consumed_by' => 'shop'] + $at));
        $this->assertStringContainsString('shop (Library)', $view->shown()['failure']);
    }

    public function test_who_does_not_know_whether_it_went_through_tries_again_under_the_same_key(): void {
        $view = new counter_view();
        $view->asked('T', 'Library');
        $view->unanswered('handover', 'k1', new away('network', 'no route'));
        $this->assertSame(['token' => 'T', 'key' => 'k1'], $view->shown()['handover']);
        $this->assertTrue($view->shown()['unsure']);
    }

    /**
     * Refusals and what is said of them.
     *
     * @return array
     */
    public static function refusals(): array {
        return [
            [['code' => 'token_mistyped'], 'mistyped'],
            [['code' => 'token_unknown'], 'not known'],
            [['code' => 'token_lapsed', 'valid_until' => '2026-05-03T13:02:00.000Z'], 'lapsed'],
            [['code' => 'too_late'], '24 hours'],
            [['code' => 'state_conflict', 'state' => 'cancelled'], 'cancelled'],
            [['code' => 'state_conflict', 'state' => 'issued'], 'meanwhile'],
            [['code' => 'key_reused', 'detail' => 'The key is used.'], 'The key is used.'],
        ];
    }

    /**
     * Each refusal has its own words.
     *
     * @dataProvider refusals
     * @param array $problem
     * @param string $said
     */
    public function test_says_in_words_why_not(array $problem, string $said): void {
        $view = new counter_view();
        $view->asked('T', '');
        $view->refused(new refused(409, $problem));
        $this->assertStringContainsString($said, $view->shown()['failure']);
        // Only a slip of the finger is there to be corrected.
        $this->assertSame($problem['code'] === 'token_mistyped' ? 'T' : null, $view->shown()['written']);
    }

    /**
     * The role of managers.
     *
     * @return int
     */
    private function manager(): int {
        global $DB;
        return (int)$DB->get_field('role', 'id', ['shortname' => 'manager'], MUST_EXIST);
    }
}
