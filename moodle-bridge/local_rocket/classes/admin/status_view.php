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

use local_rocket\handover\records;
use local_rocket\lifecycle_brake;
use local_rocket\sidecar\breaker;
use local_rocket\state;

/**
 * How everything stands, as the template shows it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class status_view {
    /** @var int rows of a list */
    private const ROWS = 10;

    /**
     * The context of the template `admin_status`.
     *
     * @return array
     */
    public static function shown(): array {
        return [
            'connection' => ['statusurl' => null] + connection_view::shown(),
            'url' => (new \moodle_url('/local/rocket/status.php'))->out(false),
            'outboxurl' => (new \moodle_url('/local/rocket/outbox.php'))->out(false),
            'sesskey' => sesskey(),
            'paused' => (bool)get_config('local_rocket', 'paused'),
            'queue' => self::queue(),
            'breaker' => self::breaker(),
            'dead' => array_map(fn($row) => ['reason' => $row->reason, 'count' => $row->count,
                'when' => self::when((int)$row->newest)], queue::dead_reasons(self::ROWS)),
            'held' => array_map([self::class, 'request'], array_values(lifecycle_brake::held())),
            'requests' => self::requests(),
            'handovers' => array_map([self::class, 'handover'], array_values(records::troubled(self::ROWS))),
            'handoverfailures' => self::failures(state::get('handover')['failures'] ?? []),
            'sweep' => self::sweep(),
            'resending' => ledger_view::resending(),
            'ledger' => ledger_view::shown(),
        ];
    }

    /**
     * The outbox by status.
     *
     * @return array[]
     */
    private static function queue(): array {
        $rows = [];
        foreach (queue::by_status() as $row) {
            $rows[] = [
                'status' => get_string('outbox_' . queue::NAMES[$row->status], 'local_rocket'),
                'count' => $row->count,
                'oldest' => self::when((int)$row->oldest),
                'newest' => self::when((int)$row->newest),
                'url' => (new \moodle_url('/local/rocket/outbox.php', ['status' => $row->status]))->out(false),
            ];
        }
        return $rows;
    }

    /**
     * Whether callers are turned away, and why.
     *
     * @return array
     */
    private static function breaker(): array {
        $status = breaker::status();
        return [
            'open' => breaker::is_open(),
            'why' => $status['failures'] > 0 ? $status['why'] : null,
            'until' => breaker::is_open() ? userdate($status['until'], get_string('strftimetime', 'langconfig')) : null,
        ];
    }

    /**
     * A request about an account.
     *
     * @param \stdClass $request
     * @return array
     */
    private static function request(\stdClass $request): array {
        return [
            'id' => $request->id,
            'kind' => get_string('request_' . $request->kind, 'local_rocket'),
            'status' => get_string('requeststatus_' . $request->status, 'local_rocket'),
            'user' => trim($request->fullname ?? '') ?: (string)$request->userid,
            'reason' => $request->reason,
            'when' => self::when((int)$request->timemodified),
            'due' => $request->status === 'pending' && $request->timedue > time() ? self::when((int)$request->timedue) : null,
        ];
    }

    /**
     * The latest requests about accounts.
     *
     * @return array[]
     */
    private static function requests(): array {
        global $DB;
        $columns = 'id, kind, userid, status, reason, timedue, timemodified';
        $latest = $DB->get_records('local_rocket_request', null, 'id DESC', $columns, 0, self::ROWS);
        return array_map([self::class, 'request'], array_values($latest));
    }

    /**
     * A reward that Moodle could not hand over, or handed over although it was cancelled.
     *
     * @param \stdClass $row
     * @return array
     */
    private static function handover(\stdClass $row): array {
        return [
            'redemption' => $row->redemptionid,
            'learnerurl' => (new \moodle_url('/local/rocket/learner.php', ['id' => $row->userid]))->out(false),
            'userid' => $row->userid,
            'action' => self::action(json_decode($row->action, true)),
            'done' => $row->status === 'done',
            'reason' => $row->reason,
            'when' => self::when((int)$row->timemodified),
        ];
    }

    /**
     * What was to be handed over, in words.
     *
     * @param array $action
     * @return string
     */
    private static function action(array $action): string {
        $kind = (string)array_key_first($action);
        return match (true) {
            isset($action['enrol']['days']) => get_string('action_enroldays', 'local_rocket', $action['enrol']),
            $kind === 'enrol' => get_string('action_enrol', 'local_rocket', $action['enrol']['course']),
            in_array($kind, ['badge', 'cohort'], true) => get_string("action_$kind", 'local_rocket', $action[$kind]),
            default => $kind,
        };
    }

    /**
     * What went wrong at the last run.
     *
     * @param string[] $failures by redemption
     * @return array[]
     */
    private static function failures(array $failures): array {
        return array_map(fn($id, $why) => ['redemption' => $id, 'why' => $why], array_keys($failures), $failures);
    }

    /**
     * What the last comparison found.
     *
     * @return array|null
     */
    private static function sweep(): ?array {
        $sweep = state::get('sweep');
        return $sweep === null ? null : [
            'when' => self::when($sweep['time']),
            'since' => self::when($sweep['since']),
            'missed' => array_sum($sweep['missed']),
            'sources' => array_map(
                fn($name, $count) => ['name' => get_string('deeds_' . $name, 'local_rocket'), 'count' => $count],
                array_keys(array_filter($sweep['missed'])),
                array_filter($sweep['missed'])
            ),
        ];
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
