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
 * Assignments: what was handed in, by whom, when, and what it was worth.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\enrich\submission
 * @covers    \local_rocket\enrich\assessment
 */
final class assign_test extends deeds_testcase {
    /** @var \stdClass */
    private \stdClass $assign;

    /**
     * Makes an assignment.
     *
     * @param array $settings
     */
    private function make_assign(array $settings = []): void {
        $this->assign = $this->getDataGenerator()->create_module('assign', $settings + [
            'course' => $this->course->id, 'grade' => 50, 'submissiondrafts' => 0,
            'assignsubmission_onlinetext_enabled' => 1, 'assignsubmission_file_enabled' => 1,
            'assignsubmission_file_maxfiles' => 3, 'assignsubmission_file_maxsizebytes' => 1000000,
        ]);
    }

    /**
     * Hands in a text.
     *
     * @param string $text
     * @param \stdClass|null $user
     */
    private function submit(string $text, ?\stdClass $user = null): void {
        $user ??= $this->learner;
        $this->setUser($user);
        $this->getDataGenerator()->get_plugin_generator('mod_assign')->create_submission([
            'cmid' => $this->assign->cmid, 'userid' => $user->id, 'onlinetext' => $text,
        ]);
    }

    /**
     * Grades the learner's work.
     *
     * @param float|string $grade
     * @param array $more form fields
     */
    private function grade($grade, array $more = []): void {
        [$course, $cm] = get_course_and_cm_from_cmid($this->assign->cmid, 'assign');
        $assign = new \assign(\context_module::instance($cm->id), $cm, $course);
        $this->setUser($this->teacher);
        $assign->save_grade($this->learner->id, (object)($more + ['grade' => $grade, 'attemptnumber' => -1]));
    }

    public function test_a_text_is_counted_and_hashed_and_stays_here(): void {
        $this->make_assign(['duedate' => time() + DAYSECS]);
        $this->submit('<p>The quick brown fox</p><p>jumps &amp; jumps.</p>');
        $envelope = $this->envelope('mod_assign\event\assessable_submitted');
        $this->assertMatchesRegularExpression('/^assign_submission:\d+$/', $envelope['object']);
        $data = $envelope['data'];
        $this->assertMatchesRegularExpression('/^[0-9a-f]{64}$/', $data['text_hash']);
        unset($data['text_hash']);
        $this->assertSame(['attempt' => 1, 'words' => 6, 'characters' => 34, 'files' => 0, 'late' => false], $data);
        $this->assertStringNotContainsString('fox', json_encode($envelope));
    }

    public function test_the_same_files_have_the_same_hash_in_whatever_order_and_name(): void {
        global $DB;
        $this->make_assign();
        $this->submit('x');
        $submission = $DB->get_record('assign_submission', ['userid' => $this->learner->id]);
        $first = $this->with_files($submission, ['a.txt' => 'one', 'b.txt' => 'two']);
        $this->assertSame(2, $first['files']);
        $second = $this->with_files($submission, ['c.txt' => 'two', 'd.txt' => 'one']);
        $this->assertSame($first['file_hash'], $second['file_hash']);
        $third = $this->with_files($submission, ['c.txt' => 'two', 'd.txt' => 'three']);
        $this->assertNotSame($first['file_hash'], $third['file_hash']);
    }

    /**
     * Hands in files, and gives what is told of them.
     *
     * @param \stdClass $submission
     * @param string[] $files contents by name
     * @return array data
     */
    private function with_files(\stdClass $submission, array $files): array {
        $where = [
            'contextid' => \context_module::instance($this->assign->cmid)->id, 'component' => 'assignsubmission_file',
            'filearea' => 'submission_files', 'itemid' => $submission->id,
        ];
        get_file_storage()->delete_area_files(...array_values($where));
        foreach ($files as $name => $content) {
            get_file_storage()->create_file_from_string($where + ['filepath' => '/', 'filename' => $name], $content);
        }
        [$course, $cm] = get_course_and_cm_from_cmid($this->assign->cmid, 'assign');
        $assign = new \assign(\context_module::instance($cm->id), $cm, $course);
        $this->envelopes('');
        \mod_assign\event\assessable_submitted::create_from_submission($assign, $submission, true)->trigger();
        return $this->envelope('mod_assign\event\assessable_submitted')['data'];
    }

    /**
     * When work was due, for all and for one.
     *
     * @return array[] settings, extension, override, late
     */
    public static function due_dates(): array {
        return [
            'never due' => [[], null, null, null],
            'too late' => [['duedate' => -HOURSECS], null, null, true],
            'in time' => [['duedate' => HOURSECS], null, null, false],
            'an extension' => [['duedate' => -HOURSECS], HOURSECS, null, false],
            'an override' => [['duedate' => -HOURSECS], null, HOURSECS, false],
            'an earlier date for one' => [['duedate' => HOURSECS], null, -HOURSECS, true],
        ];
    }

    /**
     * Late is late for this learner.
     *
     * @dataProvider due_dates
     * @param array $settings
     * @param int|null $extension
     * @param int|null $override
     * @param bool|null $late
     */
    public function test_late_is_late_for_this_learner(array $settings, ?int $extension, ?int $override, ?bool $late): void {
        $this->make_assign(array_map(fn($from) => time() + $from, $settings));
        $generator = $this->getDataGenerator()->get_plugin_generator('mod_assign');
        $this->setUser($this->teacher);
        if ($extension !== null) {
            $generator->create_extension([
                'cmid' => $this->assign->cmid, 'userid' => $this->learner->id, 'extensionduedate' => time() + $extension,
            ]);
        }
        if ($override !== null) {
            $generator->create_override([
                'assignid' => $this->assign->id, 'userid' => $this->learner->id, 'duedate' => time() + $override,
            ]);
        }
        $this->submit('x');
        $this->assertSame($late, $this->envelope('mod_assign\event\assessable_submitted')['data']['late'] ?? null);
    }

    public function test_a_teams_work_is_each_members_under_one_object(): void {
        global $DB;
        $generator = $this->getDataGenerator();
        $group = $generator->create_group(['courseid' => $this->course->id]);
        $other = $generator->create_and_enrol($this->course, 'student');
        foreach ([$this->learner, $other] as $member) {
            $generator->create_group_member(['groupid' => $group->id, 'userid' => $member->id]);
        }
        $this->make_assign(['teamsubmission' => 1]);
        $this->submit('Ours.');
        $envelopes = $this->envelopes('mod_assign\event\assessable_submitted');
        $expected = [(string)$this->learner->id, (string)$other->id];
        $this->assertEqualsCanonicalizing($expected, array_column($envelopes, 'user'));
        $id = $DB->get_field('assign_submission', 'id', ['groupid' => $group->id], MUST_EXIST);
        $this->assertSame(["assign_submission:$id"], array_unique(array_column($envelopes, 'object')));
        $this->assertSame(["group:$group->id"], array_unique(array_column(array_column($envelopes, 'data'), 'group')));
        $this->assertCount(2, array_unique(array_column($envelopes, 'id')));
    }

    public function test_work_that_is_taken_back_is_the_same_object(): void {
        $this->make_assign();
        $this->submit('x');
        $submitted = $this->envelope('mod_assign\event\assessable_submitted');
        [$course, $cm] = get_course_and_cm_from_cmid($this->assign->cmid, 'assign');
        $this->setAdminUser();
        (new \assign(\context_module::instance($cm->id), $cm, $course))->remove_submission($this->learner->id);
        $removed = $this->envelope('mod_assign\event\submission_removed');
        $this->assertSame([$submitted['object'], $submitted['user']], [$removed['object'], $removed['user']]);
    }

    public function test_a_grade_is_a_score_of_the_learner(): void {
        $this->make_assign(['gradepass' => 20]);
        $this->submit('x');
        $this->grade(42.5);
        $envelope = $this->envelope('mod_assign\event\submission_graded');
        $this->assertSame((string)$this->learner->id, $envelope['user']);
        $this->assertEquals(['score' => 85, 'passed' => true, 'attempt' => 1, 'graded_by' => 'person'], $envelope['data']);
    }

    public function test_a_scale_and_no_grade_are_no_score(): void {
        $scale = $this->getDataGenerator()->create_scale(['scale' => 'bad,good']);
        $this->make_assign(['grade' => -$scale->id]);
        $this->grade(2);
        $this->assertArrayNotHasKey('score', $this->envelope('mod_assign\event\submission_graded')['data']);
        $this->make_assign();
        $this->grade('-1');
        foreach ($this->envelopes('mod_assign\event\submission_graded') as $envelope) {
            $this->assertArrayNotHasKey('score', $envelope['data']);
        }
    }

    public function test_a_grade_that_is_not_released_is_not_told(): void {
        $this->make_assign(['markingworkflow' => 1]);
        $this->submit('x');
        $this->grade(42.5, ['workflowstate' => 'inreview']);
        $this->assertArrayNotHasKey('score', $this->envelope('mod_assign\event\submission_graded')['data']);
        $this->grade(42.5, ['workflowstate' => 'released']);
        $this->assertEquals(85, $this->envelope('mod_assign\event\submission_graded')['data']['score']);
    }
}
