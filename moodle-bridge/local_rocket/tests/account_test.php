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
use local_rocket\output\account_view;
use local_rocket\output\redeem_view;
use local_rocket\output\redemption_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * A learner's account, drawn from what the real sidecar answers (fixtures/answers.json, which its own tests make).
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\account
 * @covers    \local_rocket\snapshot
 * @covers    \local_rocket\output\account_view
 * @covers    \local_rocket\output\redeem_view
 * @covers    \local_rocket\output\redemption_view
 */
final class account_test extends \advanced_testcase {
    /** @var array what the sidecar answers */
    private array $answers;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->answers = json_decode(file_get_contents(__DIR__ . '/fixtures/answers.json'), true);
        $this->setUser($this->getDataGenerator()->create_user());
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * Puts a sidecar in place.
     *
     * @return sidecar_double
     */
    private function sidecar(): sidecar_double {
        $double = new sidecar_double(fn($method, $path) => match (true) {
            $path === '/api/user/points' => $this->answers['points'],
            $path === '/api/rewards' => $this->answers['rewards'],
            $path === '/api/user/decisions' => $this->answers['decisions'],
            $path === '/api/user/redemptions' => $this->answers['redemptions'],
            str_ends_with($path, '/redeem') => $this->answers['redeemed'],
            str_ends_with($path, '/cancel') => ['redemption_id' => 'rdm_1', 'status' => 'cancelled', 'balance' => 65],
        });
        client::set_for_testing($double);
        return $double;
    }

    /**
     * Takes the sidecar away.
     *
     * @return sidecar_double
     */
    private function nobody(): sidecar_double {
        $double = new sidecar_double(fn() => throw new away('network', 'no route'));
        client::set_for_testing($double);
        return $double;
    }

    public function test_asks_as_the_session_user_and_as_nobody_else(): void {
        global $USER;
        $double = $this->sidecar();
        account::of_current_user()->state();
        foreach ($double->calls as [, , , $scope, $sub]) {
            $this->assertSame(['learner', (int)$USER->id], [$scope, $sub]);
        }
    }

    public function test_guests_have_no_account(): void {
        $this->setGuestUser();
        $this->expectException(\require_login_exception::class);
        account::of_current_user();
    }

    public function test_a_page_reads_one_row_until_something_happened(): void {
        global $DB, $USER;
        $double = $this->sidecar();
        account::of_current_user()->state();
        $asked = count($double->calls);
        $account = account::of_current_user();
        $before = $DB->perf_get_queries();
        $state = $account->state();
        $this->assertSame(1, $DB->perf_get_queries() - $before);
        $this->assertCount($asked, $double->calls);
        $this->assertNull($state->failure);
        snapshot::outdate([$USER->id]);
        $account->state();
        $this->assertGreaterThan($asked, count($double->calls));
    }

    public function test_while_the_sidecar_is_away_the_last_known_balance_is_shown_with_its_time(): void {
        global $USER, $DB;
        $this->sidecar();
        account::of_current_user()->state();
        $DB->set_field('local_rocket_snapshot', 'timefetched', 1700000000);
        snapshot::outdate([$USER->id]);
        $this->nobody();
        $account = account::of_current_user();
        $shown = (new account_view($account, $account->state()))->shown();
        $this->assertSame([true, true, 45], [$shown['known'], $shown['away'], $shown['balance']]);
        $this->assertStringContainsString('23', $shown['asof']);
        $this->assertFalse($shown['refresh']);
    }

    public function test_what_was_never_known_is_not_shown_as_zero(): void {
        global $OUTPUT;
        $this->nobody();
        $account = account::of_current_user();
        $shown = (new account_view($account, $account->state()))->shown();
        $this->assertFalse($shown['known']);
        $this->assertArrayNotHasKey('balance', $shown);
        $this->assertStringNotContainsString('0 points', $OUTPUT->render_from_template('block_rocket/content', $shown));
    }

    public function test_the_block_shows_all_that_it_should(): void {
        global $OUTPUT;
        $this->sidecar();
        $account = account::of_current_user();
        $account->set_goal('trip');
        $html = $OUTPUT->render_from_template('block_rocket/content', (new account_view($account, $account->state()))->shown());
        $expected = [
            '45 points', '5 points set aside', 'Bronze', 'Next: Silver', 'role="progressbar"', 'aria-valuenow="10"',
            'A good quiz', 'You earned 40 points.', 'A coffee', 'redeem.php?reward=coffee', 'A trip', '75 points to go',
        ];
        foreach ($expected as $text) {
            $this->assertStringContainsString($text, $html);
        }
    }

    public function test_a_reward_says_all_that_is_missing(): void {
        $this->sidecar();
        $account = account::of_current_user();
        $rewards = array_column((new account_view($account, $account->state(), false))->shown()['rewards'], null, 'id');
        $this->assertSame(
            ['Reach the tier Silver: 135 more points', 'Earn badge 99', '75 more points'],
            $rewards['trip']['locked']
        );
        $this->assertTrue($rewards['coffee']['available']);
        $this->assertSame('10 % off', $rewards['books']['worth']);
        $this->assertCount(2, $rewards['saver']['options']);
    }

    public function test_no_token_is_ever_kept(): void {
        global $DB;
        $this->sidecar();
        $account = account::of_current_user();
        $account->state();
        $account->redeem('coffee', 20, 'key');
        $account->redemptions();
        $account->state();
        $kept = json_encode($DB->get_records('local_rocket_snapshot'));
        $this->assertStringNotContainsString('2RPM', $kept);
        $this->assertStringContainsString('coffee', $kept);
    }

    public function test_redeeming_sends_what_the_learner_was_shown_and_the_key_of_the_confirmation(): void {
        global $USER;
        $double = $this->sidecar();
        account::of_current_user()->redeem('coffee', 20, 'key');
        $this->assertSame(
            ['POST', '/api/rewards/coffee/redeem', ['expected_cost' => 20], 'learner', (int)$USER->id, 'key'],
            $double->calls[0]
        );
        $this->assertNull(snapshot::get($USER->id));
    }

    public function test_who_may_not_redeem_is_refused_here_already(): void {
        $double = $this->sidecar();
        assign_capability('local/rocket:redeem', CAP_PROHIBIT, $this->user_role(), SYSCONTEXTID, true);
        try {
            account::of_current_user()->redeem('coffee', 20, 'key');
            $this->fail('It went through.');
        } catch (\required_capability_exception $e) {
            $this->assertSame([], $double->calls);
        }
    }

    /**
     * The role of everybody who is logged in.
     *
     * @return int
     */
    private function user_role(): int {
        global $DB;
        return (int)$DB->get_field('role', 'id', ['shortname' => 'user'], MUST_EXIST);
    }

    public function test_a_refusal_says_why(): void {
        $this->assertSame(
            'Reach the tier Silver: 135 more points; Earn badge 99; 75 more points',
            redeem_view::why(new refused(409, $this->answers['locked']))
        );
        $this->assertStringContainsString(
            'price',
            redeem_view::why(new refused(409, ['code' => 'price_changed', 'detail' => 'x']))
        );
    }

    public function test_the_question_names_price_and_what_is_left(): void {
        $this->sidecar();
        $account = account::of_current_user();
        $shown = (new account_view($account, $account->state(), false))->shown();
        $question = (new redeem_view($shown, 'saver', 10))->shown();
        $this->assertSame('Redeem A saver for 10 points?', $question['question']);
        $this->assertStringContainsString('Afterwards you have 35 points', $question['balances']);
        $this->assertCount(2, $question['prices']);
        $this->assertTrue((new redeem_view($shown, 'nothing', null))->shown()['unknown']);
    }

    public function test_an_attempt_of_which_nobody_knows_the_outcome_can_be_tried_again_under_its_key(): void {
        $this->sidecar();
        $account = account::of_current_user();
        $shown = (new account_view($account, $account->state(), false))->shown();
        $again = (new redeem_view($shown, 'trip', 120, 'Nobody knows.', 'the key'))->shown();
        $this->assertSame(['the key', true], [$again['key'], $again['confirmable']]);
        $this->assertFalse((new redeem_view($shown, 'trip', 120))->shown()['confirmable']);
    }

    public function test_who_is_logged_in_as_a_learner_neither_spends_nor_sees_tokens(): void {
        global $USER;
        $double = $this->sidecar();
        $USER->realuser = get_admin()->id;
        $account = account::of_current_user();
        $this->assertNull($account->redemptions()['redemptions'][0]['token']);
        $asked = count($double->calls);
        try {
            $account->redeem('coffee', 20, 'key');
            $this->fail('It went through.');
        } catch (\moodle_exception $e) {
            $this->assertSame('notasanother', $e->errorcode);
        }
        $this->assertCount($asked, $double->calls);
    }

    public function test_a_redemption_shows_its_token_and_a_picture_with_the_secret_in_the_fragment(): void {
        $this->sidecar();
        $account = account::of_current_user();
        $redemption = $account->redemption('rdm_0123456789abcdef01234567');
        $shown = (new redemption_view($redemption))->shown();
        $this->assertSame('2RPM-G3R2-R1M1-A801-9HYT-J91C-3', $shown['token']);
        $this->assertStringStartsWith('data:image/svg+xml;base64,', $shown['qr']);
        $this->assertNotNull($shown['cancellable']);
        $this->assertNull($account->redemption('rdm_of_somebody_else'));
    }

    public function test_opting_out_is_a_preference(): void {
        $account = account::of_current_user();
        $this->assertTrue($account->takes_part());
        $account->take_part(false);
        $this->assertFalse(account::of_current_user()->takes_part());
        $account->take_part(true);
        $this->assertTrue(account::of_current_user()->takes_part());
    }
}
