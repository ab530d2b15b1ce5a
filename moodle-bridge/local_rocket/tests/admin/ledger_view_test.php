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

namespace local_rocket\admin;

use local_rocket\check\ledger;
use local_rocket\checkpoints;
use local_rocket\fixtures\sidecar_double;
use local_rocket\fixtures\signed_ledger;
use local_rocket\ledger\alarms;
use local_rocket\ledger\keys;
use local_rocket\resending;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->dirroot . '/local/rocket/lib.php');
require_once(__DIR__ . '/../fixtures/sidecar_double.php');
require_once(__DIR__ . '/../fixtures/signed_ledger.php');

/**
 * What is found against the ledger is seen, with what it was found by, until somebody answers for it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\admin\ledger_view
 * @covers    \local_rocket\admin\act
 * @covers    \local_rocket\check\ledger
 */
final class ledger_view_test extends \advanced_testcase {
    /** @var signed_ledger */
    private signed_ledger $ledger;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setAdminUser();
        client::set_for_testing(new sidecar_double(fn() => throw new away('network', 'gone')));
        $this->ledger = signed_ledger::of(40);
        keys::hear([$this->ledger->vkey()]);
        $this->answer();
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * The next checkpoint comes in.
     *
     * @param string $letters who signs it
     */
    private function answer(string $letters = 'a'): void {
        $kept = checkpoints::newest();
        checkpoints::take($kept, $this->ledger->answer($kept, $letters));
    }

    /**
     * The status page.
     *
     * @return string
     */
    private function page(): string {
        global $PAGE;
        $PAGE->set_url('/local/rocket/status.php');
        return $PAGE->get_renderer('core')->render_from_template('local_rocket/admin_status', status_view::shown());
    }

    public function test_where_all_is_well_the_newest_checkpoint_is_shown(): void {
        $page = $this->page();
        $this->assertStringContainsString($this->ledger->note(), html_entity_decode($page));
        $this->assertStringContainsString($this->ledger->vkey(), html_entity_decode($page));
        $this->assertStringNotContainsString('data-region="alarm"', $page);
        $this->assertSame(['checkpoint-40.txt', $this->ledger->note()], ledger_view::file(0, 'newest'));
        $result = (new ledger())->get_result();
        $this->assertSame('ok', $result->get_status());
        $this->assertStringContainsString('40', $result->get_summary());
    }

    public function test_an_alarm_shows_both_notes_and_what_to_do(): void {
        $kept = $this->ledger->note();
        $this->ledger->entries[3] = 'forged';
        $this->ledger->append(1);
        $this->answer();
        $this->answer();
        $page = html_entity_decode($this->page());
        $id = (int)array_key_first(alarms::open());
        foreach ([$kept, $this->ledger->note(), 'Found 2 times', "ledger verify --against alarm-$id-kept.txt"] as $part) {
            $this->assertStringContainsString($part, $page);
        }
        $this->assertSame(["alarm-$id-kept.txt", $kept], ledger_view::file($id, 'kept'));
        $this->assertSame(["alarm-$id-shown.txt", $this->ledger->note()], ledger_view::file($id, 'shown'));
        $result = (new ledger())->get_result();
        $this->assertSame('critical', $result->get_status());
        $this->assertStringContainsString('nothing proves', $result->get_details());
        $this->assertContains('critical', array_map(
            fn($check) => $check->get_result()->get_status(),
            local_rocket_security_checks()
        ));
    }

    public function test_only_the_notes_of_an_alarm_can_be_downloaded(): void {
        $this->ledger->entries[3] = 'forged';
        $this->answer();
        $this->expectException(\moodle_exception::class);
        ledger_view::file((int)array_key_first(alarms::open()), 'reason');
    }

    public function test_it_is_shown_until_somebody_answers_for_it_and_who_did_afterwards(): void {
        $this->ledger->entries[3] = 'forged';
        $this->answer();
        $ids = array_keys(alarms::open());
        $said = act::perform('acknowledge', ['ids' => $ids, 'reason' => 'a <b>drill</b>', 'since' => '']);
        $this->assertSame(get_string('alarm_acknowledged', 'local_rocket'), $said);
        $page = $this->page();
        $this->assertStringNotContainsString('data-region="alarm"', $page);
        $this->assertStringContainsString('a &lt;b&gt;drill&lt;/b&gt;', $page);
        $this->assertStringContainsString('Admin User', $page);
        $this->assertSame('ok', (new ledger())->get_result()->get_status());
    }

    public function test_a_restored_ledger_is_a_warning(): void {
        $this->ledger = signed_ledger::of(35, 'rocket/moodle/00000002');
        $this->answer();
        $this->assertSame('warning', (new ledger())->get_result()->get_status());
        $this->assertStringContainsString('rocket/moodle/00000002 with 35 entries', $this->page());
    }

    public function test_new_keys_are_shown_to_be_compared(): void {
        keys::hear([$this->ledger->vkey('x')]);
        $this->assertStringContainsString($this->ledger->vkey('x'), html_entity_decode($this->page()));
    }

    public function test_every_kind_of_alarm_has_its_words(): void {
        foreach ((new \ReflectionClass(alarms::class))->getConstants(\ReflectionClassConstant::IS_PUBLIC) as $kind) {
            foreach (["alarm_$kind", "alarm_{$kind}_help"] as $string) {
                $this->assertTrue(get_string_manager()->string_exists($string, 'local_rocket'), $string);
            }
        }
    }

    public function test_what_a_restored_sidecar_asked_for_is_shown(): void {
        $this->assertStringNotContainsString('data-region="resending"', $this->page());
        resending::hear(['id' => 'w1', 'since' => '2026-01-01T00:00:00.000Z']);
        $page = $this->page();
        $this->assertStringContainsString(get_string('resending_events', 'local_rocket', ['events' => 0]), $page);
        $this->assertStringContainsString(s(get_string('resending_incomplete', 'local_rocket')), $page);
    }
}
