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

namespace local_rocket\enrich;

use local_rocket\fixtures\deeds_testcase;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/../fixtures/deeds_testcase.php');

/**
 * Completion, grades and badges: what a course says of a learner.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\enrich\completion
 * @covers    \local_rocket\enrich\course
 * @covers    \local_rocket\enrich\grade
 * @covers    \local_rocket\enrich\badge
 */
final class course_test extends deeds_testcase {
    /**
     * Makes an activity that is ticked off by hand.
     *
     * @return \stdClass
     */
    private function page(): \stdClass {
        return $this->getDataGenerator()->create_module(
            'page',
            ['course' => $this->course->id, 'completion' => COMPLETION_TRACKING_MANUAL]
        );
    }

    /**
     * Ticks an activity off, or not.
     *
     * @param \stdClass $page
     * @param int $state
     */
    private function tick(\stdClass $page, int $state): void {
        $this->setUser($this->learner);
        $cm = get_fast_modinfo($this->course)->get_cm($page->cmid);
        (new \completion_info($this->course))->update_state($cm, $state, $this->learner->id);
    }

    public function test_completion_says_its_state_the_one_before_and_how_much_is_done(): void {
        $page = $this->page();
        $this->page();
        $this->tick($page, COMPLETION_COMPLETE);
        $envelope = $this->envelope('core\event\course_module_completion_updated');
        $this->assertSame('page:' . $page->cmid, $envelope['activity']);
        $this->assertArrayNotHasKey('object', $envelope);
        $this->assertEquals(['state' => 1, 'module' => 'page', 'completion_rate' => 50], $envelope['data']);
        $this->tick($page, COMPLETION_INCOMPLETE);
        $data = $this->envelope('core\event\course_module_completion_updated')['data'];
        $this->assertEquals(['state' => 0, 'previous_state' => 1, 'module' => 'page', 'completion_rate' => 0], $data);
    }

    public function test_a_completed_course_says_its_grade(): void {
        $item = $this->getDataGenerator()->create_grade_item(['courseid' => $this->course->id, 'grademax' => 40]);
        $this->getDataGenerator()->create_grade_grade([
            'itemid' => $item->id, 'userid' => $this->learner->id, 'grade' => 30, 'finalgrade' => 30, 'rawgrade' => 30,
        ]);
        grade_regrade_final_grades($this->course->id);
        $this->tick($this->page(), COMPLETION_COMPLETE);
        $completion = new \completion_completion(['userid' => $this->learner->id, 'course' => $this->course->id]);
        $completion->mark_complete();
        $envelope = $this->envelope('core\event\course_completed');
        $this->assertSame((string)$this->course->id, $envelope['course']);
        $this->assertEquals(['score' => 75, 'completion_rate' => 100], $envelope['data']);
    }

    public function test_an_activitys_own_grade_counts_and_the_course_total_and_no_category(): void {
        $assign = $this->getDataGenerator()->create_module('assign', ['course' => $this->course->id, 'grade' => 20]);
        $category = $this->getDataGenerator()->create_grade_category(['courseid' => $this->course->id]);
        $item = \grade_item::fetch(['itemtype' => 'mod', 'itemmodule' => 'assign', 'iteminstance' => $assign->id]);
        $item->set_parent($category->id);
        $this->setUser($this->teacher);
        $item->update_final_grade($this->learner->id, 15);
        grade_regrade_final_grades($this->course->id);
        $envelopes = $this->envelopes('core\event\user_graded');
        $told = array_map(fn($one) => [$one['data']['module'], $one['data']['score'], $one['activity'] ?? null], $envelopes);
        $this->assertContainsEquals(['assign', 75, 'assign:' . $assign->cmid], $told);
        $this->assertEqualsCanonicalizing(['assign', 'course'], array_unique(array_column($told, 0)));
        $this->assertSame('person', $envelopes[0]['data']['graded_by']);
        $this->assertSame((string)$this->learner->id, $envelopes[0]['user']);
    }

    public function test_a_hidden_grade_is_not_told(): void {
        $item = \grade_item::fetch_course_item($this->course->id);
        $item->set_hidden(1);
        $item->update_final_grade($this->learner->id, 15);
        $this->assertArrayNotHasKey('score', $this->envelope('core\event\user_graded')['data']);
    }

    public function test_a_badge_has_its_name(): void {
        $this->setAdminUser();
        $badge = $this->getDataGenerator()->get_plugin_generator('core_badges')->create_badge([
            'name' => 'Helpful', 'type' => BADGE_TYPE_COURSE, 'courseid' => $this->course->id,
        ]);
        (new \core_badges\badge($badge->id))->issue($this->learner->id, true);
        $envelope = $this->envelope('core\event\badge_awarded');
        $this->assertSame(["badge:$badge->id", 'Helpful'], [$envelope['object'], $envelope['data']['badge']]);
        $this->assertSame((string)$this->learner->id, $envelope['user']);
    }
}
