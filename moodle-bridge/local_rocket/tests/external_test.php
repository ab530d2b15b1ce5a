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

use core_external\external_api;
use local_rocket\fixtures\sidecar_double;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * What pages and the mobile app call: always for the session’s own account.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\external\get_account
 * @covers    \local_rocket\external\redeem
 * @covers    \local_rocket\external\cancel_redemption
 */
final class external_test extends \advanced_testcase {
    /** @var array what the sidecar answers */
    private array $answers;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->answers = json_decode(file_get_contents(__DIR__ . '/fixtures/answers.json'), true);
        $this->setUser($this->getDataGenerator()->create_user());
        $_POST['sesskey'] = sesskey();
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * Puts a sidecar in place.
     *
     * @param \Throwable|null $thrown what it answers to whatever changes something
     * @return sidecar_double
     */
    private function sidecar(?\Throwable $thrown = null): sidecar_double {
        $double = new sidecar_double(fn($method, $path) => match (true) {
            $method === 'POST' && $thrown !== null => throw $thrown,
            str_ends_with($path, '/redeem') => $this->answers['redeemed'],
            str_ends_with($path, '/cancel') => ['redemption_id' => 'rdm_1', 'status' => 'cancelled', 'balance' => 65],
            default => $this->answers[basename($path)],
        });
        client::set_for_testing($double);
        return $double;
    }

    /**
     * Calls a function as a page does, its answer checked against what it promises.
     *
     * @param string $name
     * @param array $args
     * @return array error, data or exception
     */
    private function ask(string $name, array $args = []): array {
        return external_api::call_external_function("local_rocket_$name", $args, true);
    }

    public function test_get_account(): void {
        $this->sidecar();
        ['error' => $error, 'data' => $data] = $this->ask('get_account');
        $this->assertFalse($error);
        $this->assertSame([true, false, 45, 5], [$data['known'], $data['away'], $data['balance'], $data['held']]);
        $this->assertStringContainsString('data-region="block_rocket"', $data['html']);
    }

    public function test_get_account_while_the_sidecar_is_away(): void {
        client::set_for_testing(new sidecar_double(fn() => throw new away('network', 'no route')));
        ['error' => $error, 'data' => $data] = $this->ask('get_account');
        $this->assertFalse($error);
        $this->assertSame([false, true], [$data['known'], $data['away']]);
        $this->assertStringContainsString('not known yet', $data['html']);
    }

    public function test_redeem_sends_price_and_key_and_answers_where_the_token_is(): void {
        global $USER;
        $double = $this->sidecar();
        ['error' => $error, 'data' => $data] = $this->ask('redeem', ['reward' => 'coffee', 'cost' => 20, 'key' => 'a-key']);
        $this->assertFalse($error);
        $this->assertSame(
            ['POST', '/api/rewards/coffee/redeem', ['expected_cost' => 20], 'learner', (int)$USER->id, 'a-key'],
            $double->calls[0]
        );
        $this->assertStringContainsString('redemption.php?id=rdm_0123456789abcdef01234567', $data['url']);
        $this->assertStringNotContainsString('2RPM', json_encode($data));
    }

    public function test_redeem_says_why_it_was_refused(): void {
        $this->sidecar(new refused(409, $this->answers['locked']));
        ['error' => $error, 'exception' => $e] = $this->ask('redeem', ['reward' => 'trip', 'cost' => 120, 'key' => 'a-key']);
        $this->assertTrue($error);
        $this->assertStringContainsString('Reach the tier Silver', $e->message);
    }

    public function test_redeem_takes_no_other_learner(): void {
        $double = $this->sidecar();
        ['error' => $error] = $this->ask('redeem', ['reward' => 'coffee', 'cost' => 20, 'key' => 'a-key', 'userid' => 2]);
        $this->assertTrue($error);
        $this->assertSame([], $double->calls);
    }

    public function test_redeem_needs_its_capability(): void {
        global $DB;
        $double = $this->sidecar();
        $role = $DB->get_field('role', 'id', ['shortname' => 'user'], MUST_EXIST);
        assign_capability('local/rocket:redeem', CAP_PROHIBIT, $role, SYSCONTEXTID, true);
        ['error' => $error] = $this->ask('redeem', ['reward' => 'coffee', 'cost' => 20, 'key' => 'a-key']);
        $this->assertTrue($error);
        $this->assertSame([], $double->calls);
    }

    public function test_cancel_redemption(): void {
        global $USER;
        $double = $this->sidecar();
        $this->assertFalse($this->ask('cancel_redemption', ['redemption' => 'rdm_1'])['error']);
        $this->assertSame(
            ['POST', '/api/user/redemptions/rdm_1/cancel', [], 'learner', (int)$USER->id, null],
            $double->calls[0]
        );
    }

    public function test_nobody_else_is_let_in(): void {
        $double = $this->sidecar();
        $this->setGuestUser();
        $_POST['sesskey'] = sesskey();
        $this->assertTrue($this->ask('get_account')['error']);
        $this->assertSame([], $double->calls);
    }
}
