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

use local_rocket\fixtures\lifecycle_testcase;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/lifecycle_testcase.php');

/**
 * The sidecar is told in order, once it is there, and what it refuses a person sees.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\request
 * @covers    \local_rocket\request_sender
 */
final class request_sender_test extends lifecycle_testcase {
    public function test_while_the_sidecar_is_away_it_is_tried_later_each_time(): void {
        global $DB;
        $this->trouble = new away('network', 'no route');
        $this->delete_users(1);
        $waits = [];
        for ($i = 0; $i < 9; $i++) {
            $request = $DB->get_record('local_rocket_request', ['kind' => request::FREEZE]);
            $waits[] = $request->timedue - time();
            $this->assertSame(request::PENDING, $request->status);
            $this->pass((int)$request->timedue - time());
            (new request_sender())->run();
        }
        $this->assertGreaterThanOrEqual(58, $waits[0]);
        $this->assertGreaterThan($waits[0], $waits[2]);
        $this->assertLessThanOrEqual(3600 * 1.2, max($waits));
        $this->trouble = null;
        $this->pass(2 * HOURSECS);
        (new request_sender())->run();
        $this->assertSame(1, self::number(request::FREEZE, request::DONE));
    }

    public function test_nobody_was_asked_so_it_was_no_attempt(): void {
        global $DB;
        $this->trouble = new away('waiting', 'a moment ago');
        $this->delete_users(1);
        $this->assertEquals(0, $DB->get_field('local_rocket_request', 'attempts', ['kind' => request::FREEZE]));
    }

    public function test_what_the_sidecar_refuses_waits_for_a_person(): void {
        $this->trouble = new refused(409, ['code' => 'legal_hold', 'detail' => 'kept for a court']);
        $this->delete_users(1);
        $this->assertSame(['held' => 0, 'failed' => 1], lifecycle_brake::counts());
        $held = lifecycle_brake::held();
        $this->assertStringContainsString('kept for a court', reset($held)->reason);
        $this->trouble = null;
        lifecycle_brake::release(array_keys($held));
        (new request_sender())->run();
        $this->assertSame(1, self::number(request::FREEZE, request::DONE));
    }

    public function test_a_secret_that_is_refused_is_not_the_requests_fault(): void {
        $this->trouble = new refused(401, ['code' => 'unauthorized', 'detail' => 'pair again']);
        $this->delete_users(2);
        $this->assertSame(2, self::number(request::FREEZE, request::PENDING));
    }

    public function test_what_came_later_waits_for_what_came_first(): void {
        $from = $this->getDataGenerator()->create_user();
        $to = $this->getDataGenerator()->create_user();
        $this->trouble = new away('network', 'no route');
        lifecycle::users_merged((int)$from->id, (int)$to->id);
        $this->trouble = null;
        lifecycle::erase((int)$from->id);
        $this->assertSame(["$from->id/merge"], $this->told());
        $this->pass(2 * MINSECS);
        (new request_sender())->run();
        $this->assertSame(["$from->id/merge", "$from->id/merge", "$from->id/erase"], $this->told());
    }

    public function test_erasing_what_is_part_of_another_account_is_for_a_person_to_decide(): void {
        $this->answer = ['erased' => false, 'merged_into' => '99'];
        $user = $this->getDataGenerator()->create_user();
        lifecycle::erase((int)$user->id);
        $held = lifecycle_brake::held();
        $this->assertStringContainsString('99', reset($held)->reason);
        // What is left of an account that was merged before it was deleted is nothing.
        $this->delete_users(1);
        $this->pass(31 * DAYSECS);
        (new request_sender())->run();
        $this->assertSame(1, self::number(request::ERASE_DELETED, request::DONE));
    }

    public function test_without_a_sidecar_there_is_nothing_to_tell(): void {
        unset_config('address', 'local_rocket');
        [$user] = $this->delete_users(1);
        outbox::add_captured(['eventname' => '\core\event\course_viewed', 'userid' => $user->id, 'origin' => 'web',
            'timecreated' => 1700000000]);
        $this->pass(31 * DAYSECS);
        (new request_sender())->run();
        $this->assertSame([], $this->told());
        $this->assertSame(0, array_sum(outbox_desk::counts()));
    }

    public function test_finished_requests_are_cleared_away_in_time_and_others_never(): void {
        global $DB;
        $this->delete_users(1);
        $DB->set_field('local_rocket_request', 'status', request::HELD, ['kind' => request::ERASE_DELETED]);
        $this->pass(91 * DAYSECS);
        request::cleanup();
        $this->assertSame(0, self::number(request::FREEZE, request::DONE));
        $this->assertSame(1, self::number(request::ERASE_DELETED, request::HELD));
    }
}
