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

namespace local_rocket\ledger;

use local_rocket\fixtures\signed_ledger;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/../fixtures/signed_ledger.php');

/**
 * A checkpoint is read as the sidecar wrote it, and counts where the right key signed it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\ledger\checkpoint
 */
final class checkpoint_test extends \basic_testcase {
    public function test_what_the_sidecar_signs(): void {
        $golden = json_decode(file_get_contents(__DIR__ . '/../fixtures/checkpoints.json'), true)['notes'];
        foreach ($golden as ['note' => $note, 'vkey' => $vkey]) {
            $checkpoint = checkpoint::read($note);
            $this->assertTrue($checkpoint->is_signed_by(checkpoint::public_key($vkey)));
            [$origin, $size, $root] = explode("\n", $note);
            $read = [$checkpoint->origin, $checkpoint->size, $checkpoint->root, $checkpoint->note];
            $this->assertSame([$origin, (int)$size, base64_decode($root), $note], $read);
        }
    }

    public function test_the_key_of_the_specification(): void {
        $vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
        $this->assertSame(32, strlen(checkpoint::public_key($vkey)));
        $changed = [str_replace('530d', '530e', $vkey), str_replace('foo', 'bar', $vkey), str_replace('Aeky', 'Beky', $vkey)];
        foreach (['', 'x', $vkey . 'A', ...$changed] as $wrong) {
            $this->assertNull(checkpoint::public_key($wrong), $wrong);
        }
    }

    public function test_only_who_signed_it_signed_it(): void {
        $ledger = signed_ledger::of(5);
        $key = fn($letter) => checkpoint::public_key($ledger->vkey($letter));
        $both = checkpoint::read($ledger->note('ab'));
        $this->assertSame([true, true, false], [$both->is_signed_by($key('a')), $both->is_signed_by($key('b')),
            $both->is_signed_by($key('c'))]);
        // A signature under one text is none under another.
        $mixed = str_replace("\n5\n", "\n6\n", $ledger->note());
        $this->assertFalse(checkpoint::read($mixed)->is_signed_by($key('a')));
    }

    public function test_a_key_signs_only_under_the_name_of_the_ledger(): void {
        $ledger = signed_ledger::of(5);
        $other = signed_ledger::of(5, 'rocket/elsewhere/00000002');
        // The right text, with a line that the same key made under another name.
        $text = explode("\n\n", $ledger->note())[0];
        $line = explode("\n\n", $other->note())[1];
        $forged = checkpoint::read("$text\n\n$line");
        $this->assertFalse($forged->is_signed_by(checkpoint::public_key($ledger->vkey())));
    }

    public function test_what_is_no_checkpoint(): void {
        $note = signed_ledger::of(5)->note();
        $wrong = ['', "\n", "\n\n", rtrim($note), str_replace("\n\n", "\n", $note), str_replace("\n5\n", "\n05\n", $note),
            str_replace("\n5\n", "\n-5\n", $note), str_replace("\n5\n", "\n99999999999999999\n", $note),
            str_replace("\n5\n", "\nfive\n", $note), str_replace("\u{2014}", '-', $note), $note . "\n", $note . "x\n",
            str_repeat('x', 5000) . $note, "\xff" . $note . "\xff\n"];
        foreach ($wrong as $text) {
            $this->assertNull(checkpoint::read($text), $text);
        }
    }
}
