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

use local_rocket\fixtures\past;
use local_rocket\fixtures\sidecar_double;
use local_rocket\sidecar\client;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/past.php');
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * Backfill: what learners did before, by learner, once; and what it would come to, without a trace.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\backfill
 * @covers    \local_rocket\rehearsed
 */
final class backfill_test extends \advanced_testcase {
    use past;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->make_past();
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * Everything of a backfill.
     *
     * @param backfill $backfill
     * @return array<int, string[]> events by user id
     */
    private static function found(backfill $backfill): array {
        return array_map(fn($rows) => array_column($rows, 'eventname'), iterator_to_array($backfill->learners()));
    }

    public function test_a_learners_deeds_come_in_their_order(): void {
        global $DB;
        $DB->set_field('quiz_attempts', 'timefinish', $this->then - 50);
        $DB->set_field('badge_issued', 'dateissued', $this->then + 50);
        $found = self::found(new backfill($this->then - 100));
        $this->assertSame([(int)$this->learner->id], array_keys($found));
        $events = $found[$this->learner->id];
        $this->assertSame('\mod_quiz\event\attempt_submitted', $events[0]);
        $this->assertSame('\core\event\badge_awarded', end($events));
    }

    public function test_since_a_day_in_a_course_and_only_what_is_wanted(): void {
        global $DB;
        $this->assertSame([], self::found(new backfill($this->then + 1)));
        $elsewhere = $this->getDataGenerator()->create_course();
        $this->assertSame([], self::found(new backfill(0, (int)$elsewhere->id)));
        // The badge is none of this course's.
        $here = self::found(new backfill(0, (int)$this->course->id))[$this->learner->id];
        $this->assertNotContains('\core\event\badge_awarded', $here);
        set_config('subscriptions', json_encode(['events' => ['\core\event\course_completed']]), 'local_rocket');
        $this->assertSame([$this->learner->id => ['\core\event\course_completed']], self::found(new backfill(0)));
        $DB->set_field('course_completions', 'timecompleted', null);
        $this->assertSame([], self::found(new backfill(0)));
    }

    public function test_what_was_undone_is_not_paid_for(): void {
        global $DB;
        $DB->set_field('course_modules_completion', 'completionstate', COMPLETION_COMPLETE_FAIL);
        $this->assertNotContains(
            '\core\event\course_module_completion_updated',
            self::found(new backfill(0))[$this->learner->id]
        );
    }

    public function test_each_deed_is_sent_once_and_a_fact_of_it_is_no_hindrance(): void {
        facts::queue();
        foreach ([0, 1, 2] as $source) {
            facts::batch($source, 0, 10);
        }
        $backfill = new backfill(0);
        foreach ($backfill->learners() as $rows) {
            $this->assertSame(6, $backfill->send($rows));
        }
        $this->assertSame([], self::found(new backfill(0)));
        (new prepare())->rows(outbox::lease(outbox::CAPTURED, 100));
        $origins = array_count_values(array_column($this->ready(), 'origin'));
        $this->assertEquals(['facts' => 3, 'backfill' => 6], $origins);
        $ids = array_column($this->ready(), 'id');
        $this->assertSame($ids, array_unique($ids));
    }

    public function test_a_rehearsal_says_what_it_comes_to_and_leaves_no_trace(): void {
        $this->preventResetByRollback();
        $members = $this->do_team_work();
        $before = $this->in_outbox();
        $double = new sidecar_double(fn($method, $path, $sent) => [
            'results' => array_map(fn($event) => [
                'id' => $event['id'], 'status' => isset($event['object']) ? 'recorded' : 'rejected', 'points' => 10, 'held' => 1,
                'error' => ['text' => 'no object'],
            ], $sent['events']),
            'worth' => ['amount_minor' => 250, 'currency' => 'GBP'],
        ]);
        client::set_for_testing($double);
        $backfill = new backfill(0);
        $deeds = iterator_to_array($backfill->learners());
        $this->assertEqualsCanonicalizing($members, array_keys($deeds));
        $would = $backfill->rehearse($members[0], $deeds[$members[0]]);
        $worth = ['amount_minor' => 250, 'currency' => 'GBP'];
        $this->assertSame(
            ['events' => 7, 'points' => 70, 'held' => 7, 'worth' => $worth, 'problems' => ['no object']],
            $would
        );
        [, $path, $sent] = $double->calls[0];
        $this->assertSame('/api/events/simulate', $path);
        $this->assertSame([(string)$members[0]], array_unique(array_column($sent['events'], 'user')));
        // The other member's share of the team's work is theirs.
        $this->assertSame(1, $backfill->rehearse($members[1], $deeds[$members[1]])['events']);
        $this->assertSame($before, $this->in_outbox());
    }

    public function test_who_may_not_earn_comes_to_nothing_and_nobody_is_asked(): void {
        $this->preventResetByRollback();
        set_user_preference('local_rocket_optout', 1, $this->learner);
        $double = new sidecar_double(fn() => []);
        client::set_for_testing($double);
        $backfill = new backfill(0);
        foreach ($backfill->learners() as $userid => $rows) {
            $this->assertSame(0, $backfill->rehearse($userid, $rows)['events']);
        }
        $this->assertSame([], $double->calls);
    }

    public function test_money_is_added_up(): void {
        $one = ['amount_minor' => 5, 'currency' => 'EUR'];
        $this->assertSame(['amount_minor' => 10, 'currency' => 'EUR'], backfill::add_worth($one, $one));
        $this->assertSame($one, backfill::add_worth(null, $one));
        $this->assertNull(backfill::add_worth(null, null));
    }
}
