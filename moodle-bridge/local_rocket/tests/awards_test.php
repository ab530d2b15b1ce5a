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
 * Points that teachers award by hand.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\awards
 * @covers    \local_rocket\award_check
 * @covers    \local_rocket\course_people
 */
final class awards_test extends \advanced_testcase {
    /** @var string */
    private const EVENT = 'custom.helpfulness';

    /** @var \stdClass */
    private \stdClass $course;

    /** @var \stdClass */
    private \stdClass $teacher;

    /** @var int[] */
    private array $learners = [];

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        set_config('subscriptions', json_encode(['events' => [], 'custom_events' => [self::EVENT]]), 'local_rocket');
        $generator = $this->getDataGenerator();
        $this->course = $generator->create_course(['idnumber' => 'PHYS101']);
        $this->teacher = $generator->create_and_enrol($this->course, 'editingteacher');
        for ($i = 0; $i < 3; $i++) {
            $this->learners[] = (int)$generator->create_and_enrol($this->course, 'student')->id;
        }
        $this->setUser($this->teacher);
    }

    /**
     * The course's awards for who is logged in.
     *
     * @return awards
     */
    private function awards(): awards {
        return new awards(new course_people($this->course));
    }

    /**
     * What is in the outbox.
     *
     * @return array[] envelopes
     */
    private static function sent(): array {
        global $DB;
        $payloads = $DB->get_fieldset_select('local_rocket_outbox', 'payload', '1 = 1 ORDER BY id');
        return array_map(fn($payload) => json_decode($payload, true), $payloads);
    }

    public function test_an_award_is_sent_as_the_institutions_event_and_its_note_is_not(): void {
        global $DB;
        $count = $this->awards()->give($this->learners, self::EVENT, 'in the lab', 'b1');
        $this->assertSame(3, $count);
        $award = $DB->get_record('local_rocket_award', ['userid' => $this->learners[0]], '*', MUST_EXIST);
        $sent = self::sent();
        $this->assertCount(3, $sent);
        unset($sent[0]['time']);
        $this->assertSame([
            'id' => $award->uuid,
            'event' => self::EVENT,
            'user' => (string)$this->learners[0],
            'actor' => (string)$this->teacher->id,
            'course' => (string)$this->course->id,
            'course_idnumber' => 'PHYS101',
            'object' => 'local_rocket_award:' . $award->id,
            'origin' => 'web',
        ], $sent[0]);
        $this->assertSame('in the lab', $award->reason);
    }

    public function test_a_form_that_is_sent_twice_awards_once(): void {
        $this->awards()->give($this->learners, self::EVENT, '', 'b1');
        $this->assertSame(0, $this->awards()->give($this->learners, self::EVENT, '', 'b1'));
        $this->assertCount(3, self::sent());
        // Another form is another award.
        $this->assertSame(3, $this->awards()->give($this->learners, self::EVENT, '', 'b2'));
    }

    public function test_never_to_oneself(): void {
        $this->getDataGenerator()->enrol_user($this->teacher->id, $this->course->id, 'student');
        $this->expectExceptionMessageMatches('/yourself/');
        $this->awards()->give([(int)$this->teacher->id], self::EVENT, '', 'b1');
    }

    public function test_only_to_who_may_earn_here_and_else_to_nobody(): void {
        $stranger = (int)$this->getDataGenerator()->create_user()->id;
        try {
            $this->awards()->give([$this->learners[0], $stranger], self::EVENT, '', 'b1');
            $this->fail('A stranger was awarded something.');
        } catch (\moodle_exception $e) {
            $this->assertSame('award_refused', $e->errorcode);
        }
        set_user_preference('local_rocket_optout', 1, $this->learners[1]);
        $this->assertCount(1, (new award_check(new course_people($this->course)))->faults([$this->learners[1]]));
        $this->assertSame([], self::sent());
    }

    public function test_only_what_the_institution_lists(): void {
        $this->expectException(\moodle_exception::class);
        $this->awards()->give($this->learners, 'custom.anything', '', 'b1');
    }

    public function test_only_so_many_a_day(): void {
        global $DB;
        set_config('awardlimit', 4, 'local_rocket');
        $this->awards()->give($this->learners, self::EVENT, '', 'b1');
        $this->assertSame(1, award_check::left_today());
        try {
            $this->awards()->give($this->learners, self::EVENT, '', 'b2');
            $this->fail('The limit was passed.');
        } catch (\moodle_exception $e) {
            $this->assertStringContainsString('1 more', $e->getMessage());
        }
        // Undone ones count: else the limit were none.
        $this->awards()->undo((int)$DB->get_field('local_rocket_award', 'id', ['userid' => $this->learners[0]]));
        $this->assertSame(1, award_check::left_today());
        $DB->set_field('local_rocket_award', 'timecreated', time() - 2 * DAYSECS);
        $this->assertSame(4, award_check::left_today());
    }

    public function test_undo_is_the_same_event_about_the_same_object_and_comes_once(): void {
        global $DB;
        $this->awards()->give([$this->learners[0]], self::EVENT, '', 'b1');
        $id = (int)$DB->get_field('local_rocket_award', 'id', []);
        $this->awards()->undo($id);
        $this->awards()->undo($id);
        [$award, $undoing] = self::sent();
        $this->assertCount(2, self::sent());
        $this->assertSame(['undone' => true], $undoing['data']);
        $this->assertSame([$award['event'], $award['object'], $award['user']], [
            $undoing['event'], $undoing['object'], $undoing['user'],
        ]);
        $this->assertNotSame($award['id'], $undoing['id']);
        $this->assertEquals($this->teacher->id, $DB->get_field('local_rocket_award', 'undoneby', ['id' => $id]));
    }

    public function test_undo_is_for_a_day(): void {
        global $DB;
        $this->awards()->give([$this->learners[0]], self::EVENT, '', 'b1');
        $DB->set_field('local_rocket_award', 'timecreated', time() - DAYSECS - 1);
        $this->expectExceptionMessageMatches('/within a day/');
        $this->awards()->undo((int)$DB->get_field('local_rocket_award', 'id', []));
    }

    public function test_an_award_of_another_course_cannot_be_undone_from_here(): void {
        global $DB;
        $this->awards()->give([$this->learners[0]], self::EVENT, '', 'b1');
        $other = $this->getDataGenerator()->create_course();
        $this->getDataGenerator()->enrol_user($this->teacher->id, $other->id, 'editingteacher');
        $this->expectException(\dml_missing_record_exception::class);
        (new awards(new course_people($other)))->undo((int)$DB->get_field('local_rocket_award', 'id', []));
    }

    public function test_a_learner_cannot_award(): void {
        $this->setUser($this->learners[0]);
        $this->expectException(\required_capability_exception::class);
        $this->awards();
    }

    public function test_with_separate_groups_only_to_ones_own(): void {
        $this->course->groupmode = SEPARATEGROUPS;
        update_course($this->course);
        $this->course = get_course($this->course->id);
        $system = \context_system::instance();
        assign_capability('moodle/site:accessallgroups', CAP_PROHIBIT, $this->role('editingteacher'), $system, true);
        // What they may do is read anew when they log in.
        $this->setUser($this->teacher);
        $this->assertSame([], (new course_people($this->course))->learners());
        $group = $this->getDataGenerator()->create_group(['courseid' => $this->course->id]);
        groups_add_member($group->id, $this->teacher->id);
        groups_add_member($group->id, $this->learners[2]);
        $people = new course_people($this->course);
        $this->assertSame([$this->learners[2]], array_keys($people->learners()));
        $this->assertSame([(int)$group->id], array_keys($people->groups()));

        // What another teacher awarded to others is not shown either.
        $this->setAdminUser();
        $this->awards()->give($this->learners, self::EVENT, '', 'b1');
        $this->setUser($this->teacher);
        [$latest, $count] = $this->awards()->latest(0, 10);
        $this->assertSame(1, $count);
        $this->assertEquals($this->learners[2], reset($latest)->userid);
        $this->assertSame(outbox::READY, reset($latest)->status);
    }

    /**
     * The id of a role.
     *
     * @param string $shortname
     * @return int
     */
    private function role(string $shortname): int {
        global $DB;
        return (int)$DB->get_field('role', 'id', ['shortname' => $shortname], MUST_EXIST);
    }
}
