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
use mod_quiz\quiz_attempt;
use mod_quiz\quiz_settings;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/../fixtures/deeds_testcase.php');

/**
 * Quiz attempts: the score, by whatever road it comes, and how it came about.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\enrich\quiz
 * @covers    \local_rocket\enrich\family
 */
final class quiz_test extends deeds_testcase {
    /** @var \stdClass */
    private \stdClass $quiz;

    /**
     * Makes a quiz of such questions, one mark each.
     *
     * @param string ...$types such as `shortanswer`, `essay`, `description`
     */
    private function make_quiz(string ...$types): void {
        global $CFG;
        require_once($CFG->dirroot . '/mod/quiz/locallib.php');
        $this->setAdminUser();
        $this->quiz = $this->getDataGenerator()->create_module('quiz', [
            'course' => $this->course->id, 'grade' => 100, 'gradepass' => 60, 'questionsperpage' => 1, 'sumgrades' => 1,
        ]);
        $questions = $this->getDataGenerator()->get_plugin_generator('core_question');
        $context = \context_module::instance($this->quiz->cmid);
        $category = $questions->create_question_category(['contextid' => $context->id]);
        foreach ($types as $type) {
            $question = $questions->create_question($type, null, ['category' => $category->id]);
            quiz_add_quiz_question($question->id, $this->quiz, 0, $type === 'description' ? 0 : 1);
        }
        quiz_settings::create($this->quiz->id)->get_grade_calculator()->recompute_quiz_sumgrades();
    }

    /**
     * An attempt.
     *
     * @param array $answers by slot
     * @param \stdClass|null $user
     * @return int attempt id
     */
    private function attempt(array $answers, ?\stdClass $user = null): int {
        $this->setUser($user ?? $this->learner);
        $generator = $this->getDataGenerator()->get_plugin_generator('mod_quiz');
        $attempt = $generator->create_attempt($this->quiz->id, ($user ?? $this->learner)->id);
        $generator->submit_responses($attempt->id, $answers, false, true);
        return (int)$attempt->id;
    }

    /**
     * Gives an essay a mark, as the grading page does.
     *
     * @param int $attemptid
     * @param int $slot
     * @param float $mark
     */
    private function grade(int $attemptid, int $slot, float $mark): void {
        global $DB;
        $this->setUser($this->teacher);
        $attempt = quiz_attempt::create($attemptid);
        $usage = \question_engine::load_questions_usage_by_activity($attempt->get_uniqueid());
        $usage->manual_grade($slot, 'Good.', $mark, FORMAT_HTML);
        \question_engine::save_questions_usage_by_activity($usage);
        $changes = ['sumgrades' => $usage->get_total_mark(), 'timemodified' => time()];
        $DB->update_record('quiz_attempts', ['id' => $attemptid] + $changes);
        \mod_quiz\event\question_manually_graded::create([
            'objectid' => $attempt->get_question_attempt($slot)->get_question_id(),
            'courseid' => $this->course->id,
            'context' => \context_module::instance($this->quiz->cmid),
            'other' => ['quizid' => $this->quiz->id, 'attemptid' => $attemptid, 'slot' => $slot],
        ])->trigger();
    }

    public function test_a_finished_attempt_has_its_score_in_percent(): void {
        global $DB;
        $this->make_quiz('shortanswer', 'shortanswer', 'description');
        $id = $this->attempt([1 => 'frog', 2 => 'toad']);
        $DB->set_field('quiz_attempts', 'timestart', time() - 300, ['id' => $id]);
        $DB->set_field('quiz_attempts', 'timefinish', time() - 60, ['id' => $id]);
        $envelope = $this->envelope('mod_quiz\event\attempt_submitted');
        $this->assertSame((string)$this->learner->id, $envelope['user']);
        $this->assertSame(['BIO1', 'quiz:' . $this->quiz->cmid, "quiz_attempts:$id"], [
            $envelope['course_idnumber'], $envelope['activity'], $envelope['object'],
        ]);
        // A toad is worth four fifths of a frog; a text between questions is no item.
        $this->assertEquals(
            ['score' => 90, 'passed' => true, 'attempt' => 1, 'duration_seconds' => 240, 'items' => 2],
            array_diff_key($envelope['data'], ['rapid_items' => 0])
        );
    }

    public function test_a_second_attempt_says_so_and_may_fail(): void {
        $this->make_quiz('shortanswer', 'shortanswer');
        $this->attempt([1 => 'frog', 2 => 'frog']);
        $this->attempt([1 => 'frog', 2 => 'newt']);
        $data = array_column($this->envelopes('mod_quiz\event\attempt_submitted'), 'data');
        $this->assertEquals([[1, 100, true], [2, 50, false]], array_map(
            fn($one) => [$one['attempt'], $one['score'], $one['passed']],
            $data
        ));
    }

    public function test_an_essay_has_no_score_until_a_person_has_graded_it(): void {
        $this->make_quiz('shortanswer', 'essay', 'essay');
        $id = $this->attempt([1 => 'frog', 2 => 'one', 3 => 'two']);
        $data = $this->envelope('mod_quiz\event\attempt_submitted')['data'];
        $this->assertArrayNotHasKey('score', $data);
        $this->assertArrayNotHasKey('passed', $data);
        set_config('subscriptions', json_encode(['events' => ['\mod_quiz\event\question_manually_graded']]), 'local_rocket');
        $this->grade($id, 2, 1);
        $this->assertSame(['\mod_quiz\event\question_manually_graded' => 'notgradedyet'], $this->skipped());
        $this->grade($id, 3, 0.25);
        $graded = $this->envelope('mod_quiz\event\attempt_manual_grading_completed');
        $this->assertSame([(string)$this->learner->id, (string)$this->teacher->id, "quiz_attempts:$id"], [
            $graded['user'], $graded['actor'], $graded['object'],
        ]);
        $this->assertEquals([75, 'person'], [$graded['data']['score'], $graded['data']['graded_by']]);
    }

    public function test_a_regraded_attempt_has_its_new_score(): void {
        global $DB;
        $this->make_quiz('shortanswer');
        $id = $this->attempt([1 => 'frog']);
        $this->envelope('mod_quiz\event\attempt_submitted');
        $DB->set_field('quiz_attempts', 'sumgrades', 0.3, ['id' => $id]);
        $this->setUser($this->teacher);
        \mod_quiz\event\attempt_regraded::create([
            'objectid' => $id,
            'relateduserid' => $this->learner->id,
            'context' => \context_module::instance($this->quiz->cmid),
            'other' => ['quizid' => $this->quiz->id],
        ])->trigger();
        $envelope = $this->envelope('mod_quiz\event\attempt_regraded');
        $this->assertEquals(["quiz_attempts:$id", 30], [$envelope['object'], $envelope['data']['score']]);
    }

    public function test_a_preview_is_nobodys_points(): void {
        global $DB;
        $this->make_quiz('shortanswer');
        $id = $this->attempt([1 => 'frog']);
        $DB->set_field('quiz_attempts', 'preview', 1, ['id' => $id]);
        $this->assertSame('preview', $this->skipped()['\mod_quiz\event\attempt_submitted']);
    }

    public function test_an_attempt_that_is_gone_is_still_told_of(): void {
        $this->make_quiz('shortanswer');
        $id = $this->attempt([1 => 'frog']);
        quiz_delete_attempt($id, $this->quiz);
        $envelope = $this->envelope('mod_quiz\event\attempt_submitted');
        $this->assertSame("quiz_attempts:$id", $envelope['object']);
        $this->assertArrayNotHasKey('data', $envelope);
    }

    public function test_items_answered_too_fast_to_have_been_read(): void {
        global $DB;
        $this->make_quiz('shortanswer', 'shortanswer', 'shortanswer');
        $this->attempt([1 => 'frog', 2 => 'frog', 3 => 'frog']);
        $usual = $this->attempt([1 => 'frog', 2 => 'frog']);
        $start = time() - 1000;
        $DB->set_field('quiz_attempts', 'timestart', $start);
        $DB->set_field('quiz_attempts', 'timefinish', $start + 300);
        // An item takes 100 seconds as a rule: of this attempt the first two were answered a second apart, the third never.
        $attempt = $DB->get_record('quiz_attempts', ['id' => $usual]);
        foreach ($DB->get_records('question_attempts', ['questionusageid' => $attempt->uniqueid]) as $qa) {
            $where = 'questionattemptid = ? AND sequencenumber > 0';
            $DB->set_field_select('question_attempt_steps', 'timecreated', $start + 60 + $qa->slot, $where, [$qa->id]);
        }
        $this->assertSame(1, $this->envelopes('mod_quiz\event\attempt_submitted')[1]['data']['rapid_items']);
    }
}
