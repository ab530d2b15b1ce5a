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

use local_rocket\ledger\alarms;
use local_rocket\ledger\checkpoint;
use local_rocket\ledger\keys;
use local_rocket\ledger\shared_part;
use local_rocket\ledger\tree;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

/**
 * The ledger's signed heads, kept outside the sidecar, each proven to continue the one before: whoever changes an entry under
 * one of them is found out. What is found stops nothing; it is an alarm.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class checkpoints {
    /** @var string */
    private const TABLE = 'local_rocket_checkpoint';

    /** @var string the setting with the name of the ledger that is followed */
    private const ORIGIN = 'ledger_origin';

    /** @var int days for which each is kept; after that, the last of each day */
    private const KEPT_DAYS = 30;

    /**
     * The last one that is kept of the ledger that is followed: what the sidecar has to continue.
     *
     * @return \stdClass|null note, size, timecreated; null: none yet
     */
    public static function newest(): ?\stdClass {
        $origin = get_config('local_rocket', self::ORIGIN);
        return $origin ? self::last_of($origin) : null;
    }

    /**
     * Looks at the checkpoint that came with an answer, and keeps it where nothing speaks against it.
     *
     * @param \stdClass|null $sent the one that was sent with the question; null: none was kept
     * @param array $answer its `checkpoint` and `consistency`
     */
    public static function take(?\stdClass $sent, array $answer): void {
        $note = $answer['checkpoint'] ?? null;
        $before = $sent === null ? null : checkpoint::read($sent->note);
        $more = $sent === null ? [] : ['since' => (int)$sent->timecreated];
        if ($note === null) {
            if ($before !== null) {
                alarms::raise(alarms::MISSING, $before, null, $more);
            }
            return;
        }
        alarms::not_silent();
        $shown = is_string($note) ? checkpoint::read($note) : null;
        if ($shown === null || !self::is_believed($shown)) {
            if ($before === null && keys::pinned() === []) {
                // Nobody has said yet who signs: there is nothing that it could contradict.
                return;
            }
            $why = alarms::open(alarms::KEYS) === [] ? alarms::UNSIGNED : alarms::KEYS;
            alarms::raise($why, $before, $shown ?? (is_string($note) ? $note : json_encode($note)), $more);
            return;
        }
        keys::vouch($shown);
        if ($before === null) {
            self::begin_with($shown);
        } else if ($shown->origin !== $before->origin) {
            self::follow($before, $shown, $more);
        } else {
            self::compare($before, $shown, $answer['consistency'] ?? null, $more);
        }
    }

    /**
     * From here on the ledger is held against this one.
     *
     * @param checkpoint $checkpoint
     */
    public static function begin_with(checkpoint $checkpoint): void {
        self::keep($checkpoint, null, null);
        self::set_origin($checkpoint->origin);
    }

    /**
     * Clears away old ones, but for the last of each day and of each name.
     */
    public static function cleanup(): void {
        global $DB;
        $before = time() - self::KEPT_DAYS * DAYSECS;
        $old = $DB->get_recordset_select(self::TABLE, 'timecreated < ?', [$before], 'id', 'id, origin, timecreated');
        $last = [];
        $gone = [];
        foreach ($old as $row) {
            $day = $row->origin . "\n" . gmdate('Y-m-d', (int)$row->timecreated);
            if (isset($last[$day])) {
                $gone[] = $last[$day];
            }
            $last[$day] = (int)$row->id;
        }
        $old->close();
        foreach (array_chunk($gone, 1000) as $ids) {
            $DB->delete_records_list(self::TABLE, 'id', $ids);
        }
    }

    /**
     * Whether a key that is believed signed it. Where none did, the sidecar may have new ones: it is asked once.
     *
     * @param checkpoint $shown
     * @return bool
     */
    private static function is_believed(checkpoint $shown): bool {
        if (keys::signed($shown)) {
            return true;
        }
        if (alarms::open(alarms::KEYS) !== [] || alarms::open(alarms::UNSIGNED) !== []) {
            return false;
        }
        try {
            keys::ask();
        } catch (away | refused $e) {
            return false;
        }
        return keys::signed($shown);
    }

    /**
     * The ledger has another name. Where it is a new one, entries were lost; the chain of the new name is followed all the same.
     *
     * @param checkpoint $before
     * @param checkpoint $shown
     * @param array $more
     */
    private static function follow(checkpoint $before, checkpoint $shown, array $more): void {
        if (self::last_of($shown->origin) === null) {
            $common = ['common' => shared_part::size($before->origin, $shown)];
            alarms::raise(alarms::RESTORED, $before, $shown, $more + $common);
            self::begin_with($shown);
        } else {
            // One that was followed before. Whether it continues what is kept of it shows with the next answer.
            self::set_origin($shown->origin);
        }
    }

    /**
     * Follows the ledger of a name.
     *
     * @param string $origin
     */
    private static function set_origin(string $origin): void {
        // Each change empties a cache on every web node.
        if (get_config('local_rocket', self::ORIGIN) !== $origin) {
            set_config(self::ORIGIN, $origin, 'local_rocket');
        }
    }

    /**
     * Keeps a checkpoint that continues the one before; else it is an alarm.
     *
     * @param checkpoint $before
     * @param checkpoint $shown
     * @param mixed $consistency
     * @param array $more
     */
    private static function compare(checkpoint $before, checkpoint $shown, mixed $consistency, array $more): void {
        $proof = tree::hashes($consistency);
        $wrong = match (true) {
            $shown->size < $before->size => alarms::SHRUNK,
            $shown->size === $before->size => $shown->root === $before->root ? null : alarms::FORKED,
            $proof !== null && tree::proves_consistency(
                $before->size,
                $before->root,
                $shown->size,
                $shown->root,
                $proof
            ) => null,
            default => alarms::UNPROVEN,
        };
        if ($wrong !== null) {
            alarms::raise($wrong, $before, $shown, $more + ['proof' => $consistency]);
        } else if ($shown->size > (self::last_of($shown->origin)->size ?? 0)) {
            // Another sender may have got further meanwhile.
            self::keep($shown, $before->size, $consistency);
        }
    }

    /**
     * Puts one into the table.
     *
     * @param checkpoint $checkpoint
     * @param int|null $from of how many entries the one was that it is proven to continue; null: none
     * @param string[]|null $proof
     */
    private static function keep(checkpoint $checkpoint, ?int $from, ?array $proof): void {
        global $DB;
        $DB->insert_record(self::TABLE, [
            'origin' => $checkpoint->origin,
            'size' => $checkpoint->size,
            'note' => $checkpoint->note,
            'fromsize' => $from,
            'proof' => $proof === null ? null : json_encode($proof, JSON_UNESCAPED_SLASHES),
            'timecreated' => time(),
        ], false);
    }

    /**
     * The last one under a name.
     *
     * @param string $origin
     * @return \stdClass|null
     */
    private static function last_of(string $origin): ?\stdClass {
        global $DB;
        $rows = $DB->get_records(self::TABLE, ['origin' => $origin], 'id DESC', 'id, note, size, timecreated', 0, 1);
        return reset($rows) ?: null;
    }
}
