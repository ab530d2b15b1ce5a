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

use local_rocket\learningevent;
use local_rocket\ledger\alarms;
use local_rocket\outbox;
use local_rocket\state;

/**
 * People in charge hear of trouble once.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\admin\alert
 * @covers    \local_rocket\admin\queue
 */
final class alert_test extends \advanced_testcase {
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        outbox::add_ready(new learningevent('a', '\core\event\course_completed', time() - 10, '42'));
        state::set('sender', ['time' => time(), 'sent' => 0, 'stopped' => null]);
    }

    /**
     * What people are told now.
     *
     * @return string[]
     */
    private function told(): array {
        $sink = $this->redirectMessages();
        alert::raise();
        $messages = $sink->get_messages_by_component('local_rocket');
        $sink->close();
        return array_values(array_column($messages, 'subject'));
    }

    /**
     * Some time goes by.
     *
     * @param int $seconds
     */
    private function later(int $seconds): void {
        $known = state::get('alerts');
        $known['deadtold'] = max(0, $known['deadtold'] - $seconds);
        $known['stuck'] = $known['stuck'] === null ? null : $known['stuck'] - $seconds;
        state::set('alerts', $known);
    }

    public function test_nothing_to_tell(): void {
        $this->assertSame([], $this->told());
    }

    public function test_tells_of_dead_events_once(): void {
        global $DB;
        outbox::dead((int)$DB->get_field('local_rocket_outbox', 'id', ['uuid' => 'a']), 'no such event');
        $this->assertSame([get_string('alert_dead', 'local_rocket', 1)], $this->told());
        $this->assertSame([], $this->told());
        $this->later(2 * DAYSECS);
        $this->assertSame([], $this->told());
    }

    public function test_tells_once_that_nothing_was_sent_for_an_hour(): void {
        state::set('sender', ['time' => time(), 'sent' => 0, 'stopped' => 'It is away.']);
        $this->assertSame([], $this->told());
        $this->later(HOURSECS);
        $told = get_string('alert_stuck', 'local_rocket', ['count' => 1, 'why' => 'It is away.']);
        $this->assertSame([$told], $this->told());
        $this->assertSame([], $this->told());
        // It works again, and then no more: that is another hour.
        state::set('sender', ['time' => time(), 'sent' => 1, 'stopped' => null]);
        $this->assertSame([], $this->told());
        state::set('sender', ['time' => time(), 'sent' => 0, 'stopped' => 'It is away.']);
        $this->assertSame([], $this->told());
        $this->later(HOURSECS);
        $this->assertSame([$told], $this->told());
    }

    public function test_tells_once_that_the_ledger_is_not_what_it_was(): void {
        alarms::raise(alarms::MISSING, null, null);
        alarms::raise(alarms::MISSING, null, null);
        $told = $this->told();
        $this->assertCount(1, $told);
        $this->assertStringContainsString('gives no checkpoints any more', $told[0]);
        $this->assertSame([], $this->told());
        alarms::raise(alarms::UNSIGNED, null, 'x');
        $this->assertCount(1, $this->told());
    }

    public function test_says_nothing_while_paused(): void {
        state::set('sender', ['time' => time() - DAYSECS, 'sent' => 0, 'stopped' => null]);
        $this->told();
        $this->later(HOURSECS);
        set_config('paused', 1, 'local_rocket');
        $this->assertSame([], $this->told());
    }
}
