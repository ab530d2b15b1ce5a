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

/**
 * The outbox: rows go their way, and never two ways at once.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\outbox
 * @covers    \local_rocket\outbox_desk
 */
final class outbox_test extends \advanced_testcase {
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
    }

    /**
     * Puts rows in that are ready.
     *
     * @param int $count
     */
    private function put(int $count): void {
        for ($i = 1; $i <= $count; $i++) {
            outbox::add_ready(new learningevent("id-$i", '\core\event\course_completed', 1700000000 + $i, '42'));
        }
    }

    /**
     * The status of a row.
     *
     * @param string $uuid
     * @return int
     */
    private function status(string $uuid): int {
        global $DB;
        return (int)$DB->get_field('local_rocket_outbox', 'status', ['uuid' => $uuid], MUST_EXIST);
    }

    public function test_ids_of_captured_rows_are_uuids_that_grow_with_time(): void {
        global $DB;
        $row = ['eventname' => 'e', 'userid' => 1, 'origin' => 'web', 'timecreated' => 1];
        outbox::add_captured($row);
        usleep(2000);
        outbox::add_captured($row);
        [$first, $second] = array_values($DB->get_fieldset_select('local_rocket_outbox', 'uuid', '1 = 1 ORDER BY id', []));
        $this->assertMatchesRegularExpression('/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/', $first);
        $this->assertLessThan($second, $first);
    }

    public function test_an_id_goes_in_once(): void {
        $event = new learningevent('same', '\core\event\course_completed', 1700000000, '42');
        $this->assertTrue(outbox::add_ready($event));
        $this->assertFalse(outbox::add_ready($event));
        $this->assertSame(1, outbox_desk::counts()[outbox::READY]);
    }

    public function test_a_leased_row_is_nobody_elses_until_the_lease_ends(): void {
        global $DB;
        $this->put(3);
        $mine = outbox::lease(outbox::READY, 2);
        $this->assertSame(['id-1', 'id-2'], array_values(array_column($mine, 'uuid')));
        $others = outbox::lease(outbox::READY, 10);
        $this->assertSame(['id-3'], array_values(array_column($others, 'uuid')));
        $this->assertSame([], outbox::lease(outbox::READY, 10));
        // Whoever had them died.
        $DB->set_field('local_rocket_outbox', 'timelease', time() - 1);
        $this->assertCount(3, outbox::lease(outbox::READY, 10));
    }

    public function test_a_row_that_is_given_back_can_be_taken_again_and_not_before_its_time(): void {
        $this->put(2);
        $ids = array_keys(outbox::lease(outbox::READY, 10));
        outbox::release([$ids[0]]);
        outbox::release([$ids[1]], 60);
        $this->assertSame([$ids[0]], array_keys(outbox::lease(outbox::READY, 10)));
    }

    public function test_dead_rows_wait_for_a_person_who_replays_or_drops_them(): void {
        $this->put(2);
        $ids = array_keys(outbox::lease(outbox::READY, 10));
        foreach ($ids as $id) {
            outbox::dead($id, 'why');
        }
        $this->assertSame([], outbox::lease(outbox::READY, 10));
        outbox_desk::replay([$ids[0]]);
        outbox_desk::drop([$ids[1]]);
        $this->assertSame(outbox::READY, $this->status('id-1'));
        $this->assertSame(outbox::DROPPED, $this->status('id-2'));
        // Only what is dead can be given up.
        outbox_desk::drop([$ids[0]]);
        $this->assertSame(outbox::READY, $this->status('id-1'));
    }

    public function test_what_was_acknowledged_can_be_sent_again(): void {
        global $DB;
        $this->put(3);
        $ids = array_keys(outbox::lease(outbox::READY, 10));
        outbox::done($ids, 'recorded');
        $DB->set_field('local_rocket_outbox', 'timemodified', time() - DAYSECS, ['id' => $ids[0]]);
        $this->assertSame(2, outbox_desk::resend(time() - HOURSECS));
        $this->assertSame(outbox::DONE, $this->status('id-1'));
        $this->assertSame([$ids[2], true, false], [outbox_desk::last_ready(), outbox_desk::is_ready_upto($ids[1]),
            outbox_desk::is_ready_upto($ids[0])]);
        $this->assertCount(2, outbox::lease(outbox::READY, 10));
        // Or what happened since, however it came that it was acknowledged before: clocks differ.
        $this->assertSame(1, outbox_desk::resend(1700000001));
    }

    public function test_old_rows_go_but_never_unsent_or_dead_ones(): void {
        global $DB;
        $this->put(4);
        $ids = array_keys(outbox::lease(outbox::READY, 10));
        outbox::done([$ids[0]], 'recorded');
        outbox::dead($ids[1], 'why');
        outbox::skip($ids[2], 'norole');
        outbox::release([$ids[3]]);
        $DB->set_field('local_rocket_outbox', 'timemodified', time() - 15 * DAYSECS);
        outbox_desk::cleanup();
        $this->assertSame([0, 1, 0, 1, 0, 0], array_values(self::sorted(outbox_desk::counts())));
    }

    public function test_a_learner_is_forgotten(): void {
        global $DB;
        $this->put(1);
        $other = new learningevent('other', '\core\event\course_completed', 1700000000, '43');
        $other->actor = '42';
        outbox::add_ready($other);
        outbox::forget(42);
        $this->assertEquals(['other' => null], $DB->get_records_menu('local_rocket_outbox', [], '', 'uuid, actorid'));
    }

    /**
     * Counts by status.
     *
     * @param array $counts
     * @return array
     */
    private static function sorted(array $counts): array {
        ksort($counts);
        return $counts;
    }
}
