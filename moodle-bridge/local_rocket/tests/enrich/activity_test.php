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
 * Lessons, SCORM, H5P and glossaries: the latest attempt, or what was written.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\enrich\lesson
 * @covers    \local_rocket\enrich\scorm
 * @covers    \local_rocket\enrich\h5p
 * @covers    \local_rocket\enrich\glossary
 * @covers    \local_rocket\enrich\registry
 */
final class activity_test extends deeds_testcase {
    /**
     * Makes an activity.
     *
     * @param string $module
     * @return array the instance and its context
     */
    private function activity(string $module): array {
        $this->setAdminUser();
        $instance = $this->getDataGenerator()->create_module($module, ['course' => $this->course->id]);
        $this->setUser($this->learner);
        return [$instance, \context_module::instance($instance->cmid)];
    }

    public function test_a_lesson_has_its_latest_grade_and_time(): void {
        global $DB;
        [$lesson, $context] = $this->activity('lesson');
        foreach ([40, 87.5] as $grade) {
            $whose = ['lessonid' => $lesson->id, 'userid' => $this->learner->id];
            $DB->insert_record('lesson_grades', $whose + ['grade' => $grade, 'completed' => time()]);
            $DB->insert_record('lesson_timer', $whose + ['starttime' => time() - 200, 'lessontime' => time() - 80]);
        }
        \mod_lesson\event\lesson_ended::create(['objectid' => $lesson->id, 'context' => $context])->trigger();
        $data = $this->envelope('mod_lesson\event\lesson_ended')['data'];
        $this->assertEquals(['score' => 87.5, 'attempt' => 2, 'duration_seconds' => 120], $data);
    }

    public function test_h5p_has_its_latest_attempt(): void {
        global $DB;
        [$h5p, $context] = $this->activity('h5pactivity');
        foreach ([1 => 2, 2 => 9] as $attempt => $score) {
            $id = $DB->insert_record('h5pactivity_attempts', [
                'h5pactivityid' => $h5p->id, 'userid' => $this->learner->id, 'timecreated' => time(), 'timemodified' => time(),
                'attempt' => $attempt, 'rawscore' => $score, 'maxscore' => 12, 'scaled' => $score / 12, 'duration' => 33,
                'completion' => 1, 'success' => $score > 5 ? 1 : 0,
            ]);
        }
        \mod_h5pactivity\event\statement_received::create(['objectid' => $h5p->id, 'context' => $context])->trigger();
        $envelope = $this->envelope('mod_h5pactivity\event\statement_received');
        $this->assertSame("h5pactivity_attempts:$id", $envelope['object']);
        $this->assertEquals(['score' => 75, 'passed' => true, 'attempt' => 2, 'duration_seconds' => 33], $envelope['data']);
    }

    public function test_scorm_has_the_score_of_the_latest_attempt(): void {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/mod/scorm/locallib.php');
        [$scorm, $context] = $this->activity('scorm');
        $sco = $DB->get_record('scorm_scoes', ['scorm' => $scorm->id, 'scormtype' => 'sco'], '*', IGNORE_MULTIPLE);
        foreach ([1 => 10, 2 => 30] as $attempt => $raw) {
            scorm_insert_track($this->learner->id, $scorm->id, $sco->id, $attempt, 'cmi.core.score.max', 40, true);
            scorm_insert_track($this->learner->id, $scorm->id, $sco->id, $attempt, 'cmi.core.score.raw', $raw, true);
        }
        \mod_scorm\event\scoreraw_submitted::create([
            'objectid' => $sco->id, 'context' => $context,
            'other' => ['attemptid' => 2, 'cmielement' => 'cmi.core.score.raw', 'cmivalue' => 30],
        ])->trigger();
        $envelopes = $this->envelopes('mod_scorm\event\scoreraw_submitted');
        $envelope = end($envelopes);
        $this->assertStringStartsWith('scorm_attempt:', $envelope['object']);
        $this->assertEquals(['score' => 75, 'attempt' => 2], $envelope['data']);
    }

    public function test_who_approves_an_entry_is_not_its_author(): void {
        [$glossary, $context] = $this->activity('glossary');
        $entry = $this->getDataGenerator()->get_plugin_generator('mod_glossary')->create_content($glossary, [
            'concept' => 'Frog', 'definition' => '<p>A small green thing</p>', 'userid' => $this->learner->id,
        ]);
        $this->envelopes('');
        $this->setUser($this->teacher);
        \mod_glossary\event\entry_approved::create(['objectid' => $entry->id, 'context' => $context])->trigger();
        $envelope = $this->envelope('mod_glossary\event\entry_approved');
        $this->assertSame([(string)$this->learner->id, (string)$this->teacher->id], [$envelope['user'], $envelope['actor']]);
        $this->assertSame(4, $envelope['data']['words']);
    }

    public function test_what_no_family_knows_is_told_as_it_is(): void {
        $this->assertNull(registry::for('\core\event\user_loggedin'));
    }
}
