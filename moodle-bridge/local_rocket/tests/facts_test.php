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

use local_rocket\fixtures\past;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/past.php');

/**
 * Facts: what learners had before, told once, by which nobody earns.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\facts
 * @covers    \local_rocket\task\send_facts
 */
final class facts_test extends \advanced_testcase {
    use past;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->make_past();
    }

    /**
     * Runs the batches that are queued.
     *
     * @return int how many
     */
    private function run_batches(): int {
        $count = 0;
        while ($task = \core\task\manager::get_next_adhoc_task(time() + 1, true, task\send_facts::class)) {
            $task->execute();
            \core\task\manager::adhoc_task_complete($task);
            $count++;
        }
        return $count;
    }

    public function test_badges_and_completions_are_told_as_facts_only(): void {
        facts::queue();
        $this->assertSame(3, $this->run_batches());
        $facts = array_column($this->ready(), null, 'event');
        $this->assertEqualsCanonicalizing([
            '\core\event\badge_awarded', '\core\event\course_completed', '\core\event\course_module_completion_updated',
        ], array_keys($facts));
        $this->assertSame([true], array_unique(array_column(array_values($facts), 'facts_only')));
        $page = $facts['\core\event\course_module_completion_updated'];
        $this->assertMatchesRegularExpression('/^page:\d+$/', $page['activity']);
        $this->assertSame(['BIO1', gmdate('Y-m-d\TH:i:s\Z', $this->then)], [$page['course_idnumber'], $page['time']]);
        $this->assertEquals(['state' => 1, 'module' => 'page', 'completion_rate' => 100], $page['data']);
        $this->assertSame('Helpful', $facts['\core\event\badge_awarded']['data']['badge']);
    }

    public function test_what_was_undone_is_no_fact_and_who_takes_no_part_is_left_out(): void {
        global $DB;
        $DB->set_field('course_modules_completion', 'completionstate', 0);
        facts::queue();
        $this->run_batches();
        $this->assertCount(2, $this->ready());
        $DB->delete_records('local_rocket_outbox');
        set_user_preference('local_rocket_optout', 1, $this->learner);
        facts::queue();
        $this->run_batches();
        $this->assertSame([], $this->ready());
    }

    public function test_batches_go_on_where_the_last_one_ended(): void {
        global $DB;
        $page = $this->getDataGenerator()->create_module('page', ['course' => $this->course->id, 'completion' => 1]);
        $DB->insert_record('course_modules_completion', [
            'userid' => $this->learner->id, 'coursemoduleid' => $page->cmid, 'completionstate' => 1, 'timemodified' => 1,
        ]);
        facts::queue();
        $ids = array_map('intval', $DB->get_fieldset_select('course_modules_completion', 'id', '1 = 1 ORDER BY id', []));
        $this->assertSame([0, $ids[0]], facts::batch(0, 0, 1));
        $this->assertSame([0, $ids[1]], facts::batch(0, $ids[0], 1));
        $this->assertSame([1, 0], facts::batch(0, $ids[1], 1));
        $this->assertNull(facts::batch(2, 0, 10));
        $this->assertNotNull(state::get('facts')['done']);
    }

    public function test_paired_again_they_are_told_again_under_the_same_ids(): void {
        global $DB;
        facts::queue();
        $since = facts::since();
        $this->run_batches();
        $ids = array_column($this->ready(), 'id');
        outbox::done($DB->get_fieldset('local_rocket_outbox', 'id', []), 'recorded');
        state::set('facts', ['since' => $since - 100] + state::get('facts'));
        facts::queue();
        $this->run_batches();
        $this->assertEqualsCanonicalizing($ids, array_column($this->ready(), 'id'));
        // A sweep still knows from when on it may look.
        $this->assertSame($since - 100, facts::since());
    }
}
