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

namespace local_rocket\admin;

use local_rocket\learningevent;
use local_rocket\outbox;

/**
 * What people in charge do with rows of the outbox, and the times they write.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\admin\outbox_filter
 * @covers    \local_rocket\admin\outbox_table
 * @covers    \local_rocket\admin\act
 * @covers    \local_rocket\admin\queue
 */
final class outbox_filter_test extends \advanced_testcase {
    protected function setUp(): void {
        global $DB;
        parent::setUp();
        $this->resetAfterTest();
        foreach (['a' => 'no such event', 'b' => '100 % wrong', 'c' => null] as $uuid => $reason) {
            outbox::add_ready(new learningevent($uuid, '\core\event\course_completed', time() - 7200, '42'));
            if ($reason !== null) {
                outbox::dead((int)$DB->get_field('local_rocket_outbox', 'id', ['uuid' => $uuid]), $reason);
            }
        }
    }

    public function test_sends_again_or_gives_up_what_matches(): void {
        $this->assertSame(1, (new outbox_filter(outbox::DEAD, '100 %'))->perform('drop', null));
        $counts = array_map(fn($status) => queue::count([$status]), [outbox::READY, outbox::DEAD, outbox::DROPPED]);
        $this->assertSame([1, 1, 1], $counts);
        $this->assertSame(1, (new outbox_filter())->perform('replay', null));
        $this->assertSame(0, (new outbox_filter())->perform('replay', []));
        $this->assertSame(2, queue::count([outbox::READY]));
    }

    public function test_does_not_touch_what_waits(): void {
        $this->assertSame([], (new outbox_filter(outbox::READY))->acts());
        $this->expectException(\moodle_exception::class);
        (new outbox_filter(outbox::READY))->perform('drop', null);
    }

    public function test_only_what_is_dead_can_be_given_up(): void {
        $this->expectException(\moodle_exception::class);
        (new outbox_filter(outbox::SKIPPED))->perform('drop', null);
    }

    public function test_says_reasons_in_words(): void {
        $this->assertSame(get_string('skipped_suspended', 'local_rocket'), outbox_table::reason(outbox::SKIPPED, 'suspended'));
        $this->assertSame('something new', outbox_table::reason(outbox::SKIPPED, 'something new'));
        $this->assertSame('no such event', outbox_table::reason(outbox::DEAD, 'no such event'));
        $this->assertCount(2, queue::dead_reasons(5));
    }

    public function test_what_was_just_seen_waits_and_what_a_sweep_found_does_not(): void {
        global $DB;
        $this->assertSame(0, queue::waiting());
        $DB->set_field('local_rocket_outbox', 'origin', 'web', ['uuid' => 'c']);
        $this->assertEqualsWithDelta(7200, queue::waiting(), 5);
    }

    public function test_reads_a_time_in_the_zone_of_whoever_writes_it(): void {
        $this->setUser($this->getDataGenerator()->create_user(['timezone' => 'Pacific/Auckland']));
        $this->assertSame(strtotime('2026-11-23T21:30:00Z'), act::moment('2026-11-24T10:30'));
        $this->assertSame(strtotime('2026-11-23T11:00:00Z'), act::moment('2026-11-24'));
        $this->expectException(\moodle_exception::class);
        act::moment('2026-13-45');
    }

    public function test_pausing_stops_sending_now_too(): void {
        $this->setAdminUser();
        act::perform('pause', []);
        $this->assertEquals(1, get_config('local_rocket', 'paused'));
        $this->expectException(\local_rocket\sidecar\away::class);
        act::perform('send', []);
    }
}
