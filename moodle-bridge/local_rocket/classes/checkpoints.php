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
 * The ledger's signed heads, kept outside the sidecar: whoever changes an entry under one of them is found out.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class checkpoints {
    /**
     * Keeps a checkpoint, once.
     *
     * @param string|null $note the signed note (C2SP tlog-checkpoint): origin, size, root, signature; null: none was given
     */
    public static function keep(?string $note): void {
        global $DB;
        if ($note === null) {
            return;
        }
        // The second line is the number of entries.
        $size = (int)(explode("\n", $note)[1] ?? 0);
        $latest = $DB->get_field_sql('SELECT MAX(size) FROM {local_rocket_checkpoint}');
        if ($latest === null || $size > (int)$latest) {
            $DB->insert_record('local_rocket_checkpoint', ['size' => $size, 'note' => $note, 'timecreated' => time()]);
        }
    }
}
