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
use local_rocket\output\support_redemption;
use local_rocket\output\support_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * A learner's account for people in charge.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\support
 * @covers    \local_rocket\output\support_view
 * @covers    \local_rocket\output\support_redemption
 */
final class support_test extends \advanced_testcase {
    /** @var array a redemption as the sidecar shows it */
    private const REDEMPTION = [
        'redemption_id' => 'rdm_1',
        'seq' => 10,
        'title' => 'A coffee',
        'status' => 'issued',
        'delivery' => 'in_app',
        'cost' => 20,
        'amount_minor' => 250,
        'currency' => 'GBP',
        'created_at' => '2026-05-03T10:00:00.000Z',
        'expires_at' => '2030-05-03T10:00:00.000Z',
        'consumed_at' => null,
        'consumed_by' => null,
        'reference' => null,
        'messages' => [],
        'afterwards' => [],
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

    /**
     * An entry of the ledger after a redemption.
     *
     * @param string $kind
     * @param int $points
     * @return array
     */
    private static function entry(string $kind, int $points = 0): array {
        return ['kind' => $kind, 'points' => $points, 'timestamp' => '2026-05-03T11:00:00.000Z'];
    }

    public function test_only_people_in_charge_open_an_account(): void {
        $this->setUser($this->getDataGenerator()->create_user());
        $this->expectException(\required_capability_exception::class);
        new support(4);
    }

    public function test_an_act_names_who_did_it_and_why_and_the_learners_pages_ask_anew(): void {
        global $USER;
        $theirs = ['redemptions' => [['redemption_id' => 'rdm_1']], 'next_cursor' => null];
        $double = self::sidecar(fn($method) => $method === 'GET' ? $theirs : []);
        snapshot::put(4, ['balance' => 1]);
        $support = new support(4);
        $support->act('extend', 'rdm_1', 'was ill', '2027-01-31');
        $support->adjust(-3, 'entered twice', 'k1');
        $more = ['reason' => 'was ill', 'until' => '2027-01-31'];
        $less = ['user_id' => '4', 'points' => -3, 'reason' => 'entered twice'];
        $asked = ['limit' => 1000, 'user_id' => '4'];
        $this->assertEquals([
            ['GET', '/api/redemptions', $asked, 'admin', (int)$USER->id, null],
            ['POST', '/api/redemptions/rdm_1/extend', $more, 'admin', (int)$USER->id, null],
            ['POST', '/api/adjustments', $less, 'admin', (int)$USER->id, 'k1'],
        ], $double->calls);
        $this->assertTrue(snapshot::get(4)->stale);
    }

    public function test_acts_on_this_learners_redemptions_alone(): void {
        $double = self::sidecar(fn() => ['redemptions' => [['redemption_id' => 'rdm_2']], 'next_cursor' => null]);
        try {
            (new support(4))->act('cancel', 'rdm_1', 'asked for', null);
            $this->fail('It was done.');
        } catch (\moodle_exception $e) {
            $this->assertSame('support_nottheirs', $e->errorcode);
        }
        $this->assertSame(['GET'], array_column($double->calls, 0));
    }

    public function test_nobody_corrects_their_own_account(): void {
        global $USER;
        $double = self::sidecar(fn() => []);
        $support = new support((int)$USER->id);
        foreach ([fn() => $support->adjust(1000, 'why not', 'k'), fn() => $support->act('reissue', 'r', 'why not', null)] as $act) {
            try {
                $act();
                $this->fail('It was done.');
            } catch (\moodle_exception $e) {
                $this->assertSame('support_self', $e->errorcode);
            }
        }
        $this->assertSame([], $double->calls);
    }

    /**
     * Acts that are none.
     *
     * @return array
     */
    public static function wrong_acts(): array {
        return [
            'no reason' => ['cancel', '', null],
            'no such act' => ['steal', 'why', null],
            'no day' => ['extend', 'why', 'tomorrow'],
        ];
    }

    /**
     * Nothing of it reaches the sidecar.
     *
     * @dataProvider wrong_acts
     * @param string $act
     * @param string $reason
     * @param string|null $until
     */
    public function test_refuses_what_makes_no_sense(string $act, string $reason, ?string $until): void {
        $double = self::sidecar(fn() => []);
        try {
            (new support(4))->act($act, 'rdm_1', $reason, $until);
            $this->fail('It was done.');
        } catch (\moodle_exception $e) {
            $this->assertSame([], $double->calls);
        }
    }

    public function test_finds_learners_by_what_one_knows_of_them(): void {
        $generator = $this->getDataGenerator();
        $who = ['firstname' => 'Ann', 'lastname' => 'Lee', 'idnumber' => 'S-77', 'email' => 'al@example.com'];
        $ann = $generator->create_user($who);
        $generator->create_user(['firstname' => 'Bob']);
        foreach (['nn Lee', 'S-77', 'al@exam', $ann->username] as $text) {
            $this->assertSame([(int)$ann->id], array_keys(support::search($text, 10)), $text);
        }
    }

    public function test_one_of_whom_rocket_never_heard_is_no_zero(): void {
        self::sidecar(fn() => throw new refused(404, ['code' => 'not_found', 'detail' => 'never heard']));
        $user = $this->getDataGenerator()->create_user();
        $view = new support_view(new support((int)$user->id), '');
        $view->read(null, null);
        $learner = $view->shown()['learner'];
        $this->assertTrue($learner['unheard']);
        $this->assertArrayNotHasKey('balance', $learner);
    }

    public function test_while_the_sidecar_is_away_it_shows_what_was_last_known_and_the_outbox(): void {
        self::sidecar(fn() => throw new away('network', 'no route'));
        $id = (int)$this->getDataGenerator()->create_user()->id;
        $points = ['balance' => 40, 'held' => 0, 'lifetime' => 60, 'tier_title' => null];
        snapshot::put($id, ['points' => $points]);
        outbox::add_ready(new learningevent('e1', 'custom.helpfulness', time(), (string)$id));
        $view = new support_view(new support($id), '');
        $view->read(null, null);
        $shown = $view->shown();
        $this->assertCount(1, $shown['failures']);
        $this->assertSame('40 points', $shown['learner']['balance']);
        $this->assertNotNull($shown['learner']['asof']);
        $this->assertSame(1, $shown['learner']['outbox']['counts'][0]['count']);
        $this->assertSame('Helpfulness', $shown['learner']['outbox']['latest'][0]['what']);
    }

    public function test_an_unsure_correction_is_sent_again_as_it_was(): void {
        self::sidecar(fn() => throw new away('network', 'no route'));
        $id = (int)$this->getDataGenerator()->create_user()->id;
        $view = new support_view(new support($id), '');
        $view->failed(new away('network', 'no route'), ['key' => 'k1', 'points' => 5, 'reason' => 'why']);
        $this->assertSame(['key' => 'k1', 'points' => 5, 'reason' => 'why'], $view->shown()['learner']['adjust']);
    }

    public function test_the_history_of_a_redemption_says_how_its_token_was_used_and_taken_back(): void {
        $used = ['consumed_at' => '2026-05-03T11:00:00.000Z', 'consumed_by' => 'counter', 'reference' => 'Library'];
        $afterwards = array_fill(0, 3, self::entry('consumption'));
        $one = ['status' => 'consumed', 'afterwards' => $afterwards] + $used + self::REDEMPTION;
        $shown = support_redemption::shown($one);
        $this->assertSame(
            ['Redeemed', 'Used', 'Taken back: the token counts again', 'Used', 'Used at Library'],
            array_column($shown['history'], 'what')
        );
        $this->assertSame([], $shown['acts']);
    }

    public function test_the_history_of_one_that_a_partner_delivers(): void {
        $messages = [['type' => 'redemption.issued', 'state' => 'dead', 'attempts' => 9, 'outcome' => 'HTTP 500']];
        $one = ['status' => 'delivered', 'delivery' => 'partner', 'messages' => $messages,
            'afterwards' => [self::entry('consumption')]] + self::REDEMPTION;
        $shown = support_redemption::shown($one);
        $this->assertSame('Handed over', $shown['history'][1]['what']);
        $this->assertStringContainsString('HTTP 500', $shown['history'][2]['what']);
        $this->assertSame(['cancel', 'extend', 'replay'], array_column($shown['acts'], 'act'));
    }

    public function test_an_unused_one_can_be_cancelled_replaced_and_extended(): void {
        $acts = array_column(support_redemption::shown(self::REDEMPTION)['acts'], 'act');
        $this->assertSame(['cancel', 'reissue', 'extend'], $acts);
        $refunded = ['status' => 'cancelled', 'afterwards' => [self::entry('refund', 20)]] + self::REDEMPTION;
        $shown = support_redemption::shown($refunded);
        $this->assertSame([], $shown['acts']);
        $this->assertStringContainsString('20 points', $shown['history'][1]['what']);
    }
}
