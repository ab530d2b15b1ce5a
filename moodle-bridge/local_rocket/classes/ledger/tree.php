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

/**
 * What proves that the ledger was only added to: the Merkle tree of RFC 6962, as far as who checks it needs it.
 *
 * Calls nothing of Moodle, so that it can be tried without one.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class tree {
    /** @var int bytes of a hash */
    public const HASH = 32;

    /**
     * The hash over two others.
     *
     * @param string $left 32 bytes
     * @param string $right 32 bytes
     * @return string 32 bytes
     */
    public static function node(string $left, string $right): string {
        return hash('sha256', "\x01" . $left . $right, true);
    }

    /**
     * Whether a proof shows that one tree begins with another: RFC 9162, section 2.1.4.2.
     *
     * @param int $from leaves of the earlier tree
     * @param string $fromroot its root
     * @param int $size leaves of the later one
     * @param string $root its root
     * @param string[] $proof hashes of 32 bytes
     * @return bool
     */
    public static function proves_consistency(int $from, string $fromroot, int $size, string $root, array $proof): bool {
        if ($from < 1 || $from > $size) {
            return false;
        }
        if ($from === $size) {
            return $proof === [] && $fromroot === $root;
        }
        // A full tree is itself the first step.
        if (($from & ($from - 1)) === 0) {
            array_unshift($proof, $fromroot);
        }
        if ($proof === []) {
            return false;
        }
        [$place, $last] = [$from - 1, $size - 1];
        while ($place & 1) {
            [$place, $last] = [$place >> 1, $last >> 1];
        }
        $before = $after = array_shift($proof);
        foreach ($proof as $step) {
            if ($last === 0) {
                return false;
            }
            if ($place & 1 || $place === $last) {
                [$before, $after] = [self::node($step, $before), self::node($step, $after)];
                while (!($place & 1) && $place !== 0) {
                    [$place, $last] = [$place >> 1, $last >> 1];
                }
            } else {
                $after = self::node($after, $step);
            }
            [$place, $last] = [$place >> 1, $last >> 1];
        }
        return $last === 0 && $before === $fromroot && $after === $root;
    }

    /**
     * Hashes as they come over the wire.
     *
     * @param mixed $sent a list of base64 texts
     * @return string[]|null null: it is none
     */
    public static function hashes(mixed $sent): ?array {
        if (!is_array($sent) || !array_is_list($sent)) {
            return null;
        }
        $hashes = array_map(fn($text) => is_string($text) ? (string)base64_decode($text, true) : '', $sent);
        return array_filter($hashes, fn($hash) => strlen($hash) !== self::HASH) === [] ? $hashes : null;
    }
}
