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

namespace local_rocket\handover;

use local_rocket\fixtures\sidecar_double;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/../fixtures/sidecar_double.php');

/**
 * Rewards that Moodle gives: each once, or refused with a reason.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\handover\handover
 * @covers    \local_rocket\handover\enrolment
 * @covers    \local_rocket\handover\badge
 * @covers    \local_rocket\handover\cohort
 * @covers    \local_rocket\handover\records
 */
final class handover_test extends \advanced_testcase {
    /** @var array[] what the sidecar has to be handed over, by redemption */
    private array $deliveries = [];

    /** @var array[] what it was answered: redemption, status, reason */
    private array $answers = [];

    /** @var \Throwable|null what it throws at an answer */
    private ?\Throwable $trouble = null;

    /** @var \stdClass */
    private \stdClass $learner;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->learner = $this->getDataGenerator()->create_user();
        client::set_for_testing(new sidecar_double(function ($method, $path, $sent) {
            if ($method === 'GET') {
                return ['deliveries' => array_values($this->deliveries)];
            }
            if ($this->trouble !== null) {
                throw $this->trouble;
            }
            $id = basename($path);
            $this->answers[] = [$id, $sent['status'], $sent['reason'] ?? null];
            unset($this->deliveries[$id]);
            return ['redemption_id' => $id, 'status' => 'delivered'];
        }));
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * Something to be handed over.
     *
     * @param string $id
     * @param array $action
     * @param int|null $userid null: the learner
     */
    private function redeemed(string $id, array $action, ?int $userid = null): void {
        $this->deliveries[$id] = [
            'redemption_id' => $id,
            'user_id' => (string)($userid ?? $this->learner->id),
            'action' => $action,
            'created_at' => '2026-11-24T10:00:00.000Z',
        ];
    }

    /**
     * Hands over what there is.
     *
     * @return array the report
     */
    private function run_handover(): array {
        return (new handover())->run(time() + 60);
    }

    /**
     * Hands over one thing.
     *
     * @param array $action
     * @param int|null $userid null: the learner
     * @return string the status that was answered, and why
     */
    private function outcome(array $action, ?int $userid = null): string {
        static $number = 0;
        $this->redeemed('r' . ++$number, $action, $userid);
        $this->run_handover();
        [, $status, $reason] = end($this->answers);
        return trim("$status $reason");
    }

    /**
     * What is answered where it cannot be done.
     *
     * @param string $reason
     * @param string $what
     * @return string
     */
    private static function refused(string $reason, string $what): string {
        return 'refused ' . get_string("handover_$reason", 'local_rocket', $what);
    }

    /**
     * The learner's manual enrolment in a course.
     *
     * @param \stdClass $course
     * @return \stdClass|false
     */
    private function enrolment(\stdClass $course) {
        global $DB;
        return $DB->get_record_sql(
            "SELECT ue.* FROM {user_enrolments} ue JOIN {enrol} e ON e.id = ue.enrolid
              WHERE e.enrol = 'manual' AND e.courseid = ? AND ue.userid = ?",
            [$course->id, $this->learner->id]
        );
    }

    public function test_enrols_until_a_day(): void {
        $course = $this->getDataGenerator()->create_course(['idnumber' => 'EXTRA']);
        $this->assertSame('done', $this->outcome(['enrol' => ['course' => 'EXTRA', 'days' => 30]]));
        $enrolment = $this->enrolment($course);
        $this->assertEqualsWithDelta(time() + 30 * DAYSECS, $enrolment->timeend, 5);
        $this->assertTrue(is_enrolled(\context_course::instance($course->id), $this->learner->id, '', true));
        $this->assertTrue(user_has_role_assignment(
            $this->learner->id,
            get_archetype_roles('student')[array_key_first(get_archetype_roles('student'))]->id,
            \context_course::instance($course->id)->id
        ));
    }

    public function test_never_shortens_an_enrolment(): void {
        $course = $this->getDataGenerator()->create_course();
        $action = fn($days) => ['enrol' => ['course' => "course:$course->id", 'days' => $days]];
        $this->outcome($action(90));
        $this->assertSame('done', $this->outcome($action(30)));
        $this->assertEqualsWithDelta(time() + 90 * DAYSECS, $this->enrolment($course)->timeend, 5);
        $this->outcome($action(null));
        $this->assertEquals(0, $this->enrolment($course)->timeend);
        $this->outcome($action(30));
        $this->assertEquals(0, $this->enrolment($course)->timeend);
    }

    public function test_enrols_again_whose_time_was_over(): void {
        global $DB;
        $course = $this->getDataGenerator()->create_course();
        $action = ['enrol' => ['course' => "course:$course->id", 'days' => 10]];
        $this->outcome($action);
        $over = ['timeend' => time() - HOURSECS, 'status' => ENROL_USER_SUSPENDED];
        $DB->update_record('user_enrolments', ['id' => $this->enrolment($course)->id] + $over);
        $this->assertSame('done', $this->outcome($action));
        $this->assertEquals(ENROL_USER_ACTIVE, $this->enrolment($course)->status);
        $this->assertEqualsWithDelta(time() + 10 * DAYSECS, $this->enrolment($course)->timeend, 5);
    }

    public function test_does_not_let_in_who_is_kept_out(): void {
        global $DB;
        $course = $this->getDataGenerator()->create_course(['idnumber' => 'EXTRA']);
        $action = ['enrol' => ['course' => 'EXTRA', 'days' => 10]];
        $this->outcome($action);
        $DB->set_field('user_enrolments', 'status', ENROL_USER_SUSPENDED, ['id' => $this->enrolment($course)->id]);
        $this->assertSame(self::refused('enrolmentsuspended', 'EXTRA'), $this->outcome($action));
    }

    public function test_gives_a_course_its_manual_enrolments(): void {
        global $DB;
        $course = $this->getDataGenerator()->create_course();
        $DB->delete_records('enrol', ['courseid' => $course->id, 'enrol' => 'manual']);
        $action = ['enrol' => ['course' => "course:$course->id", 'days' => null]];
        $this->assertSame('done', $this->outcome($action));
        $this->assertEquals(0, $this->enrolment($course)->timeend);
        $DB->set_field('enrol', 'status', ENROL_INSTANCE_DISABLED, ['courseid' => $course->id, 'enrol' => 'manual']);
        $this->assertStringStartsWith('refused', $this->outcome($action));
    }

    public function test_issues_a_badge_once(): void {
        global $DB;
        $badges = $this->getDataGenerator()->get_plugin_generator('core_badges');
        $this->setAdminUser();
        $badge = $badges->create_badge(['name' => 'Guest of honour', 'status' => BADGE_STATUS_ACTIVE]);
        $badges->create_badge(['name' => 'Guest of honour', 'status' => BADGE_STATUS_INACTIVE]);
        $this->assertSame('done', $this->outcome(['badge' => 'Guest of honour']));
        // The generator's badges have no image to bake.
        $this->assertDebuggingCalled();
        $this->assertSame('done', $this->outcome(['badge' => "badge:$badge->id"]));
        $this->assertEquals(1, $DB->count_records('badge_issued', ['userid' => $this->learner->id]));
        $badges->create_badge(['name' => 'Draft', 'status' => BADGE_STATUS_INACTIVE]);
        $this->assertSame(self::refused('badgenotactive', 'Draft'), $this->outcome(['badge' => 'Draft']));
        $this->assertSame(self::refused('nobadge', 'None'), $this->outcome(['badge' => 'None']));
    }

    public function test_adds_to_a_cohort(): void {
        $cohort = $this->getDataGenerator()->create_cohort(['idnumber' => 'lounge']);
        $this->assertSame('done', $this->outcome(['cohort' => 'lounge']));
        $this->assertTrue(cohort_is_member($cohort->id, $this->learner->id));
        $this->assertSame('done', $this->outcome(['cohort' => 'lounge']));
        $this->getDataGenerator()->create_cohort(['idnumber' => 'synced', 'component' => 'auth_ldap']);
        $this->assertStringStartsWith('refused', $this->outcome(['cohort' => 'synced']));
        $this->assertSame(self::refused('nocohort', 'none'), $this->outcome(['cohort' => 'none']));
    }

    public function test_refuses_what_cannot_be(): void {
        global $DB;
        $this->getDataGenerator()->create_cohort(['idnumber' => 'lounge']);
        $action = ['cohort' => 'lounge'];
        $suspended = $this->getDataGenerator()->create_user(['suspended' => 1]);
        $this->assertStringStartsWith('refused', $this->outcome($action, (int)$suspended->id));
        $deleted = $this->getDataGenerator()->create_user();
        delete_user($deleted);
        $this->assertStringStartsWith('refused', $this->outcome($action, (int)$deleted->id));
        $this->assertStringStartsWith('refused', $this->outcome($action, 999999));
        $this->assertStringStartsWith('refused', $this->outcome(['enrol' => ['course' => 'none', 'days' => 3]]));
        $this->assertStringStartsWith('refused', $this->outcome(['teleport' => 'moon']));
        $this->assertEquals(0, $DB->count_records('cohort_members'));
    }

    public function test_answers_from_its_note_what_was_done_but_not_answered(): void {
        global $DB;
        $cohort = $this->getDataGenerator()->create_cohort(['idnumber' => 'lounge']);
        $this->redeemed('x', ['cohort' => 'lounge']);
        $this->trouble = new away('network', 'gone');
        try {
            $this->run_handover();
            $this->fail('It was to stop.');
        } catch (away $e) {
            $this->assertSame('network', $e->reason);
        }
        $this->assertTrue(cohort_is_member($cohort->id, $this->learner->id));
        // Whatever became of the cohort meanwhile: it was done, and is not done again.
        cohort_remove_member($cohort->id, $this->learner->id);
        $this->trouble = null;
        $this->run_handover();
        $this->run_handover();
        $this->assertSame([['x', 'done', null]], $this->answers);
        $this->assertFalse(cohort_is_member($cohort->id, $this->learner->id));
        $this->assertEquals(1, $DB->get_field('local_rocket_handover', 'answered', ['redemptionid' => 'x']));
    }

    public function test_answers_again_where_the_sidecar_asks_again(): void {
        $this->getDataGenerator()->create_cohort(['idnumber' => 'lounge']);
        $this->redeemed('x', ['cohort' => 'lounge']);
        $this->run_handover();
        $this->redeemed('x', ['cohort' => 'lounge']);
        $this->run_handover();
        $this->assertSame([['x', 'done', null], ['x', 'done', null]], $this->answers);
    }

    public function test_keeps_what_the_sidecar_objects_to(): void {
        $this->getDataGenerator()->create_cohort(['idnumber' => 'lounge']);
        $this->redeemed('x', ['cohort' => 'lounge']);
        $this->trouble = new refused(409, ['code' => 'state_conflict', 'detail' => 'It was cancelled.']);
        $this->run_handover();
        $row = records::find('x');
        $this->assertSame(['done', 'It was cancelled.', '1'], [$row->status, $row->reason, (string)$row->answered]);
        $this->assertSame([(int)$row->id], array_keys(records::troubled(5)));
    }

    public function test_one_that_fails_is_rolled_back_and_keeps_no_other_waiting(): void {
        global $DB;
        $this->preventResetByRollback();
        $cohort = $this->getDataGenerator()->create_cohort(['idnumber' => 'lounge']);
        $this->redeemed(str_repeat('x', 70), ['cohort' => 'lounge']);
        $this->redeemed('y', ['cohort' => 'lounge'], (int)$this->getDataGenerator()->create_user()->id);
        $report = $this->run_handover();
        // The note does not fit into its column, so that nothing was done either.
        $this->assertCount(1, $report['failures']);
        $this->assertFalse(cohort_is_member($cohort->id, $this->learner->id));
        $this->assertSame([['y', 'done', null]], $this->answers);
        $this->assertEquals(1, $DB->count_records('local_rocket_handover'));
    }
}
