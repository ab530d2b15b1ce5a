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
 * Preparing: whose act it was, whether they may earn, and what the event does not say itself.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\prepare
 * @covers    \local_rocket\earners
 */
final class prepare_test extends \advanced_testcase {
    /** @var \stdClass */
    private $course;

    /** @var \stdClass */
    private $learner;

    protected function setUp(): void {
        global $DB;
        parent::setUp();
        $this->resetAfterTest();
        $this->course = $this->getDataGenerator()->create_course(['idnumber' => 'PHYS101', 'enablecompletion' => 1]);
        $this->learner = $this->getDataGenerator()->create_and_enrol($this->course, 'student');
        $DB->delete_records('local_rocket_outbox');
    }

    /**
     * Captures a view of the course and prepares it.
     *
     * @param int $userid
     * @param \context|null $context
     * @param string $event
     * @param string|null $ip
     * @return \stdClass the row
     */
    private function prepared(
        int $userid,
        ?\context $context = null,
        string $event = '\core\event\course_viewed',
        ?string $ip = null
    ): \stdClass {
        global $DB;
        $context ??= \context_course::instance($this->course->id);
        $coursecontext = $context->get_course_context(false);
        outbox::add_captured([
            'eventname' => $event, 'userid' => $userid, 'actorid' => $userid, 'contextid' => $context->id,
            'courseid' => $coursecontext ? $coursecontext->instanceid : 0, 'origin' => 'web', 'timecreated' => 1700000000,
            'ip' => $ip,
        ]);
        (new prepare())->rows(outbox::lease(outbox::CAPTURED, 100));
        $rows = $DB->get_records('local_rocket_outbox', [], 'id DESC', '*', 0, 1);
        return reset($rows);
    }

    public function test_a_learner_in_the_course_gets_an_envelope(): void {
        $row = $this->prepared($this->learner->id, null, '\core\event\course_viewed', '192.0.2.1');
        $this->assertEquals(outbox::READY, $row->status);
        $payload = json_decode($row->payload, true);
        $this->assertSame('2023-11-14T22:13:20Z', $payload['time']);
        $this->assertSame((string)$this->learner->id, $payload['user']);
        $this->assertSame('PHYS101', $payload['course_idnumber']);
        $this->assertSame(64, strlen($payload['data']['ip_hash']));
        // The address itself is gone.
        $this->assertNull($row->ip);
        $this->assertStringNotContainsString('192.0.2.1', json_encode($row));
    }

    public function test_the_activity_is_named_by_its_course_module(): void {
        $page = $this->getDataGenerator()->create_module('page', ['course' => $this->course->id]);
        $row = $this->prepared($this->learner->id, \context_module::instance($page->cmid));
        $this->assertSame('page:' . $page->cmid, json_decode($row->payload, true)['activity']);
    }

    /**
     * Who earns nothing, and why.
     *
     * @return array
     */
    public static function nobodies(): array {
        return [
            'a teacher there' => ['norole', fn($learner, $course, $generator) => $generator->create_and_enrol(
                $course,
                'editingteacher'
            )],
            'an administrator' => ['norole', fn() => get_admin()],
            'somebody suspended' => ['suspended', fn($learner) => self::changed($learner, ['suspended' => 1])],
            'somebody deleted' => ['deleted', fn($learner) => self::changed($learner, ['deleted' => 1])],
            'who opted out' => ['optedout', function ($learner) {
                set_user_preference('local_rocket_optout', 1, $learner);
                return $learner;
            }],
            'who is in an excluded cohort' => ['excludedcohort', function ($learner, $course, $generator) {
                $cohort = $generator->create_cohort();
                cohort_add_member($cohort->id, $learner->id);
                set_config('excludedcohorts', $cohort->id, 'local_rocket');
                return $learner;
            }],
        ];
    }

    /**
     * A user with something changed.
     *
     * @param \stdClass $user
     * @param array $changes
     * @return \stdClass
     */
    private static function changed(\stdClass $user, array $changes): \stdClass {
        global $DB;
        $DB->update_record('user', ['id' => $user->id] + $changes);
        return $user;
    }

    /**
     * Some people never earn, and the reason is kept.
     *
     * @dataProvider nobodies
     * @param string $reason
     * @param \Closure $who
     */
    public function test_earns_nothing(string $reason, \Closure $who): void {
        global $CFG;
        require_once($CFG->dirroot . '/cohort/lib.php');
        $user = $who($this->learner, $this->course, $this->getDataGenerator());
        $row = $this->prepared($user->id);
        $this->assertEquals([outbox::SKIPPED, $reason], [$row->status, $row->reason]);
        $this->assertNull($row->payload);
        $this->assertTrue(get_string_manager()->string_exists('skipped_' . $reason, 'local_rocket'));
    }

    public function test_a_teacher_here_who_studies_there_earns_there_only(): void {
        $there = $this->getDataGenerator()->create_course();
        $person = $this->getDataGenerator()->create_and_enrol($this->course, 'editingteacher');
        $this->getDataGenerator()->enrol_user($person->id, $there->id, 'student');
        $this->assertEquals(outbox::SKIPPED, $this->prepared($person->id)->status);
        $this->assertEquals(outbox::READY, $this->prepared($person->id, \context_course::instance($there->id))->status);
    }

    public function test_outside_any_course_who_studies_somewhere_earns(): void {
        $teacher = $this->getDataGenerator()->create_and_enrol($this->course, 'editingteacher');
        $system = \context_system::instance();
        $login = '\core\event\user_loggedin';
        $this->assertEquals(outbox::READY, $this->prepared($this->learner->id, $system, $login)->status);
        $this->assertEquals(outbox::SKIPPED, $this->prepared($teacher->id, $system, $login)->status);
        // An enrolment that is suspended is none.
        $ended = $this->getDataGenerator()->create_user();
        $this->getDataGenerator()->enrol_user($ended->id, $this->course->id, 'student', 'manual', 0, 0, ENROL_USER_SUSPENDED);
        $this->assertEquals(outbox::SKIPPED, $this->prepared($ended->id, $system, $login)->status);
    }

    public function test_what_only_takes_back_goes_through_whoever_caused_it(): void {
        $teacher = $this->getDataGenerator()->create_and_enrol($this->course, 'editingteacher');
        $row = $this->prepared($teacher->id, null, '\mod_forum\event\post_deleted');
        $this->assertEquals(outbox::READY, $row->status);
        // A regrade may also pay: it is asked as everything else is.
        $row = $this->prepared($teacher->id, null, '\mod_quiz\event\attempt_regraded');
        $this->assertEquals(outbox::SKIPPED, $row->status);
    }

    public function test_a_teams_work_is_everybodys(): void {
        global $DB;
        $generator = $this->getDataGenerator();
        $group = $generator->create_group(['courseid' => $this->course->id]);
        $other = $generator->create_and_enrol($this->course, 'student');
        groups_add_member($group->id, $this->learner->id);
        groups_add_member($group->id, $other->id);
        $assign = $generator->create_module('assign', ['course' => $this->course->id, 'teamsubmission' => 1]);
        $id = $DB->insert_record('assign_submission', (object)[
            'assignment' => $assign->id, 'userid' => 0, 'groupid' => $group->id, 'status' => 'submitted', 'attemptnumber' => 0,
            'timecreated' => time(), 'timemodified' => time(), 'latest' => 1,
        ]);
        $DB->delete_records('local_rocket_outbox');
        outbox::add_captured([
            'eventname' => '\mod_assign\event\assessable_submitted', 'userid' => $this->learner->id, 'origin' => 'web',
            'contextid' => \context_module::instance($assign->cmid)->id, 'courseid' => $this->course->id,
            'objecttable' => 'assign_submission', 'objectid' => $id, 'timecreated' => time(),
        ]);
        (new prepare())->rows(outbox::lease(outbox::CAPTURED, 100));
        $rows = $DB->get_records('local_rocket_outbox', ['status' => outbox::READY]);
        $this->assertEqualsCanonicalizing([$this->learner->id, $other->id], array_column($rows, 'userid'));
        $this->assertCount(2, array_unique(array_column($rows, 'uuid')));
        $payload = json_decode(reset($rows)->payload, true);
        $this->assertSame(['assign_submission:' . $id, 'group:' . $group->id], [$payload['object'], $payload['data']['group']]);
    }

    public function test_a_fault_in_one_row_is_tried_again_and_then_shown_to_a_person(): void {
        global $DB;
        // A list of roles that is none: it cannot be asked for.
        set_config('subscriptions', json_encode(['events' => [], 'screen' => ['roles' => 'none']]), 'local_rocket');
        $this->prepared($this->learner->id);
        for ($attempt = 2; $attempt <= 5; $attempt++) {
            $this->assertEquals(outbox::CAPTURED, $DB->get_field('local_rocket_outbox', 'status', []));
            $DB->set_field('local_rocket_outbox', 'timenext', 0);
            (new prepare())->rows(outbox::lease(outbox::CAPTURED, 100));
        }
        $row = $DB->get_record('local_rocket_outbox', []);
        $this->assertEquals(outbox::DEAD, $row->status);
        $this->assertStringContainsString('Error', $row->reason);
    }
}
