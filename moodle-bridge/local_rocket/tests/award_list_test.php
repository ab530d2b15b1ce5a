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
 * Lists of learners as teachers paste or upload them.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\award_list
 */
final class award_list_test extends \basic_testcase {
    /**
     * Reads a list among three learners.
     *
     * @param string $text
     * @return award_list
     */
    private static function read(string $text): award_list {
        $list = new award_list([
            11 => (object)['username' => 'ann', 'email' => 'ann@example.com', 'idnumber' => 'S1'],
            12 => (object)['username' => 'bob', 'email' => 'shared@example.com', 'idnumber' => ''],
            13 => (object)['username' => 'cyd', 'email' => 'shared@example.com', 'idnumber' => 'S3'],
        ]);
        $list->read($text);
        return $list;
    }

    /**
     * Lists that are all right.
     *
     * @return array
     */
    public static function good_lists(): array {
        return [
            'one a line, by whatever names them' => ["ann\nS3\n", [11, 13]],
            'capitals and space do not matter' => [" ANN@Example.com \r\ns3", [11, 13]],
            'empty lines are nothing' => ["\n\nann\n,,\n", [11]],
            'the first column counts' => ["ann,Ann,Lee\nbob,Bob,Ray", [11, 12]],
            'a header says which column it is' => ["Name;Username\nLee, Ann;ann\nRay, Bob;bob", [11, 12]],
            'with the mark that spreadsheets put first' => ["\xEF\xBB\xBFusername\nann", [11]],
            'quoted cells' => ["\"ann\",\"x\"", [11]],
            'nothing' => ['', []],
        ];
    }

    /**
     * All of them are found, and nothing is wrong.
     *
     * @dataProvider good_lists
     * @param string $text
     * @param int[] $found
     */
    public function test_finds_who_is_named(string $text, array $found): void {
        $list = self::read($text);
        $this->assertSame($found, $list->found);
        $this->assertSame([], $list->faults);
    }

    public function test_names_every_line_that_names_nobody(): void {
        $list = self::read("username,email\nann,x\nzoe,x\n,x\nshared@example.com");
        $this->assertSame([11], $list->found);
        $this->assertCount(3, $list->faults);
        $this->assertStringContainsString('Line 3', $list->faults[0]);
        $this->assertStringContainsString('zoe', $list->faults[0]);
        $this->assertStringContainsString('Line 4', $list->faults[1]);
        $this->assertStringContainsString('several', $list->faults[2]);
    }
}
