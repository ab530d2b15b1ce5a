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

namespace local_rocket\privacy;

use core_privacy\local\metadata\collection;
use core_privacy\local\metadata\types\external_location;
use local_rocket\learningevent;

/**
 * All that is kept of people, and all that is sent, is said.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\privacy\metadata
 */
final class metadata_test extends \advanced_testcase {
    public function test_says_all_that_is_kept_and_sent(): void {
        global $DB;
        $collection = provider::get_metadata(new collection('local_rocket'));
        $said = [];
        foreach ($collection->get_collection() as $item) {
            $said[$item->get_name()] = $item;
            $strings = array_merge([$item->get_summary()], array_values($item->get_privacy_fields() ?: []));
            foreach ($strings as $string) {
                $this->assertTrue(get_string_manager()->string_exists($string, 'local_rocket'), $string);
            }
        }
        // Every table in which a person stands, and every preference.
        foreach ($DB->get_tables() as $table) {
            $columns = str_starts_with($table, 'local_rocket_') ? $DB->get_columns($table) : [];
            if (isset($columns['userid'])) {
                $fields = array_keys($said[$table]->get_privacy_fields());
                $this->assertSame([], array_diff($fields, array_keys($columns)), $table);
            }
        }
        $this->assertArrayHasKey('local_rocket_goal', $said);
        $this->assertArrayHasKey('local_rocket_optout', $said);
        $this->assertInstanceOf(external_location::class, $said['sidecar']);
    }

    public function test_says_every_field_of_an_event(): void {
        $event = new learningevent('1', 'x', 1, '42');
        foreach (['actor', 'course', 'courseidnumber', 'activity', 'object', 'origin'] as $member) {
            $event->$member = '7';
        }
        $this->assertSame([], array_diff(array_keys($event->to_array()), metadata::SENT));
    }
}
