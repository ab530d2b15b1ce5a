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

use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

/**
 * How much of a ledger that goes on under another name is proven to be what it was under the one before: a restore loses the
 * last entries, and changes none of the others.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class shared_part {
    /** @var float seconds that one question may take */
    private const PATIENCE = 5.0;

    /** @var string */
    private const TABLE = 'local_rocket_checkpoint';

    /**
     * The largest kept checkpoint that the ledger still continues, found by halving: a handful of questions.
     *
     * @param string $origin the name before
     * @param checkpoint $now
     * @return int|null how many entries it is over; 0: none is continued; null: nobody can tell, since none is
     *     that short, or the sidecar could not be asked
     */
    public static function size(string $origin, checkpoint $now): ?int {
        global $DB;
        $where = 'origin = :origin AND size <= :size AND size > 0';
        $kept = $DB->get_fieldset_select(self::TABLE, 'id', "$where ORDER BY size", ['origin' => $origin, 'size' => $now->size]);
        [$proven, $least, $most] = [0, 0, count($kept) - 1];
        try {
            while ($least <= $most) {
                $middle = intdiv($least + $most, 2);
                $before = checkpoint::read($DB->get_field(self::TABLE, 'note', ['id' => $kept[$middle]]));
                if (self::is_continued($before, $now)) {
                    [$proven, $least] = [$before->size, $middle + 1];
                } else {
                    $most = $middle - 1;
                }
            }
            return $kept === [] ? null : $proven;
        } catch (away $e) {
            return null;
        }
    }

    /**
     * Whether the ledger begins with what it was, whatever it is called.
     *
     * @param checkpoint $before
     * @param checkpoint $now
     * @return bool
     * @throws away
     */
    private static function is_continued(checkpoint $before, checkpoint $now): bool {
        $query = ['from' => $before->size, 'to' => $now->size];
        try {
            $answer = client::configured()->within(self::PATIENCE)->text('/api/ledger/consistency', $query, 'reports');
        } catch (refused $e) {
            return false;
        }
        // The body of C2SP's add-checkpoint: old size, hashes, an empty line, the checkpoint.
        $lines = explode("\n", explode("\n\n", $answer)[0]);
        $hashes = tree::hashes(array_slice($lines, 1));
        return $hashes !== null
            && tree::proves_consistency($before->size, $before->root, $now->size, $now->root, $hashes);
    }
}
