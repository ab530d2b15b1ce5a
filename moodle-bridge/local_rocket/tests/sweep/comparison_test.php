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

namespace local_rocket\sweep;

use local_rocket\fixtures\past;
use local_rocket\outbox;
use local_rocket\prepare;
use local_rocket\state;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/../fixtures/past.php');

/**
 * The nightly sweep: finds what the outbox has not got, once, and nothing from before anybody could expect it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\sweep\comparison
 * @covers    \local_rocket\sweep\source
 * @covers    \local_rocket\sweep\scope
 * @covers    \local_rocket\sweep\intake
 * @covers    \local_rocket\task\sweep
 */
final class comparison_test extends \advanced_testcase {
    use past;

    /** @var array<string, int> one event of each kind */
    private const ONE_OF_EACH = [
            '\core\event\badge_awarded' => 1,
            '\core\event\course_completed' => 1,
            '\core\event\course_module_completion_updated' => 1,
            '\mod_assign\event\assessable_submitted' => 1,
            '\mod_forum\event\discussion_created' => 1,
            '\mod_quiz\event\attempt_submitted' => 1,
        ];

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->make_past();
        state::set('facts', ['since' => $this->then - DAYSECS]);
        set_config('sweepdays', 8, 'local_rocket');
    }

    public function test_what_was_missed_is_put_in_once(): void {
        $missed = (new comparison())->run();
        $this->assertSame(6, array_sum($missed));
        $this->assertSame(self::ONE_OF_EACH, $this->in_outbox());
        $this->assertSame(0, array_sum((new comparison())->run()));
        $this->assertSame($missed['posts'], 1);
        $this->assertSame(0, array_sum(state::get('sweep')['missed']));
    }

    public function test_what_it_puts_in_is_prepared_like_anything_else(): void {
        (new comparison())->run();
        (new prepare())->rows(outbox::lease(outbox::CAPTURED, 100));
        $envelopes = array_column($this->ready(), null, 'event');
        $this->assertCount(6, $envelopes);
        $this->assertSame(['sweep'], array_unique(array_column(array_values($envelopes), 'origin')));
        $attempt = $envelopes['\mod_quiz\event\attempt_submitted'];
        $this->assertSame(gmdate('Y-m-d\TH:i:s\Z', $this->then), $attempt['time']);
        $this->assertEquals(80, $attempt['data']['score']);
        $this->assertSame(1, $envelopes['\core\event\course_module_completion_updated']['data']['state']);
        $this->assertSame('Helpful', $envelopes['\core\event\badge_awarded']['data']['badge']);
        // Prepared, it is known under its own object too.
        $this->assertSame(0, array_sum((new comparison())->run()));
    }

    public function test_what_the_observer_saw_is_not_missed(): void {
        global $DB;
        (new comparison())->run();
        foreach ($DB->get_records('local_rocket_outbox') as $row) {
            $DB->set_field('local_rocket_outbox', 'uuid', 'seen' . $row->id, ['id' => $row->id]);
        }
        $discussion = $DB->get_field('forum_discussions', 'id', []);
        $seen = ['objecttable' => 'forum_discussions', 'objectid' => $discussion];
        $DB->update_record('local_rocket_outbox', $seen + [
            'id' => $DB->get_field('local_rocket_outbox', 'id', ['objecttable' => 'forum_posts']),
        ]);
        $this->assertSame(0, array_sum((new comparison())->run()));
        $this->assertSame(self::ONE_OF_EACH, $this->in_outbox());
    }

    public function test_completion_that_was_undone_in_bulk_is_told_and_done_again_too(): void {
        global $DB;
        (new comparison())->run();
        foreach ([0, 1] as $later => $state) {
            $time = $this->then + 60 * (1 + $later);
            $DB->set_field('course_modules_completion', 'completionstate', $state);
            $DB->set_field('course_modules_completion', 'timemodified', $time);
            $this->assertSame(1, (new comparison())->run()['completions']);
        }
        (new prepare())->rows(outbox::lease(outbox::CAPTURED, 100));
        $completions = array_filter($this->ready(), fn($one) => str_ends_with($one['event'], 'completion_updated'));
        $this->assertSame([1, 0, 1], array_column(array_column($completions, 'data'), 'state'));
    }

    public function test_a_grade_that_came_without_an_event_is_told(): void {
        global $DB;
        $DB->set_field('quiz_attempts', 'sumgrades', null);
        (new comparison())->run();
        $DB->set_field('quiz_attempts', 'sumgrades', 9);
        $DB->set_field('quiz_attempts', 'timemodified', $this->then + 600);
        $this->assertSame(['graded_attempts' => 1], array_filter((new comparison())->run()));
        $this->assertSame(0, array_sum((new comparison())->run()));
    }

    public function test_a_teams_work_is_one_row_and_an_event_for_each_member(): void {
        $members = $this->do_team_work();
        $this->assertSame(1, (new comparison())->run()['team_submissions']);
        (new prepare())->rows(outbox::lease(outbox::CAPTURED, 100));
        $shared = array_filter($this->ready(), fn($one) => isset($one['data']['group']));
        $this->assertEqualsCanonicalizing($members, array_map('intval', array_column($shared, 'user')));
        $this->assertSame(0, array_sum((new comparison())->run()));
    }

    public function test_what_was_before_pairing_or_long_ago_is_left_to_a_person(): void {
        state::set('facts', ['since' => $this->then + 1]);
        $this->assertSame(0, array_sum((new comparison())->run()));
        state::set('facts', ['since' => 1]);
        set_config('sweepdays', 1, 'local_rocket');
        global $DB;
        $DB->set_field('quiz_attempts', 'timefinish', time() - 2 * DAYSECS);
        $DB->set_field('quiz_attempts', 'timemodified', time() - 2 * DAYSECS);
        $this->assertSame(0, (new comparison())->run()['attempts']);
    }

    public function test_what_may_still_be_under_way_is_left_for_tomorrow(): void {
        global $DB;
        $DB->set_field('badge_issued', 'dateissued', time() - 5);
        $this->assertSame(0, (new comparison())->run()['badges']);
    }

    public function test_nothing_is_looked_for_before_the_site_is_paired(): void {
        global $DB;
        $DB->delete_records('local_rocket_state');
        $this->assertNull((new comparison())->run());
        $this->expectOutputRegex('/Not paired/');
        (new \local_rocket\task\sweep())->execute();
        $this->assertSame([], $this->in_outbox());
    }

    public function test_only_what_is_wanted_is_put_in(): void {
        set_config('subscriptions', json_encode(['events' => ['\core\event\badge_awarded']]), 'local_rocket');
        (new comparison())->run();
        $this->assertSame(['\core\event\badge_awarded' => 1], $this->in_outbox());
    }

    public function test_previews_drafts_and_blindly_marked_work_are_nobodys(): void {
        global $DB;
        $DB->set_field('quiz_attempts', 'preview', 1);
        $DB->set_field('assign', 'blindmarking', 1);
        $missed = (new comparison())->run();
        $this->assertSame([0, 0], [$missed['attempts'], $missed['submissions']]);
        $DB->set_field('assign', 'revealidentities', 1);
        $DB->set_field('assign_submission', 'status', 'draft');
        $this->assertSame(0, (new comparison())->run()['submissions']);
    }

    public function test_what_was_restored_from_a_backup_is_no_new_deed(): void {
        global $DB;
        $restore = $DB->insert_record('backup_controllers', [
            'backupid' => 'x', 'operation' => 'restore', 'type' => 'course', 'itemid' => $this->course->id,
            'format' => 'moodle2', 'interactive' => 0, 'purpose' => 10, 'userid' => 2, 'status' => 1000, 'execution' => 1,
            'executiontime' => 0, 'checksum' => '', 'timecreated' => $this->then + 10, 'timemodified' => $this->then + 20,
            'progress' => 1, 'controller' => '',
        ]);
        // The badge is one of the site.
        $this->assertSame(['badges' => 1], array_filter((new comparison())->run()));
        // Without anybody's work: an import.
        $DB->set_field('backup_controllers', 'purpose', 20, ['id' => $restore]);
        $this->assertSame(5, array_sum((new comparison())->run()));
    }
}
