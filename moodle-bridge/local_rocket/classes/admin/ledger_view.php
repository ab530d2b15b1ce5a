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

namespace local_rocket\admin;

use local_rocket\allowlist;
use local_rocket\checkpoints;
use local_rocket\ledger\alarms;
use local_rocket\ledger\audit_mail;
use local_rocket\ledger\keys;
use local_rocket\resending;

/**
 * What this site holds of the ledger, and against it, as the template shows it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class ledger_view {
    /** @var int alarms that somebody answered for */
    private const CLOSED = 5;

    /** @var string[] what can be downloaded */
    private const NOTES = ['kept', 'shown'];

    /**
     * The context of the template `admin_ledger`.
     *
     * @return array
     */
    public static function shown(): array {
        return [
            'url' => self::url([])->out(false),
            'sesskey' => sesskey(),
            'alarms' => array_map([self::class, 'alarm'], array_values(alarms::open())),
            'closed' => array_map([self::class, 'closed'], array_values(alarms::closed(self::CLOSED))),
            'newest' => self::newest(),
            'keys' => keys::pinned(),
            'mail' => self::mail(),
        ];
    }

    /**
     * What a sidecar that was restored asked for, and how far it is, as the template `admin_status` shows it.
     *
     * @return array|null null: nothing was asked for yet
     */
    public static function resending(): ?array {
        $wish = resending::last();
        return $wish === null ? null : [
            'asked' => get_string('resending_asked', 'local_rocket', [
                'when' => self::when($wish['time']),
                'since' => self::when($wish['since']),
            ]),
            'step' => get_string('resending_' . $wish['step'], 'local_rocket', $wish),
            'incomplete' => $wish['incomplete'],
            'refused' => $wish['refused'],
            'said' => $wish['said'],
            'trouble' => $wish['trouble'],
        ];
    }

    /**
     * A checkpoint as a file.
     *
     * @param int $id an alarm; 0: the newest that is kept
     * @param string $which of an alarm: kept or shown
     * @return array name, text
     * @throws \moodle_exception where there is none
     */
    public static function file(int $id, string $which): array {
        if ($id === 0) {
            $newest = checkpoints::newest();
            return ['checkpoint-' . ($newest->size ?? 0) . '.txt', $newest->note ?? ''];
        }
        if (!in_array($which, self::NOTES, true)) {
            throw new \moodle_exception('invalidaction');
        }
        return ["alarm-$id-$which.txt", alarms::get($id)->$which];
    }

    /**
     * An alarm that nobody has answered for.
     *
     * @param \stdClass $alarm
     * @return array
     */
    private static function alarm(\stdClass $alarm): array {
        $notes = [];
        foreach (array_filter(self::NOTES, fn($which) => $alarm->$which !== '') as $which) {
            $notes[] = [
                'name' => get_string("alarm_note_$which", 'local_rocket'),
                'text' => $alarm->$which,
                'url' => self::url(['download' => $which, 'alarm' => $alarm->id])->out(false),
            ];
        }
        return [
            'id' => $alarm->id,
            'serious' => alarms::is_serious($alarm),
            'words' => alarms::words($alarm),
            'help' => get_string("alarm_{$alarm->kind}_help", 'local_rocket', "alarm-$alarm->id-kept.txt"),
            'when' => self::when((int)$alarm->timecreated),
            'again' => $alarm->times > 1 ? get_string('alarm_again', 'local_rocket', [
                'times' => $alarm->times,
                'last' => self::when((int)$alarm->timelast),
            ]) : null,
            'notes' => $notes,
            'keys' => json_decode($alarm->detail, true)['keys'] ?? [],
        ];
    }

    /**
     * One that somebody answered for.
     *
     * @param \stdClass $alarm
     * @return array
     */
    private static function closed(\stdClass $alarm): array {
        $person = $alarm->closedby ? \core_user::get_user($alarm->closedby) : false;
        return [
            'words' => alarms::words($alarm),
            'answer' => get_string('alarm_answer', 'local_rocket', [
                'who' => $person ? fullname($person, true) : get_string('alarm_somebody', 'local_rocket'),
                'when' => self::when((int)$alarm->timeclosed),
                'reason' => $alarm->reason,
            ]),
        ];
    }

    /**
     * The newest checkpoint.
     *
     * @return array|null
     */
    private static function newest(): ?array {
        global $DB;
        $newest = checkpoints::newest();
        return $newest === null ? null : [
            'count' => $DB->count_records('local_rocket_checkpoint'),
            'size' => $newest->size,
            'when' => self::when((int)$newest->timecreated),
            'note' => $newest->note,
            'url' => self::url(['download' => 'newest'])->out(false),
        ];
    }

    /**
     * What was mailed, and to whom.
     *
     * @return string[] sentences
     */
    private static function mail(): array {
        $contact = allowlist::audit_contact();
        $last = audit_mail::last();
        return array_values(array_filter([
            $contact === null ? get_string('status_noaudit', 'local_rocket') : get_string('status_audit', 'local_rocket', $contact),
            $last['time'] === null ? null : get_string('status_audited', 'local_rocket', [
                'contact' => $last['contact'],
                'size' => $last['size'],
                'when' => self::when($last['time']),
            ]),
            $last['failed'] === null ? null
                : get_string('status_auditfailed', 'local_rocket', self::when($last['failed'])),
        ]));
    }

    /**
     * The status page.
     *
     * @param array $params
     * @return \moodle_url
     */
    private static function url(array $params): \moodle_url {
        return new \moodle_url('/local/rocket/status.php', $params);
    }

    /**
     * A moment in the reader's zone.
     *
     * @param int $time
     * @return string
     */
    private static function when(int $time): string {
        return userdate($time, get_string('strftimedatetimeshort', 'langconfig'));
    }
}
