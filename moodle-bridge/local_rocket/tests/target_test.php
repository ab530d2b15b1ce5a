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
 * What a requirement wants completed has a name that learners know.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\target
 */
final class target_test extends \advanced_testcase {
    public function test_courses_and_activities_have_their_names(): void {
        $this->resetAfterTest();
        $generator = $this->getDataGenerator();
        $course = $generator->create_course(['fullname' => 'R & D', 'idnumber' => 'RD-1']);
        $quiz = $generator->create_module('quiz', ['course' => $course->id, 'name' => 'Quiz 1']);
        $hidden = $generator->create_module('quiz', ['course' => $course->id, 'name' => 'Secret', 'visible' => 0]);
        $this->setUser($generator->create_and_enrol($course));
        $this->assertSame('R & D', target::name("course:$course->id"));
        $this->assertSame('R & D', target::name('RD-1'));
        $this->assertSame('Quiz 1', target::name("activity:quiz:$quiz->cmid"));
        $this->assertSame('a hidden activity in R & D', target::name("activity:quiz:$hidden->cmid"));
    }

    public function test_what_is_gone_is_called_as_the_rule_calls_it(): void {
        $this->resetAfterTest();
        foreach (['course:987654', 'activity:quiz:987654', 'NO-SUCH-COURSE'] as $target) {
            $this->assertSame($target, target::name($target));
        }
    }

    public function test_names_are_found_however_deep_they_are(): void {
        $this->resetAfterTest();
        $course = $this->getDataGenerator()->create_course(['fullname' => 'Chemistry']);
        $rate = ['code' => 'needs_completion_rate', 'params' => ['course' => "course:$course->id", 'at_least' => 80, 'rate' => 5]];
        $tier = ['code' => 'needs_tier', 'params' => ['title' => 'Gold', 'missing' => [$rate]]];
        $this->assertSame('Reach the tier Gold: complete 80 % of Chemistry (now 5 %)', reasons::text(target::named_in([$tier])[0]));
    }
}
