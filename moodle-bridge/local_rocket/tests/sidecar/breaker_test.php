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

namespace local_rocket\sidecar;

use local_rocket\state;

/**
 * The breaker: nobody waits for a sidecar that is known to be away, and one caller at a time tries.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\sidecar\breaker
 * @covers    \local_rocket\state
 */
final class breaker_test extends \advanced_testcase {
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
    }

    /**
     * Whether a call would be let through.
     *
     * @return bool
     */
    private static function admits(): bool {
        try {
            breaker::admit(1.0);
            return true;
        } catch (away $e) {
            return false;
        }
    }

    public function test_one_failure_may_be_chance_two_are_not(): void {
        $this->assertTrue(self::admits());
        breaker::failed('no answer');
        $this->assertTrue(self::admits());
        breaker::failed('no answer');
        $this->assertFalse(self::admits());
        $this->assertTrue(breaker::is_open());
    }

    public function test_after_the_wait_one_caller_tries_for_all(): void {
        breaker::failed('no answer');
        breaker::failed('no answer');
        state::set('breaker', ['until' => time() - 1] + state::get('breaker'));
        $this->assertTrue(self::admits());
        $this->assertFalse(self::admits());
        breaker::succeeded();
        $this->assertTrue(self::admits());
        $this->assertFalse(breaker::is_open());
    }

    public function test_it_waits_longer_each_time_and_never_more_than_six_minutes(): void {
        $waits = [];
        for ($i = 0; $i < 12; $i++) {
            breaker::failed('no answer');
            $waits[] = breaker::status()['until'] - time();
        }
        $this->assertGreaterThanOrEqual(10, $waits[1]);
        $this->assertLessThanOrEqual(12, $waits[1]);
        $this->assertGreaterThan($waits[1], $waits[3]);
        $this->assertLessThanOrEqual(360, max($waits));
    }

    public function test_the_sidecar_may_say_itself_when_to_come_again(): void {
        breaker::failed('busy', 77);
        breaker::failed('busy', 77);
        $this->assertEqualsWithDelta(77, breaker::status()['until'] - time(), 1);
    }

    public function test_only_one_of_two_who_read_the_same_value_replaces_it(): void {
        state::set('x', ['n' => 1]);
        $read = state::get('x');
        $this->assertTrue(state::replace('x', $read, ['n' => 2]));
        $this->assertFalse(state::replace('x', $read, ['n' => 3]));
        $this->assertSame(2, state::get('x')['n']);
    }
}
