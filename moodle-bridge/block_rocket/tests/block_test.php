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

namespace block_rocket;

use local_rocket\snapshot;

/**
 * The block, as those see it who look at it.
 *
 * @package   block_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \block_rocket
 */
final class block_test extends \advanced_testcase {
    /** @var \stdClass the course it stands in */
    private \stdClass $course;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->course = $this->getDataGenerator()->create_course();
    }

    /**
     * The block's text on the course page, for the session's user.
     *
     * @return string
     */
    private function text(): string {
        global $CFG;
        require_once($CFG->libdir . '/blocklib.php');
        $context = \context_course::instance($this->course->id);
        $instance = $this->getDataGenerator()->create_block('rocket', ['parentcontextid' => $context->id]);
        $page = new \moodle_page();
        $page->set_course($this->course);
        $page->set_url('/course/view.php', ['id' => $this->course->id]);
        return block_instance('rocket', $instance, $page)->get_content()->text;
    }

    /**
     * Somebody in the course, logged in.
     *
     * @param string $role
     * @param array|null $snapshot what is known of them
     */
    private function enter(string $role, ?array $snapshot = null): void {
        $user = $this->getDataGenerator()->create_and_enrol($this->course, $role);
        $this->setUser($user);
        if ($snapshot !== null) {
            $this->getDataGenerator()->get_plugin_generator('local_rocket')->create_snapshot(['userid' => $user->id] + $snapshot);
        }
    }

    public function test_learners_see_what_they_have_and_what_they_can_have(): void {
        $this->enter('student', ['balance' => 25, 'held' => 5]);
        $text = $this->text();
        foreach (['25 points', '5 points set aside', 'Next: Silver · 175 more points', 'A coffee', 'Redeem'] as $expected) {
            $this->assertStringContainsString($expected, $text);
        }
    }

    public function test_what_others_wrote_is_shown_and_never_run(): void {
        $this->enter('student', ['balance' => 5, 'reward' => '<script>alert(1)</script> & "more"']);
        $text = $this->text();
        $this->assertStringNotContainsString('<script>', $text);
        $this->assertStringContainsString('&amp; &quot;more&quot;', $text);
    }

    public function test_teachers_who_never_earned_are_told_what_it_is_for(): void {
        $this->enter('editingteacher');
        $text = $this->text();
        $this->assertStringContainsString('Learners see their own points', $text);
        $this->assertStringContainsString('/local/rocket/award.php?courseid=' . $this->course->id, $text);
        $this->assertStringContainsString('/local/rocket/report.php?courseid=' . $this->course->id, $text);
        $this->assertStringNotContainsString('0 points', $text);
    }

    public function test_teachers_who_earned_elsewhere_see_their_points(): void {
        $this->enter('editingteacher', ['balance' => 25]);
        $this->assertStringContainsString('25 points', $this->text());
    }

    public function test_a_learner_who_is_new_is_not_taken_for_a_teacher(): void {
        $this->enter('student', ['balance' => 0]);
        $this->assertStringContainsString('0 points', $this->text());
    }

    public function test_guests_see_nothing(): void {
        $this->setGuestUser();
        $this->assertSame('', $this->text());
    }

    public function test_a_page_does_not_wait_for_what_is_known(): void {
        global $DB, $USER;
        $this->enter('student', ['balance' => 25]);
        $DB->set_field('local_rocket_snapshot', 'timefetched', time() - DAYSECS, ['userid' => $USER->id]);
        $this->assertStringContainsString('25 points', $this->text());
        $this->assertLessThan(time() - HOURSECS, snapshot::get($USER->id)->timefetched);
    }

    public function test_it_is_still_there_after_a_backup_and_a_restore(): void {
        global $CFG, $DB, $USER;
        require_once($CFG->dirroot . '/backup/util/includes/backup_includes.php');
        require_once($CFG->dirroot . '/backup/util/includes/restore_includes.php');
        $this->setAdminUser();
        $this->getDataGenerator()->create_block('rocket', [
            'parentcontextid' => \context_course::instance($this->course->id)->id,
            'pagetypepattern' => 'course-view-*',
            'configdata' => base64_encode(serialize((object)['title' => 'Stars & points'])),
        ]);
        $backup = new \backup_controller(
            \backup::TYPE_1COURSE,
            $this->course->id,
            \backup::FORMAT_MOODLE,
            \backup::INTERACTIVE_NO,
            \backup::MODE_IMPORT,
            $USER->id
        );
        $backupid = $backup->get_backupid();
        $backup->execute_plan();
        $backup->destroy();
        $courseid = \restore_dbops::create_new_course('Copy', 'COPY', $this->course->category);
        $restore = new \restore_controller(
            $backupid,
            $courseid,
            \backup::INTERACTIVE_NO,
            \backup::MODE_GENERAL,
            $USER->id,
            \backup::TARGET_NEW_COURSE
        );
        $this->assertTrue($restore->execute_precheck());
        $restore->execute_plan();
        $restore->destroy();
        $copies = $DB->get_records('block_instances', [
            'blockname' => 'rocket', 'parentcontextid' => \context_course::instance($courseid)->id,
        ]);
        $this->assertCount(1, $copies);
        $this->assertSame('Stars &amp; points', block_instance('rocket', reset($copies))->title);
    }
}
