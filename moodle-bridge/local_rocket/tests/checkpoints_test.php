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
use local_rocket\fixtures\signed_ledger;
use local_rocket\ledger\alarms;
use local_rocket\ledger\checkpoint;
use local_rocket\ledger\keys;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');
require_once(__DIR__ . '/fixtures/signed_ledger.php');

/**
 * Each checkpoint continues the one before it, or people hear of it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\checkpoints
 * @covers    \local_rocket\ledger\alarms
 * @covers    \local_rocket\ledger\keys
 */
final class checkpoints_test extends \advanced_testcase {
    /** @var signed_ledger */
    private signed_ledger $ledger;

    /** @var string[] what the handshake says of keys */
    private array $named;

    /** @var sidecar_double */
    private sidecar_double $sidecar;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setAdminUser();
        $this->ledger = signed_ledger::of(10);
        $this->named = [$this->ledger->vkey()];
        $this->sidecar = new sidecar_double(fn($method, $path, $query) => $path === '/api/ledger/consistency'
            ? $this->ledger->consistency($query) : ['ledger_keys' => $this->named]);
        client::set_for_testing($this->sidecar);
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * The next answer comes in.
     *
     * @param array $changes to the answer
     * @param string $letters who signs
     */
    private function answer(array $changes = [], string $letters = 'a'): void {
        $kept = checkpoints::newest();
        checkpoints::take($kept, $changes + $this->ledger->answer($kept, $letters));
    }

    /**
     * What stands open.
     *
     * @return string[] kinds
     */
    private function open(): array {
        return array_values(array_column(alarms::open(), 'kind'));
    }

    /**
     * Answers for the only alarm.
     */
    private function acknowledge(): void {
        $this->assertCount(1, alarms::open());
        alarms::acknowledge((int)array_key_first(alarms::open()), 'we know');
    }

    public function test_keeps_each_with_what_proves_it(): void {
        global $DB;
        $this->answer();
        $this->ledger->append(7);
        $this->answer();
        $this->ledger->append(1);
        $this->answer();
        $this->answer();
        $rows = array_values($DB->get_records('local_rocket_checkpoint', null, 'id'));
        $this->assertEquals([10, 17, 18], array_column($rows, 'size'));
        $this->assertEquals([null, 10, 17], array_column($rows, 'fromsize'));
        $this->assertSame($this->ledger->note('a', 17), $rows[1]->note);
        $this->assertSame($this->ledger->proof(17), json_decode($rows[2]->proof, true));
        $this->assertSame([], $this->open());
        // Who signs was asked once.
        $this->assertSame(['/api/handshake'], array_column($this->sidecar->calls, 1));
    }

    public function test_an_entry_that_was_changed_is_found_out(): void {
        $this->answer();
        $this->ledger->entries[3] = 'forged';
        $this->ledger->append(5);
        $this->answer();
        $this->assertSame([alarms::UNPROVEN], $this->open());
        $this->assertEquals(10, checkpoints::newest()->size);
        $alarm = array_values(alarms::open())[0];
        $this->assertSame([signed_ledger::of(10)->note(), $this->ledger->note()], [$alarm->kept, $alarm->shown]);
        $this->assertStringContainsString('15 entries begin with the 10 of then', alarms::words($alarm));
    }

    public function test_a_proof_that_is_missing_or_makes_no_sense_is_none(): void {
        $this->answer();
        $this->ledger->append(5);
        foreach ([null, 'x', [], ['x'], $this->ledger->proof(9)] as $wrong) {
            $this->answer(['consistency' => $wrong]);
        }
        $this->assertSame([alarms::UNPROVEN], $this->open());
        $this->assertEquals(5, array_values(alarms::open())[0]->times);
        $this->assertEquals(10, checkpoints::newest()->size);
    }

    public function test_another_ledger_of_the_same_length(): void {
        $this->answer();
        $this->ledger->entries[9] = 'forged';
        $this->answer();
        $this->assertSame([alarms::FORKED], $this->open());
    }

    public function test_entries_that_were_taken_away(): void {
        $this->answer();
        $this->ledger = signed_ledger::of(8);
        $this->answer();
        $this->assertSame([alarms::SHRUNK], $this->open());
    }

    public function test_a_note_by_nobody_who_is_known(): void {
        $this->answer();
        $this->ledger->append(1);
        $this->answer([], 'x');
        $this->answer(['checkpoint' => 'no note']);
        $this->answer(['checkpoint' => ['neither']]);
        $this->assertSame([alarms::UNSIGNED], $this->open());
        // Whether there are new keys was asked once for it.
        $this->assertCount(2, $this->sidecar->calls);
        $this->answer();
        $this->assertEquals(11, checkpoints::newest()->size);
    }

    public function test_without_knowing_who_signs_nothing_is_believed(): void {
        $this->sidecar = new sidecar_double(fn() => throw new away('network', 'no route'));
        client::set_for_testing($this->sidecar);
        $this->answer();
        $this->assertNull(checkpoints::newest());
        $this->assertSame([], $this->open());
    }

    public function test_checkpoints_that_stop_coming(): void {
        $this->answer(['checkpoint' => null]);
        $this->assertSame([], $this->open());
        $this->answer();
        $this->answer(['checkpoint' => null]);
        $this->answer(['checkpoint' => null]);
        $this->assertSame([alarms::MISSING], $this->open());
        $this->acknowledge();
        $this->answer(['checkpoint' => null]);
        $this->assertSame([], $this->open());
        // They come again, and stop again: that is another alarm.
        $this->answer();
        $this->answer(['checkpoint' => null]);
        $this->assertSame([alarms::MISSING], $this->open());
    }

    public function test_once_somebody_has_answered_it_goes_on_from_what_was_shown(): void {
        $this->answer();
        $this->ledger->entries[3] = 'forged';
        $this->ledger->append(5);
        $this->answer();
        $this->acknowledge();
        $this->assertSame([], $this->open());
        $this->assertEquals(15, checkpoints::newest()->size);
        $this->ledger->append(2);
        $this->answer();
        $this->assertSame([], $this->open());
        $this->assertEquals(17, checkpoints::newest()->size);
        $closed = array_values(alarms::closed(5))[0];
        $this->assertSame(['we know', (string)get_admin()->id], [$closed->reason, (string)$closed->closedby]);
    }

    public function test_what_was_shown_counts_for_nothing_where_the_kept_one_went_on(): void {
        $this->answer();
        $honest = clone $this->ledger;
        $this->ledger->entries[3] = 'forged';
        $this->answer();
        $this->ledger = $honest->append(1);
        $this->answer();
        $this->acknowledge();
        $this->assertSame($honest->note(), checkpoints::newest()->note);
    }

    public function test_an_answer_needs_a_reason_and_is_given_once(): void {
        $this->answer();
        $this->ledger->entries[3] = 'forged';
        $this->answer();
        $id = (int)array_key_first(alarms::open());
        foreach (['', '  '] as $none) {
            try {
                alarms::acknowledge($id, $none);
                $this->fail();
            } catch (\moodle_exception $e) {
                $this->assertSame('alarm_noreason', $e->errorcode);
            }
        }
        alarms::acknowledge($id, 'we know');
        $this->expectExceptionMessage(get_string('alarm_known', 'local_rocket'));
        alarms::acknowledge($id, 'me too');
    }

    public function test_a_ledger_that_was_restored_is_followed_under_its_new_name(): void {
        global $DB;
        $this->answer();
        $before = $this->ledger->note();
        $this->ledger = signed_ledger::of(9, 'rocket/moodle/00000002');
        $this->answer();
        $this->assertSame([alarms::RESTORED], $this->open());
        $this->ledger->append(4);
        $this->answer();
        $this->assertSame([alarms::RESTORED], $this->open());
        $this->assertEquals(13, checkpoints::newest()->size);
        $this->assertSame($before, $DB->get_field('local_rocket_checkpoint', 'note', ['origin' => 'rocket/moodle/00000001']));
        $this->acknowledge();
        $this->assertEquals(13, checkpoints::newest()->size);
        // It has to continue what it was under that name as well.
        $this->ledger->entries[2] = 'forged';
        $this->answer();
        $this->assertSame([alarms::FORKED], $this->open());
    }

    /**
     * The words of the only alarm.
     *
     * @return string
     */
    private function words(): string {
        $this->assertCount(1, alarms::open());
        return alarms::words(array_values(alarms::open())[0]);
    }

    public function test_a_restore_is_told_from_a_ledger_that_was_rewritten(): void {
        foreach ([3, 4, 5, 6, 7, 8, 9] as $more) {
            $this->answer();
            $this->ledger->append($more);
        }
        // The backup is of the time when there were 30 entries, and kept checkpoints are over 10, 13, 17, 22, 28, 35, 43.
        $restored = signed_ledger::of(30, 'rocket/moodle/00000002');
        $this->ledger = $restored;
        $this->answer();
        $this->assertStringContainsString('first 28 entries are proven', $this->words());
        $this->assertFalse(alarms::is_serious(array_values(alarms::open())[0]));
        $asked = array_filter($this->sidecar->calls, fn($call) => $call[1] === '/api/ledger/consistency');
        $this->assertLessThanOrEqual(3, count($asked));
    }

    public function test_a_ledger_that_was_rewritten_cannot_pass_for_a_restore(): void {
        foreach ([3, 4, 5] as $more) {
            $this->answer();
            $this->ledger->append($more);
        }
        $this->ledger = signed_ledger::of(30, 'rocket/moodle/00000002');
        $this->ledger->entries[11] = 'forged';
        $this->answer();
        $this->assertStringContainsString('first 10 entries are proven', $this->words());
        $this->acknowledge();
        $this->ledger = signed_ledger::of(40, 'rocket/moodle/00000003');
        $this->ledger->entries[0] = 'forged';
        $this->answer();
        $this->assertStringContainsString('Nothing proves', $this->words());
        $this->assertTrue(alarms::is_serious(array_values(alarms::open())[0]));
    }

    public function test_a_restored_ledger_that_cannot_be_asked_is_told_all_the_same(): void {
        $this->answer();
        $this->ledger = signed_ledger::of(12, 'rocket/moodle/00000002');
        client::set_for_testing(new sidecar_double(fn() => throw new away('network', 'no route')));
        $this->answer();
        $this->assertStringNotContainsString('prove', $this->words());
    }

    public function test_a_name_that_is_known_goes_on_from_what_is_kept_of_it(): void {
        $this->answer();
        $first = $this->ledger;
        $this->ledger = signed_ledger::of(9, 'rocket/moodle/00000002');
        $this->answer();
        // The copy that was restored by mistake is gone again, and what was before is back.
        $this->ledger = $first->append(3);
        $this->answer();
        $this->assertEquals(10, checkpoints::newest()->size);
        $this->answer();
        $this->assertEquals(13, checkpoints::newest()->size);
        $this->assertSame([alarms::RESTORED], $this->open());
    }

    public function test_a_new_key_is_believed_where_the_old_one_vouches_for_it(): void {
        $this->answer();
        $this->named = [$this->ledger->vkey('b'), $this->ledger->vkey('a')];
        keys::ask();
        $this->assertSame([$this->ledger->vkey('a')], keys::pinned());
        $this->ledger->append(1);
        $this->answer([], 'ba');
        $this->assertSame($this->named, keys::pinned());
        // Later the new one signs alone.
        $this->named = [$this->ledger->vkey('b')];
        keys::ask();
        $this->ledger->append(1);
        $this->answer([], 'b');
        $this->assertSame([], $this->open());
        $this->assertSame([12, [$this->ledger->vkey('b')]], [(int)checkpoints::newest()->size, keys::pinned()]);
    }

    public function test_a_new_key_is_believed_too_where_the_kept_checkpoint_bears_both(): void {
        $this->answer([], 'ba');
        $this->named = [$this->ledger->vkey('b')];
        keys::ask();
        $this->assertSame($this->named, keys::pinned());
        $this->assertSame([], $this->open());
    }

    public function test_a_key_for_which_nobody_vouches_is_an_alarm(): void {
        $this->answer();
        $this->named = [$this->ledger->vkey('x')];
        $this->ledger->append(1);
        $this->answer([], 'x');
        $this->answer([], 'x');
        $this->assertSame([alarms::KEYS], $this->open());
        $this->assertEquals([$this->ledger->vkey('a'), 10], [keys::pinned()[0], checkpoints::newest()->size]);
        // Once somebody has compared it, it has to continue what was kept all the same.
        $this->acknowledge();
        $this->assertSame([$this->ledger->vkey('x')], keys::pinned());
        $this->answer([], 'x');
        $this->assertSame([[], 11], [$this->open(), (int)checkpoints::newest()->size]);
    }

    public function test_a_key_that_is_believed_no_more_does_not_come_back_by_itself(): void {
        $this->answer();
        keys::hear([$this->ledger->vkey('x')]);
        $this->acknowledge();
        // What is kept is signed by the one before only.
        keys::hear([$this->ledger->vkey('a')]);
        $this->assertSame([[alarms::KEYS], [$this->ledger->vkey('x')]], [$this->open(), keys::pinned()]);
    }

    public function test_what_is_no_key_is_passed_over(): void {
        $this->answer();
        foreach ([null, 'x', [], ['x', 7, null]] as $nonsense) {
            keys::hear($nonsense);
        }
        $this->assertSame([[$this->ledger->vkey()], []], [keys::pinned(), $this->open()]);
    }

    public function test_a_key_that_was_lost_comes_with_another_name(): void {
        $this->answer();
        $this->ledger = signed_ledger::of(12, 'rocket/moodle/00000002');
        $this->named = [$this->ledger->vkey('b')];
        $this->answer([], 'b');
        $this->assertSame([alarms::KEYS], $this->open());
        $this->acknowledge();
        $this->ledger->append(1);
        $this->answer([], 'b');
        $this->assertSame([[], 13], [$this->open(), (int)checkpoints::newest()->size]);
    }

    public function test_two_who_send_at_once_are_no_alarm(): void {
        $this->answer();
        $kept = checkpoints::newest();
        $this->ledger->append(2);
        $early = $this->ledger->answer($kept);
        $this->ledger->append(3);
        checkpoints::take($kept, $this->ledger->answer($kept));
        checkpoints::take($kept, $early);
        $this->assertSame([[], 15], [$this->open(), (int)checkpoints::newest()->size]);
    }

    public function test_of_old_ones_the_last_of_each_day_stays(): void {
        global $DB;
        $this->answer();
        foreach ([1, 2, 3, 4] as $more) {
            $this->ledger->append($more);
            $this->answer();
        }
        $noon = strtotime('2026-03-01T12:00:00Z');
        $sizes = $DB->get_records_menu('local_rocket_checkpoint', [], 'id', 'id, size');
        foreach (array_keys($sizes) as $place => $id) {
            $time = [$noon, $noon + 60, $noon + DAYSECS, $noon + DAYSECS + 60, time()][$place];
            $DB->set_field('local_rocket_checkpoint', 'timecreated', $time, ['id' => $id]);
        }
        checkpoints::cleanup();
        $left = $DB->get_fieldset_select('local_rocket_checkpoint', 'size', '1 = 1 ORDER BY id', []);
        $this->assertEquals([11, 16, 20], $left);
    }
}
