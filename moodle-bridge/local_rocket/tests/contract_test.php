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

use local_rocket\sidecar\credentials;
use local_rocket\sidecar\token;

/**
 * The golden file that the sidecar's tests accept: inside Moodle the same bytes are made.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\learningevent
 * @covers    \local_rocket\sidecar\token
 * @covers    \local_rocket\sidecar\credentials
 * @covers    \local_rocket\screen
 */
final class contract_test extends \basic_testcase {
    /**
     * The golden file.
     *
     * @return array
     */
    private static function golden(): array {
        return json_decode(file_get_contents(__DIR__ . '/fixtures/contract.json'), true);
    }

    public function test_envelopes(): void {
        foreach (self::golden()['envelopes'] as ['given' => $given, 'made' => $made]) {
            $event = new learningevent($given['id'], $given['event'], $given['time'], $given['user']);
            foreach (array_diff_key($given, array_flip(['id', 'event', 'time', 'user'])) as $property => $value) {
                $event->$property = $value;
            }
            $this->assertSame($made, $event->to_json());
        }
    }

    public function test_signatures(): void {
        foreach (self::golden()['tokens'] as ['given' => $given, 'made' => $made]) {
            $credentials = credentials::from_text($given['secret'], $given['source']);
            $this->assertSame(
                $made,
                token::sign($credentials, $given['scope'], $given['sub'], $given['now'], $given['call'])
            );
            $this->assertSame($given['secret'], $credentials->to_text());
        }
    }

    public function test_ids_of_what_is_found(): void {
        foreach (self::golden()['ids'] as ['given' => $given, 'made' => $made]) {
            $this->assertSame($made, learningevent::id_of(...$given));
        }
    }

    public function test_keys_of_patterns(): void {
        foreach (self::golden()['patterns'] as ['given' => $given, 'made' => $made]) {
            $this->assertSame($made, screen::key($given));
        }
    }

    public function test_a_secret_that_is_none_is_none(): void {
        foreach (['', 'kid', 'kid:', ':secret'] as $text) {
            $this->assertNull(credentials::from_text($text, 'moodle'));
        }
        $this->assertNull(credentials::from_text('kid:secret', ''));
    }
}
