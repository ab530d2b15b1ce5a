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

/**
 * Nobody is erased by an accident.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\lifecycle_brake
 * @covers    \local_rocket\task\lifecycle
 */
final class lifecycle_brake_test extends lifecycle_testcase {
    public function test_more_than_fifty_deletions_in_a_day_stop_the_clock(): void {
        $this->delete_users(lifecycle_brake::MANY);
        $this->assertSame(50, self::number(request::ERASE_DELETED, request::PENDING));
        $this->delete_users(1);
        $this->assertSame(51, self::number(request::ERASE_DELETED, request::HELD));
        // All are frozen all the same, and none is erased however long it takes.
        $this->pass(100 * DAYSECS);
        (new request_sender())->run();
        $this->assertSame(51, self::number(request::FREEZE, request::DONE));
        $this->assertSame([], array_filter($this->told(), fn($told) => str_ends_with($told, 'erase')));
    }

    public function test_deletions_of_days_before_do_not_count(): void {
        $this->delete_users(lifecycle_brake::MANY);
        $this->pass(DAYSECS + 60);
        $this->delete_users(1);
        $this->assertSame(51, self::number(request::ERASE_DELETED, request::PENDING));
    }

    public function test_a_person_lets_held_erasures_go_on_where_their_clock_stood(): void {
        global $DB;
        $this->delete_users(lifecycle_brake::MANY + 1);
        $this->assertSame(['held' => 51, 'failed' => 0], lifecycle_brake::counts());
        $held = lifecycle_brake::held();
        $this->assertCount(51, $held);
        $this->assertNotSame('', reset($held)->fullname);
        $this->pass(5 * DAYSECS);
        $this->assertSame(51, lifecycle_brake::release(array_keys($held)));
        $this->assertSame(51, self::number(request::ERASE_DELETED, request::PENDING));
        // Five days have gone by, and thirty are still left.
        $due = $DB->get_field('local_rocket_request', 'timedue', ['id' => array_key_first($held)]);
        $this->assertEqualsWithDelta(time() + 30 * DAYSECS, $due, 10);
        $this->assertSame(0, lifecycle_brake::release(array_keys($held)));
    }

    public function test_a_person_calls_held_erasures_off(): void {
        global $DB;
        $users = $this->delete_users(lifecycle_brake::MANY + 1);
        $DB->set_field('user', 'deleted', 0, ['id' => $users[3]->id]);
        $this->assertSame(51, lifecycle_brake::cancel(array_keys(lifecycle_brake::held())));
        $this->assertSame(51, self::number(request::ERASE_DELETED, request::CANCELLED));
        (new request_sender())->run();
        $this->assertSame(
            ["{$users[3]->id}/unfreeze"],
            array_values(array_filter($this->told(), fn($told) => !str_ends_with($told, '/freeze')))
        );
    }

    public function test_people_in_charge_are_told_once(): void {
        $this->preventResetByRollback();
        $this->delete_users(lifecycle_brake::MANY + 1);
        $sink = $this->redirectMessages();
        $this->expectOutputRegex('/requests about accounts/');
        (new task\lifecycle())->execute();
        $this->delete_users(3);
        (new task\lifecycle())->execute();
        $messages = $sink->get_messages_by_component('local_rocket');
        $this->assertCount(1, $messages);
        $this->assertEquals(get_admin()->id, $messages[0]->useridto);
        $this->assertStringContainsString('within a day: 51.', $messages[0]->fullmessage);
    }

    public function test_what_was_asked_for_is_not_held(): void {
        $users = $this->delete_users(lifecycle_brake::MANY + 1);
        lifecycle::erase((int)$users[0]->id);
        $this->assertContains("{$users[0]->id}/erase", $this->told());
        $this->assertSame(50, self::number(request::ERASE_DELETED, request::HELD));
    }
}
