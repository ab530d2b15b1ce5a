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
use local_rocket\handover\handover;
use local_rocket\sidecar\client;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * The last receipt of each redemption is kept, whoever did something about it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\receipts
 */
final class receipts_test extends \advanced_testcase {
    /** @var \stdClass */
    private \stdClass $learner;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->learner = $this->getDataGenerator()->create_user();
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * A sidecar that gives a receipt for everything.
     *
     * @param array $more what it answers besides
     */
    private static function sidecar(array $more = []): void {
        client::set_for_testing(new sidecar_double(fn($method, $path) => $more + match (true) {
            $path === '/api/deliveries' =>
                ['deliveries' => [['redemption_id' => 'r1', 'user_id' => '0', 'action' => ['badge' => 1]]]],
            $method === 'GET' => ['redemptions' => [['redemption_id' => 'r1']], 'next_cursor' => null],
            default => ['redemption_id' => 'r1', 'status' => 'issued', 'balance' => 1, 'receipt' => "after $path"],
        }));
    }

    /**
     * What is kept.
     *
     * @return array[] redemption, userid, receipt
     */
    private static function kept(): array {
        global $DB;
        $rows = $DB->get_records('local_rocket_receipt', null, 'id');
        return array_values(array_map(fn($row) => [$row->redemption, (int)$row->userid, $row->receipt], $rows));
    }

    public function test_of_a_learners_own_acts_the_last_is_kept(): void {
        self::sidecar();
        $this->setUser($this->learner);
        $account = account::of_current_user();
        $account->redeem('mug', 20, 'k1');
        $this->assertSame([['r1', (int)$this->learner->id, 'after /api/rewards/mug/redeem']], self::kept());
        $account->cancel('r1');
        $this->assertSame([['r1', (int)$this->learner->id, 'after /api/user/redemptions/r1/cancel']], self::kept());
    }

    public function test_of_what_people_in_charge_do(): void {
        self::sidecar();
        $this->setAdminUser();
        (new support((int)$this->learner->id))->act('reissue', 'r1', 'lost', null);
        $this->assertSame([['r1', (int)$this->learner->id, 'after /api/redemptions/r1/reissue']], self::kept());
    }

    public function test_of_the_counter_it_stays_the_learners(): void {
        receipts::keep(['redemption_id' => 'r1', 'receipt' => 'redeemed'], (int)$this->learner->id);
        self::sidecar();
        $this->setAdminUser();
        $counter = counter::of_current_user();
        $counter->look('T');
        $this->assertSame('redeemed', self::kept()[0][2]);
        $counter->hand_over('T', 'k1', 'front desk');
        $this->assertSame([['r1', (int)$this->learner->id, 'after /api/tokens/consume']], self::kept());
        $counter->take_back('T', 'k2');
        $this->assertSame([['r1', (int)$this->learner->id, 'after /api/tokens/reverse']], self::kept());
    }

    public function test_of_the_counter_it_says_itself_whose_it_is_where_nothing_was_kept(): void {
        $receipt = "rocket-redemption/v1\n{\"redemption\":\"r1\",\"user_id\":\"{$this->learner->id}\"}\n\nsigned\n";
        self::sidecar(['redemption_id' => 'r1', 'receipt' => $receipt]);
        $this->setAdminUser();
        counter::of_current_user()->hand_over('T', 'k1', '');
        $this->assertSame([['r1', (int)$this->learner->id, $receipt]], self::kept());
    }

    public function test_of_what_moodle_handed_over_or_could_not(): void {
        self::sidecar();
        (new handover())->run(0);
        $this->assertSame([['r1', 0, 'after /api/deliveries/r1']], self::kept());
    }

    public function test_an_answer_without_one_changes_nothing(): void {
        receipts::keep(['redemption_id' => 'r1', 'receipt' => 'redeemed'], (int)$this->learner->id);
        foreach ([[], ['receipt' => 'x'], ['redemption_id' => 'r1'], ['redemption_id' => 'r1', 'receipt' => null]] as $answer) {
            receipts::keep($answer, 7);
        }
        $this->assertSame([['r1', (int)$this->learner->id, 'redeemed']], self::kept());
    }

    public function test_a_learner_who_is_merged_takes_them_along(): void {
        $other = $this->getDataGenerator()->create_user();
        receipts::keep(['redemption_id' => 'r1', 'receipt' => 'redeemed'], (int)$this->learner->id);
        lifecycle_records::merge((int)$this->learner->id, (int)$other->id);
        $this->assertSame([['r1', (int)$other->id, 'redeemed']], self::kept());
    }

    public function test_one_that_was_signed_before_the_one_that_is_kept_changes_nothing(): void {
        $signed = fn(string $at, string $state) =>
            "rocket-redemption/v1\n{\"signed\":\"$at\",\"state\":\"$state\",\"user_id\":\"7\"}\n\nsigned\n";
        $states = [
            ['2026-11-24T10:00:00.000Z', 'issued', 'issued'],
            ['2026-11-24T10:00:00.002Z', 'consumed', 'consumed'],
            ['2026-11-24T10:00:00.001Z', 'issued', 'consumed'],
            ['2026-11-24T10:00:00.002Z', 'cancelled', 'cancelled'],
        ];
        foreach ($states as [$at, $state, $expected]) {
            receipts::keep(['redemption_id' => 'r1', 'receipt' => $signed($at, $state)]);
            $this->assertStringContainsString("\"$expected\"", self::kept()[0][2]);
        }
    }

    public function test_old_ones_go(): void {
        global $DB;
        receipts::keep(['redemption_id' => 'r1', 'receipt' => 'x'], 7);
        receipts::keep(['redemption_id' => 'r2', 'receipt' => 'y'], 7);
        $DB->set_field('local_rocket_receipt', 'timemodified', time() - 61 * DAYSECS, ['redemption' => 'r1']);
        receipts::cleanup();
        $this->assertSame([['r2', 7, 'y']], self::kept());
    }
}
