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
use local_rocket\sidecar\client;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * Notices: each once, to whom it is for, by a kind that they can turn off.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\notices
 * @covers    \local_rocket\notification
 * @covers    \local_rocket\receipts
 */
final class notices_test extends \advanced_testcase {
    /** @var array[] what the sidecar has to tell */
    private array $notices = [];

    /** @var sidecar_double */
    private sidecar_double $sidecar;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        set_config('source', 'moodle', 'local_rocket');
        $this->sidecar = new sidecar_double(function ($method, $path, $query) {
            $left = array_filter($this->notices, fn($notice) => $notice['id'] > $query['after']);
            return ['notices' => array_slice($left, 0, 2), 'after' => $query['after']];
        });
        client::set_for_testing($this->sidecar);
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * Something that somebody is to be told.
     *
     * @param string $code
     * @param array $params
     * @param int|null $userid null: administrators
     * @param string|null $receipt of the redemption that it is about
     */
    private function told(string $code, array $params, ?int $userid, ?string $receipt = null): void {
        $this->notices[] = [
            'id' => count($this->notices) + 1,
            'audience' => $userid === null ? 'administrators' : 'learner',
            'user_id' => $userid === null ? null : (string)$userid,
            'time' => '2026-11-24T10:00:00.000Z',
            'code' => $code,
            'params' => $params,
            'text' => "English: $code",
            'receipt' => $receipt,
        ];
    }

    /**
     * The messages that one run sends.
     *
     * @return \stdClass[]
     */
    private function messages(): array {
        $sink = $this->redirectMessages();
        (new notices())->run(time() + 60);
        $messages = $sink->get_messages_by_component('local_rocket');
        $sink->close();
        return array_values($messages);
    }

    public function test_tells_each_once(): void {
        $learner = $this->getDataGenerator()->create_user();
        $this->told('tier_reached', ['tier' => 'silver', 'title' => 'Silver'], (int)$learner->id);
        $this->told('redeemed', ['reward' => 'mug', 'title' => 'A mug', 'points' => 20], (int)$learner->id);
        $this->told('token_lapses', ['title' => 'A mug', 'expires' => '2026-12-24T10:00:00.000Z'], (int)$learner->id);
        $this->told('something_new', [], (int)$learner->id);
        $messages = $this->messages();
        $this->assertSame(['tier', 'redemption', 'lapse', 'redemption'], array_column($messages, 'eventtype'));
        $this->assertSame([(string)$learner->id], array_unique(array_column($messages, 'useridto')));
        $this->assertSame(get_string('reason_tier_reached', 'local_rocket', ['title' => 'Silver']), $messages[0]->subject);
        $this->assertSame('English: something_new', $messages[3]->smallmessage);
        $this->assertStringContainsString('/local/rocket/view.php', $messages[0]->contexturl);
        $this->assertSame([], $this->messages());
        $this->told('tier_reached', ['title' => 'Gold'], (int)$learner->id);
        $this->assertCount(1, $this->messages());
    }

    public function test_writes_in_the_zone_of_whoever_reads_it(): void {
        $learner = $this->getDataGenerator()->create_user(['timezone' => 'Pacific/Auckland']);
        $this->told('token_lapses', ['title' => 'A mug', 'expires' => '2026-12-24T20:00:00.000Z'], (int)$learner->id);
        $message = $this->messages()[0];
        $there = userdate(strtotime('2026-12-24T20:00:00Z'), get_string('strftimedatetime', 'langconfig'), 'Pacific/Auckland');
        $this->assertStringContainsString($there, $message->fullmessage);
    }

    public function test_passes_over_who_is_gone(): void {
        $deleted = $this->getDataGenerator()->create_user();
        delete_user($deleted);
        $suspended = $this->getDataGenerator()->create_user(['suspended' => 1]);
        $learner = $this->getDataGenerator()->create_user();
        foreach ([$deleted->id, $suspended->id, 999999, $learner->id] as $userid) {
            $this->told('tier_reached', ['title' => 'Silver'], (int)$userid);
        }
        $this->assertSame([(string)$learner->id], array_column($this->messages(), 'useridto'));
        $this->assertSame(4, state::get('notices')['after']);
    }

    public function test_tells_people_in_charge(): void {
        global $DB;
        $manager = $this->getDataGenerator()->create_user();
        role_assign($DB->get_field('role', 'id', ['shortname' => 'manager']), $manager->id, \context_system::instance());
        $this->told('codes_empty', ['reward' => 'gift'], null);
        $messages = $this->messages();
        $this->assertEqualsCanonicalizing([get_admin()->id, $manager->id], array_column($messages, 'useridto'));
        $this->assertSame(['alert'], array_unique(array_column($messages, 'eventtype')));
    }

    public function test_tells_learners_what_became_of_points_that_were_set_aside(): void {
        $learner = $this->getDataGenerator()->create_user();
        snapshot::put((int)$learner->id, ['balance' => 1]);
        foreach (['hold_made', 'hold_released', 'hold_lapsed', 'hold_confirmed', 'flag_confirmed', 'appeal_received'] as $code) {
            $this->told($code, ['points' => 5, 'why' => 'copied from the book'], (int)$learner->id);
        }
        $messages = $this->messages();
        $this->assertSame(array_fill(0, 6, 'hold'), array_column($messages, 'eventtype'));
        $this->assertStringContainsString('copied from the book', $messages[3]->smallmessage);
        $this->assertStringContainsString('/local/rocket/view.php', $messages[0]->contexturl);
        $this->assertTrue(snapshot::get((int)$learner->id)->stale);
    }

    public function test_tells_those_who_review_and_nobody_else(): void {
        $generator = $this->getDataGenerator();
        $reviewer = $generator->create_user();
        $roleid = $generator->create_role();
        assign_capability('local/rocket:review', CAP_ALLOW, $roleid, \context_system::instance());
        role_assign($roleid, $reviewer->id, \context_system::instance());
        $overseer = $generator->create_user();
        $roleid = $generator->create_role();
        assign_capability('local/rocket:manage', CAP_ALLOW, $roleid, \context_system::instance());
        role_assign($roleid, $overseer->id, \context_system::instance());
        $this->told('appeal_made', ['points' => 5, 'review' => 1234], null);
        $this->told('review_waiting', ['count' => 3], null);
        $messages = $this->messages();
        $to = array_column($messages, 'useridto');
        $this->assertEqualsCanonicalizing([get_admin()->id, $reviewer->id, get_admin()->id, $reviewer->id], $to);
        $this->assertSame(['review'], array_values(array_unique(array_column($messages, 'eventtype'))));
        $this->assertStringContainsString('/local/rocket/review.php', $messages[0]->contexturl);
        $this->assertStringContainsString('(review 1234)', $messages[0]->smallmessage);
        $this->told('codes_empty', ['reward' => 'gift'], null);
        $this->assertEqualsCanonicalizing([get_admin()->id, $overseer->id], array_column($this->messages(), 'useridto'));
    }

    public function test_keeps_the_receipts_of_what_it_did_not_do_itself(): void {
        global $DB;
        $learner = $this->getDataGenerator()->create_user();
        $suspended = $this->getDataGenerator()->create_user(['suspended' => 1]);
        $deleted = $this->getDataGenerator()->create_user();
        delete_user($deleted);
        receipts::keep(['redemption_id' => 'r1', 'receipt' => 'redeemed'], (int)$learner->id);
        $this->told('token_replaced', ['title' => 'A mug', 'redemption' => 'r1'], (int)$learner->id, 'replaced');
        $this->told('token_lapsed', ['title' => 'A mug', 'redemption' => 'r2', 'points' => 0], (int)$suspended->id, 'lapsed');
        $this->told('cancelled', ['title' => 'A mug', 'redemption' => 'r3', 'points' => 5], (int)$deleted->id, 'of nobody');
        $this->told('delivered', ['title' => 'A mug', 'redemption' => 'r1'], (int)$learner->id);
        $this->told('tier_reached', ['title' => 'Silver'], (int)$learner->id);
        $this->messages();
        $rows = $DB->get_records('local_rocket_receipt', null, 'redemption');
        $kept = array_map(fn($row) => [$row->redemption, (int)$row->userid, $row->receipt], array_values($rows));
        $this->assertSame([
            ['r1', (int)$learner->id, 'replaced'],
            ['r2', (int)$suspended->id, 'lapsed'],
        ], $kept);
    }

    public function test_begins_anew_with_another_sidecar(): void {
        $learner = $this->getDataGenerator()->create_user();
        $this->told('tier_reached', ['title' => 'Silver'], (int)$learner->id);
        $this->messages();
        set_config('source', 'elsewhere', 'local_rocket');
        $this->assertCount(1, $this->messages());
    }
}
