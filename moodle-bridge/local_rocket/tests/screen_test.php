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

/**
 * What the institution has looked for: found where it is, not found where it is not, and named as the sidecar knows it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\screen
 */
final class screen_test extends \advanced_testcase {
    /** @var \stdClass */
    private \stdClass $course;

    /** @var \stdClass */
    private \stdClass $learner;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->course = $this->getDataGenerator()->create_course();
        $this->learner = $this->getDataGenerator()->create_and_enrol($this->course, 'student');
    }

    /**
     * Has the institution look for something.
     *
     * @param array $screen
     */
    private function look_for(array $screen): void {
        set_config('subscriptions', json_encode(['events' => [], 'screen' => $screen]), 'local_rocket');
    }

    /**
     * What is found of the learner.
     *
     * @param string|null $ip
     * @return string[]
     */
    private function found(?string $ip = null): array {
        return screen::of_person((int)$this->learner->id, (int)$this->course->id, $ip);
    }

    public function test_nothing_is_found_where_nothing_is_looked_for(): void {
        $this->assertSame([], $this->found('192.0.2.7'));
        $this->assertSame([], screen::of_text('lorem ipsum'));
    }

    public function test_members_of_a_cohort(): void {
        global $CFG;
        require_once($CFG->dirroot . '/cohort/lib.php');
        $cohort = $this->getDataGenerator()->create_cohort(['idnumber' => 'first years']);
        $this->getDataGenerator()->create_cohort(['idnumber' => 'staff']);
        $this->look_for(['cohorts' => ['first years', 'staff']]);
        $this->assertSame([], $this->found());
        cohort_add_member($cohort->id, $this->learner->id);
        $this->assertSame(['cohort:first years'], $this->found());
        $this->look_for(['cohorts' => ['staff']]);
        $this->assertSame([], $this->found());
    }

    public function test_holders_of_a_role_in_the_course(): void {
        $this->look_for(['roles' => ['student', 'teacher']]);
        $this->assertSame(['role:student'], $this->found());
        $this->look_for(['roles' => ['teacher']]);
        $this->assertSame([], $this->found());
    }

    public function test_addresses_in_a_range(): void {
        $this->look_for(['address_ranges' => ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7']]);
        $this->assertSame(['address:192.0.2.0/24'], $this->found('192.0.2.7'));
        $this->assertSame(['address:2001:db8::/32'], $this->found('2001:db8::1'));
        $this->assertSame(['address:198.51.100.7'], $this->found('198.51.100.7'));
        $this->assertSame([], $this->found('203.0.113.1'));
        $this->assertSame([], $this->found(null));
    }

    /**
     * Patterns, texts, and whether the one says the other.
     *
     * @return array
     */
    public static function patterns(): array {
        return [
            'within' => ['*lorem ipsum*', 'well, lorem ipsum dolor', true],
            'the whole' => ['*lorem ipsum*', 'lorem ipsum', true],
            'not there' => ['*lorem ipsum*', 'lorem dolor', false],
            'other case' => ['*LOREM*', 'lorem', true],
            'exactly' => ['ok', 'ok', true],
            'more than that' => ['ok', 'ok then', false],
            'the beginning' => ['as an ai*', 'as an ai, i cannot', true],
            'not the beginning' => ['as an ai*', 'they said: as an ai', false],
            'the end' => ['*thanks', 'many thanks', true],
            'in order' => ['*one*two*', 'one and two', true],
            'not in order' => ['*one*two*', 'two and one', false],
            'no letter counts twice' => ['ab*ba', 'aba', false],
            'what an expression would take otherwise' => ['*a.c*', 'abc', false],
            'another writing system' => ['*ПРИВЕТ*', 'ну привет', true],
        ];
    }

    /**
     * A pattern is found in a text, or not.
     *
     * @dataProvider patterns
     * @param string $pattern
     * @param string $text
     * @param bool $fits
     */
    public function test_patterns(string $pattern, string $text, bool $fits): void {
        $this->look_for(['patterns' => ['*never*', $pattern]]);
        $this->assertSame($fits ? ['pattern:' . screen::key($pattern)] : [], screen::of_text($text));
    }

    public function test_the_key_of_a_pattern_is_the_same_wherever_it_stands(): void {
        $this->look_for(['patterns' => ['*lorem ipsum*', '*x*']]);
        $first = screen::of_text('lorem ipsum');
        $this->look_for(['patterns' => ['*x*', '*y*', '*lorem ipsum*']]);
        $this->assertSame($first, screen::of_text('lorem ipsum'));
        $this->assertSame(['pattern:d12a5b3a'], $first);
    }

    public function test_a_text_cannot_hide_what_is_in_it_by_its_length(): void {
        $this->look_for(['patterns' => ['*a*a*a*a*a*b*']]);
        $this->assertSame([], screen::of_text(str_repeat('a', 50000)));
        $this->assertCount(1, screen::of_text(str_repeat('a', 50000) . 'b'));
    }

    public function test_an_envelope_says_all_that_was_found_and_no_half_of_a_name(): void {
        $event = new learningevent('1', '\core\event\course_viewed', 1700000000, '42');
        screen::add($event, []);
        $this->assertArrayNotHasKey('screen', $event->data);
        screen::add($event, ['cohort:first years', 'role:student']);
        screen::add($event, ['pattern:d12a5b3a']);
        $this->assertSame('cohort:first years role:student pattern:d12a5b3a', $event->data['screen']);
        screen::add($event, ['cohort:' . str_repeat('x', 300), 'role:teacher']);
        $this->assertSame('cohort:first years role:student pattern:d12a5b3a role:teacher', $event->data['screen']);
    }
}
