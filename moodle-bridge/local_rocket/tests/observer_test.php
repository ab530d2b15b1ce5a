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
 * The observer: keeps what the sidecar needs, of people who did it themselves, and nothing that anybody wrote.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\observer
 * @covers    \local_rocket\allowlist
 */
final class observer_test extends \advanced_testcase {
    /** @var \stdClass */
    private $course;

    /** @var \stdClass */
    private $learner;

    protected function setUp(): void {
        global $DB;
        parent::setUp();
        $this->resetAfterTest();
        $this->course = $this->getDataGenerator()->create_course();
        $this->learner = $this->getDataGenerator()->create_and_enrol($this->course, 'student');
        $this->listen_to('\core\event\course_viewed', '\core\event\user_graded', '\mod_forum\event\assessable_uploaded');
        $DB->delete_records('local_rocket_outbox');
    }

    /**
     * Puts the subscriptions in.
     *
     * @param string ...$events
     */
    private function listen_to(string ...$events): void {
        set_config('subscriptions', json_encode(['events' => $events]), 'local_rocket');
    }

    /**
     * A view of the course.
     *
     * @param int $userid
     * @return \core\event\course_viewed
     */
    private function view(int $userid): \core\event\course_viewed {
        $context = \context_course::instance($this->course->id);
        return \core\event\course_viewed::create(['context' => $context, 'userid' => $userid]);
    }

    /**
     * The rows there are.
     *
     * @return \stdClass[]
     */
    private function rows(): array {
        global $DB;
        return array_values($DB->get_records('local_rocket_outbox', [], 'id'));
    }

    public function test_an_event_that_is_wanted_is_kept_with_one_query(): void {
        global $DB;
        allowlist::has('\core\event\course_viewed');
        $before = $DB->perf_get_writes();
        $reads = $DB->perf_get_reads();
        observer::catch_all($this->view($this->learner->id));
        $this->assertSame([1, 0], [$DB->perf_get_writes() - $before, $DB->perf_get_reads() - $reads]);
        [$row] = $this->rows();
        $this->assertSame('\core\event\course_viewed', $row->eventname);
        $this->assertEquals($this->learner->id, $row->userid);
        $this->assertEquals($this->course->id, $row->courseid);
        $this->assertSame('cli', $row->origin);
    }

    public function test_what_nobody_needs_costs_no_query(): void {
        global $DB;
        $this->listen_to('\core\event\course_completed');
        allowlist::has('\core\event\course_viewed');
        $before = $DB->perf_get_queries();
        observer::catch_all($this->view($this->learner->id));
        $this->assertSame($before, $DB->perf_get_queries());
    }

    public function test_without_subscriptions_everything_with_a_meaning_is_kept(): void {
        unset_config('subscriptions', 'local_rocket');
        $this->assertTrue(allowlist::has('\mod_quiz\event\attempt_submitted'));
        $this->assertFalse(allowlist::has('\core\event\config_log_created'));
    }

    public function test_the_learner_is_whom_it_is_about_not_who_caused_it(): void {
        $teacher = $this->getDataGenerator()->create_and_enrol($this->course, 'editingteacher');
        $item = $this->getDataGenerator()->create_grade_item(['courseid' => $this->course->id]);
        $this->setUser($teacher);
        $this->getDataGenerator()->create_grade_grade(['itemid' => $item->id, 'userid' => $this->learner->id, 'grade' => 7]);
        $grade = \grade_grade::fetch(['itemid' => $item->id, 'userid' => $this->learner->id]);
        $grade->load_grade_item();
        $event = \core\event\user_graded::create_from_grade($grade);
        observer::catch_all($event);
        $row = $this->rows()[0];
        $this->assertEquals([$this->learner->id, $teacher->id], [$row->userid, $row->actorid]);
    }

    public function test_guests_and_nobody_are_not_kept(): void {
        observer::catch_all($this->view(guest_user()->id));
        observer::catch_all($this->view(-1));
        observer::catch_all($this->view(0));
        $this->assertSame([], $this->rows());
    }

    public function test_what_somebody_did_logged_in_as_another_is_nobodys(): void {
        global $USER;
        $this->setUser($this->learner);
        $USER->realuser = get_admin()->id;
        observer::catch_all($this->view($this->learner->id));
        $row = $this->rows()[0];
        $this->assertEquals([outbox::SKIPPED, 'loginas'], [$row->status, $row->reason]);
        $this->assertSame([], outbox::lease(outbox::CAPTURED, 10));
    }

    public function test_no_text_of_a_learner_is_kept(): void {
        $forum = $this->getDataGenerator()->create_module('forum', ['course' => $this->course->id]);
        $event = \mod_forum\event\assessable_uploaded::create([
            'context' => \context_module::instance($forum->cmid),
            'objectid' => 1,
            'userid' => $this->learner->id,
            'other' => [
                'content' => 'my secret words', 'pathnamehashes' => [], 'discussionid' => 7, 'triggeredfrom' => 'forum_add_post',
            ],
        ]);
        observer::catch_all($event);
        $this->assertSame('{"discussionid":7}', $this->rows()[0]->other);
        $this->assertStringNotContainsString('secret', json_encode($this->rows()));
    }

    public function test_a_fault_of_its_own_never_reaches_the_page(): void {
        global $DB;
        $real = $DB;
        $log = ini_set('error_log', '/dev/null');
        // A database that refuses everything.
        $DB = $this->createStub(get_class($real));
        $DB->method('insert_record_raw')->willThrowException(new \Error('broken'));
        try {
            observer::catch_all($this->view($this->learner->id));
        } finally {
            $DB = $real;
            ini_set('error_log', $log);
        }
        $this->assertSame([], $this->rows());
    }
}
