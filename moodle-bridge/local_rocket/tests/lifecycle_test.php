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

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/lifecycle_testcase.php');
require_once(__DIR__ . '/fixtures/user_merged_success.php');

/**
 * What becomes of an account reaches the sidecar, and what is not its business does not.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\lifecycle
 * @covers    \local_rocket\lifecycle_observer
 * @covers    \local_rocket\lifecycle_records
 */
final class lifecycle_test extends lifecycle_testcase {
    public function test_a_deleted_account_is_frozen_at_once_and_erased_after_some_days(): void {
        set_config('erasedays', 10, 'local_rocket');
        [$user] = $this->delete_users(1);
        $this->assertSame(["$user->id/freeze"], $this->told());
        $this->pass(10 * DAYSECS - 60);
        (new request_sender())->run();
        $this->assertCount(1, $this->told());
        $this->pass(60);
        (new request_sender())->run();
        $this->assertSame(["$user->id/freeze", "$user->id/erase"], $this->told());
    }

    public function test_the_days_are_thirty_unless_the_administrator_says_otherwise(): void {
        global $DB;
        $this->delete_users(1);
        $due = $DB->get_field('local_rocket_request', 'timedue', ['kind' => request::ERASE_DELETED]);
        $this->assertEqualsWithDelta(time() + 30 * DAYSECS, $due, 5);
    }

    public function test_an_account_that_is_back_is_not_erased_but_unfrozen(): void {
        global $DB;
        [$user] = $this->delete_users(1);
        $DB->set_field('user', 'deleted', 0, ['id' => $user->id]);
        $this->pass(31 * DAYSECS);
        (new request_sender())->run();
        (new request_sender())->run();
        $this->assertSame(["$user->id/freeze", "$user->id/unfreeze"], $this->told());
    }

    public function test_merged_accounts_are_merged_with_all_that_is_under_way(): void {
        global $DB;
        $from = $this->getDataGenerator()->create_user();
        $to = $this->getDataGenerator()->create_user();
        $event = new learningevent('1', '\core\event\course_completed', 1700000000, (string)$from->id);
        $event->data = ['score' => 85.5];
        outbox::add_ready($event);
        $event = new learningevent('2', '\mod_assign\event\submission_graded', 1700000000, '4711');
        $event->actor = (string)$from->id;
        outbox::add_ready($event);
        outbox::add_captured(['eventname' => '\core\event\course_viewed', 'userid' => $from->id, 'origin' => 'web',
            'timecreated' => 1700000000]);
        snapshot::put((int)$from->id, ['balance' => 1]);
        snapshot::put((int)$to->id, ['balance' => 2]);
        // What merges accounts changes every column of this name itself.
        $DB->set_field('local_rocket_outbox', 'userid', $to->id, ['uuid' => '1']);

        \tool_mergeusers\event\user_merged_success::create(
            ['other' => ['usersinvolved' => ['fromid' => $from->id, 'toid' => $to->id], 'logid' => 1]]
        )->trigger();

        $this->assertSame([[
            'POST',
            "/api/learners/$from->id/merge",
            ['reason' => 'accounts merged in Moodle', 'into' => (string)$to->id],
            'privacy',
            null,
            null,
        ]], $this->sidecar->calls);
        $this->assertSame(0, $DB->count_records('local_rocket_outbox', ['userid' => $from->id]));
        $this->assertSame(2, $DB->count_records('local_rocket_outbox', ['userid' => $to->id]));
        $payload = json_decode($DB->get_field('local_rocket_outbox', 'payload', ['uuid' => '1']));
        $this->assertSame([(string)$to->id, 85.5], [$payload->user, $payload->data->score]);
        $payload = json_decode($DB->get_field('local_rocket_outbox', 'payload', ['uuid' => '2']));
        $this->assertSame(['4711', (string)$to->id], [$payload->user, $payload->actor]);
        $this->assertNull(snapshot::get((int)$from->id));
        $this->assertTrue(snapshot::get((int)$to->id)->stale);
    }

    public function test_an_erasure_waits_until_what_is_being_sent_has_arrived(): void {
        $user = $this->getDataGenerator()->create_user();
        outbox::add_ready(new learningevent('1', '\core\event\course_completed', 1700000000, (string)$user->id));
        $this->assertCount(1, outbox::lease(outbox::READY, 10));
        lifecycle::erase((int)$user->id);
        $this->assertSame([], $this->told());
        $this->assertSame(0, array_sum(outbox_desk::counts()));
        $this->pass(301);
        (new request_sender())->run();
        $this->assertSame(["$user->id/erase"], $this->told());
    }

    public function test_a_suspended_account_keeps_its_balance(): void {
        $user = $this->getDataGenerator()->create_user();
        snapshot::put((int)$user->id, ['balance' => 5]);
        $user->suspended = 1;
        user_update_user($user, false);
        (new request_sender())->run();
        $this->assertSame([], $this->told());
        $this->assertSame(['balance' => 5], snapshot::get((int)$user->id)->value);
    }

    public function test_points_outlive_a_course(): void {
        global $DB;
        $course = $this->getDataGenerator()->create_course();
        $user = $this->getDataGenerator()->create_and_enrol($course, 'student');
        $event = new learningevent('1', '\core\event\course_completed', 1700000000, (string)$user->id);
        $event->course = (string)$course->id;
        outbox::add_ready($event);
        snapshot::put((int)$user->id, ['balance' => 5]);
        reset_course_userdata((object)['id' => $course->id, 'courseid' => $course->id, 'reset_completion' => 1,
            'unenrol_users' => [$DB->get_field('role', 'id', ['shortname' => 'student'])]]);
        delete_course($course, false);
        (new request_sender())->run();
        $this->assertSame([], $this->told());
        $this->assertSame(outbox::READY, (int)$DB->get_field('local_rocket_outbox', 'status', ['uuid' => '1']));
        $this->assertSame(['balance' => 5], snapshot::get((int)$user->id)->value);
    }
}
