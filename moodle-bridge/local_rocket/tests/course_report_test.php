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

use local_rocket\fixtures\sidecar_double;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * Who earned what in a course.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\course_report
 */
final class course_report_test extends \advanced_testcase {
    /** @var array[] the ledger */
    private array $ledger = [];

    /** @var sidecar_double */
    private sidecar_double $double;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setAdminUser();
        // Two entries a page, so that there are several.
        $this->double = new sidecar_double(function ($method, $path, $query) {
            $after = max((int)($query['since_seq'] ?? 0), (int)($query['cursor'] ?? 0));
            $found = array_values(array_filter($this->ledger, fn($entry) => $entry['seq'] > $after
                && in_array($query['user_id'] ?? $entry['user_id'], [$entry['user_id'], (int)$entry['user_id']], true)));
            $page = array_slice($found, 0, 2);
            return ['entries' => $page, 'next_cursor' => count($found) > 2 ? (string)end($page)['seq'] : null];
        });
        client::set_for_testing($this->double);
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * Writes an entry.
     *
     * @param string $userid
     * @param string $kind
     * @param int $points
     * @param int $held
     */
    private function entry(string $userid, string $kind, int $points, int $held = 0): void {
        $seq = count($this->ledger) + 1;
        $this->ledger[] = ['user_id' => $userid, 'kind' => $kind, 'points' => $points, 'held' => $held, 'seq' => $seq,
            'timestamp' => gmdate('Y-m-d\TH:i:s\Z', 1700000000 + $seq)];
    }

    public function test_adds_up_what_each_learner_earned(): void {
        $this->entry('4', 'grant', 10);
        $this->entry('5', 'hold', 0, 20);
        $this->entry('4', 'grant', 5);
        $this->entry('4', 'revocation', -10);
        $this->entry('erased', 'grant', 99);
        ['learners' => $learners, 'away' => $away] = (new course_report(7))->totals();
        $this->assertFalse($away);
        $this->assertSame([
            4 => ['points' => 5, 'held' => 0, 'last' => 1700000003],
            5 => ['points' => 0, 'held' => 20, 'last' => 1700000002],
        ], $learners);
        $this->assertSame(['7', 'reports'], [$this->double->calls[0][2]['course'], $this->double->calls[0][3]]);
    }

    public function test_a_later_look_reads_only_what_is_new(): void {
        for ($i = 0; $i < 5; $i++) {
            $this->entry('4', 'grant', 1);
        }
        (new course_report(7))->totals();
        $this->assertCount(3, $this->double->calls);
        $this->entry('4', 'grant', 1);
        $this->assertSame(6, (new course_report(7))->totals()['learners'][4]['points']);
        $this->assertCount(4, $this->double->calls);
    }

    public function test_shows_what_was_known_while_the_sidecar_is_away(): void {
        $this->entry('4', 'grant', 1);
        $known = (new course_report(7))->totals();
        client::set_for_testing(new sidecar_double(fn() => throw new away('network', 'no route')));
        $now = (new course_report(7))->totals();
        $this->assertTrue($now['away']);
        $this->assertSame([$known['learners'], $known['asof']], [$now['learners'], $now['asof']]);
        // Of another course nothing is known: that is no zero.
        $this->expectException(away::class);
        (new course_report(8))->totals();
    }

    public function test_one_learners_entries_the_newest_first(): void {
        $this->entry('4', 'grant', 1);
        $this->entry('5', 'grant', 2);
        $this->entry('4', 'grant', 3);
        $this->entry('4', 'grant', 4);
        $this->assertSame([4, 3, 1], array_column((new course_report(7))->of_learner(4), 'points'));
    }
}
