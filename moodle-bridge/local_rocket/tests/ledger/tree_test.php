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
 * Nothing but a continuation passes for one.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\ledger\tree
 */
final class tree_test extends \basic_testcase {
    /**
     * Whether a proof is one.
     *
     * @param array $proof from, fromroot, size, root, proof
     * @return bool
     */
    private static function proves(array $proof): bool {
        ['from' => $from, 'fromroot' => $before, 'size' => $size, 'root' => $after, 'proof' => $hashes] = $proof;
        return tree::proves_consistency($from, $before, $size, $after, tree::hashes($hashes));
    }

    /**
     * A proof between two sizes of the same ledger.
     *
     * @param int $from
     * @param int $size
     * @return array
     */
    private static function between(int $from, int $size): array {
        $ledger = signed_ledger::of($size);
        return ['from' => $from, 'fromroot' => $ledger->root($from), 'size' => $size, 'root' => $ledger->root(),
            'proof' => $ledger->proof($from)];
    }

    public function test_what_the_sidecar_proves(): void {
        $golden = json_decode(file_get_contents(__DIR__ . '/../fixtures/checkpoints.json'), true)['proofs'];
        foreach ($golden as $proof) {
            $roots = ['fromroot' => base64_decode($proof['fromroot']), 'root' => base64_decode($proof['root'])];
            $this->assertTrue(self::proves($roots + $proof), "{$proof['from']} to {$proof['size']}");
        }
    }

    public function test_what_rfc_6962_proves(): void {
        for ($size = 1; $size <= 33; $size++) {
            for ($from = 1; $from <= $size; $from++) {
                $this->assertTrue(self::proves(self::between($from, $size)), "$from to $size");
            }
        }
    }

    public function test_nothing_else_is_proven(): void {
        for ($size = 2; $size <= 17; $size++) {
            for ($from = 1; $from < $size; $from++) {
                $right = self::between($from, $size);
                $wrong = [
                    'other before' => ['fromroot' => str_repeat("\x00", 32)] + $right,
                    'other after' => ['root' => str_repeat("\x00", 32)] + $right,
                    'one hash less' => ['proof' => array_slice($right['proof'], 1)] + $right,
                    'one hash more' => ['proof' => [...$right['proof'], base64_encode($right['root'])]] + $right,
                    'none' => ['proof' => []] + $right,
                    'shorter' => ['size' => $from - 1] + $right,
                    'the same size' => ['size' => $from] + $right,
                ];
                foreach ($right['proof'] as $place => $hash) {
                    $changed = base64_decode($hash);
                    $changed[$place] = chr(ord($changed[$place]) ^ 1);
                    $wrong["hash $place"] = ['proof' => [$place => base64_encode($changed)] + $right['proof']] + $right;
                    ksort($wrong["hash $place"]['proof']);
                }
                foreach ($wrong as $what => $proof) {
                    $this->assertFalse(self::proves($proof), "$from to $size: $what");
                }
            }
        }
    }

    public function test_a_ledger_that_was_rewritten_is_not_proven(): void {
        $honest = signed_ledger::of(40);
        $rewritten = signed_ledger::of(60);
        $rewritten->entries[12] = 'forged';
        foreach ([20, 32, 40] as $from) {
            $this->assertFalse(self::proves(['from' => $from, 'fromroot' => $honest->root($from), 'size' => 60,
                'root' => $rewritten->root(), 'proof' => $rewritten->proof($from)]));
        }
    }

    public function test_hashes_are_of_the_right_length_and_form(): void {
        $hash = base64_encode(str_repeat('x', 32));
        $this->assertSame([str_repeat('x', 32)], tree::hashes([$hash]));
        $this->assertSame([], tree::hashes([]));
        foreach ([null, 'x', 7, [7], [null], ['x'], [base64_encode('short')], ['a' => $hash], [$hash, '!' . $hash]] as $wrong) {
            $this->assertNull(tree::hashes($wrong));
        }
    }
}
