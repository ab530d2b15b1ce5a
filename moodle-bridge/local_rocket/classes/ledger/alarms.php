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

use local_rocket\checkpoints;

/**
 * What this site found against the ledger, with what it was found by: kept until somebody in charge says that they know, and
 * why it may go on; and afterwards as well.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class alarms {
    /** @var string other entries than before are under the same number */
    public const FORKED = 'forked';
    /** @var string it is shorter than it was */
    public const SHRUNK = 'shrunk';
    /** @var string no proof, or a wrong one, that it continues what it was */
    public const UNPROVEN = 'unproven';
    /** @var string nobody whose key is known signed it */
    public const UNSIGNED = 'unsigned';
    /** @var string no checkpoint came any more */
    public const MISSING = 'missing';
    /** @var string other keys sign, and none that was known vouches for them */
    public const KEYS = 'keys';
    /** @var string it goes on under another name: entries were lost */
    public const RESTORED = 'restored';

    /** @var int characters of what was shown that are kept */
    private const LONGEST = 4096;

    /** @var string */
    private const TABLE = 'local_rocket_alarm';

    /** @var string the setting that says that somebody knows that no checkpoints come */
    private const SILENT = 'ledger_silent';

    /**
     * Writes down what was found; while the same stands open, how often and when last.
     *
     * @param string $kind
     * @param checkpoint|null $kept what the ledger was
     * @param checkpoint|string|null $shown what it is said to be now
     * @param array $more since (epoch seconds: when the kept one came), proof, keys, common (entries that are the same still)
     */
    public static function raise(string $kind, ?checkpoint $kept, checkpoint|string|null $shown, array $more = []): void {
        global $DB;
        if ($kind === self::MISSING && get_config('local_rocket', self::SILENT)) {
            return;
        }
        $shown = $shown instanceof checkpoint ? $shown->note : \core_text::substr((string)$shown, 0, self::LONGEST);
        $same = ['kind' => $kind, 'origin' => $kept->origin ?? '', 'timeclosed' => null];
        $open = $DB->get_record(self::TABLE, $same, '*', IGNORE_MULTIPLE);
        if ($open) {
            $changes = ['times' => $open->times + 1, 'timelast' => time(), 'shown' => $open->shown ?: $shown];
            $DB->update_record(self::TABLE, ['id' => $open->id] + $changes);
            return;
        }
        $DB->insert_record(self::TABLE, [
            'kind' => $kind,
            'origin' => $kept->origin ?? '',
            'kept' => $kept->note ?? '',
            'shown' => $shown,
            'detail' => json_encode($more, JSON_UNESCAPED_SLASHES),
            'times' => 1,
            'timecreated' => time(),
            'timelast' => time(),
        ]);
    }

    /**
     * Those that nobody has answered for yet.
     *
     * @param string|null $kind null: any
     * @return \stdClass[] by id, the oldest first
     */
    public static function open(?string $kind = null): array {
        global $DB;
        return $DB->get_records(self::TABLE, ['timeclosed' => null] + ($kind === null ? [] : ['kind' => $kind]), 'id');
    }

    /**
     * Those that somebody answered for, the newest first.
     *
     * @param int $limit
     * @return \stdClass[] by id
     */
    public static function closed(int $limit): array {
        global $DB;
        return $DB->get_records_select(self::TABLE, 'timeclosed IS NOT NULL', [], 'timeclosed DESC, id DESC', '*', 0, $limit);
    }

    /**
     * One of them.
     *
     * @param int $id
     * @return \stdClass
     */
    public static function get(int $id): \stdClass {
        global $DB;
        return $DB->get_record(self::TABLE, ['id' => $id], '*', MUST_EXIST);
    }

    /**
     * What happened, in words.
     *
     * @param \stdClass $alarm
     * @return string plain text
     */
    public static function words(\stdClass $alarm): string {
        $detail = json_decode($alarm->detail, true);
        $kept = checkpoint::read($alarm->kept);
        $shown = checkpoint::read($alarm->shown);
        $words = get_string('alarm_' . $alarm->kind, 'local_rocket', [
            'since' => userdate($detail['since'] ?? $alarm->timecreated, get_string('strftimedatetimeshort', 'langconfig')),
            'origin' => $kept->origin ?? '',
            'size' => $kept->size ?? 0,
            'neworigin' => $shown->origin ?? '',
            'newsize' => $shown->size ?? 0,
        ]);
        $common = $detail['common'] ?? null;
        return $common === null ? $words
            : $words . ' ' . get_string($common === 0 ? 'alarm_nothingcommon' : 'alarm_common', 'local_rocket', $common);
    }

    /**
     * Whether it is more than a restore that lost the last entries.
     *
     * @param \stdClass $alarm
     * @return bool
     */
    public static function is_serious(\stdClass $alarm): bool {
        return $alarm->kind !== self::RESTORED || (json_decode($alarm->detail, true)['common'] ?? null) === 0;
    }

    /**
     * Somebody in charge knows of it, and says why it may go on. From then on what the ledger is now is what it is held
     * against.
     *
     * @param int $id
     * @param string $reason
     * @throws \moodle_exception without a reason, or where somebody else answered for it
     */
    public static function acknowledge(int $id, string $reason): void {
        global $DB, $USER;
        $alarm = self::get($id);
        if (trim($reason) === '') {
            throw new \moodle_exception('alarm_noreason', 'local_rocket');
        }
        if ($alarm->timeclosed !== null) {
            throw new \moodle_exception('alarm_known', 'local_rocket');
        }
        $transaction = $DB->start_delegated_transaction();
        self::go_on($alarm);
        $DB->update_record(self::TABLE, ['id' => $id, 'timeclosed' => time(), 'closedby' => $USER->id, 'reason' => $reason]);
        $transaction->allow_commit();
    }

    /**
     * What the ledger is now becomes what it is held against.
     *
     * @param \stdClass $alarm
     */
    private static function go_on(\stdClass $alarm): void {
        $kept = checkpoint::read($alarm->kept);
        $shown = checkpoint::read($alarm->shown);
        if ($alarm->kind === self::MISSING) {
            set_config(self::SILENT, 1, 'local_rocket');
        }
        if ($alarm->kind === self::KEYS) {
            keys::pin(json_decode($alarm->detail, true)['keys']);
            // Under the same name the new keys' checkpoints have to continue what was kept.
            $shown = $shown?->origin === $kept?->origin ? null : $shown;
        }
        // Where the kept one has been continued meanwhile, what was shown then is not what the ledger is.
        if ($shown !== null && keys::signed($shown) && checkpoints::newest()?->note === $alarm->kept) {
            checkpoints::begin_with($shown);
        }
    }

    /**
     * Checkpoints come again: if they stop once more, that is worth saying.
     */
    public static function not_silent(): void {
        if (get_config('local_rocket', self::SILENT)) {
            unset_config(self::SILENT, 'local_rocket');
        }
    }
}
