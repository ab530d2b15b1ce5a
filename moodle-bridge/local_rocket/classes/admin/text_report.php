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

use core\check\result;
use local_rocket\outbox_desk;
use local_rocket\sidecar\breaker;

/**
 * How things stand, as commands print it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class text_report {
    /** @var int where what stands beside a label begins */
    private const WIDTH = 40;

    /**
     * The connection.
     *
     * @param connection $connection
     * @return string
     */
    public static function connection(connection $connection): string {
        $lines = [get_string($connection->report === null ? 'notconnected' : 'connected', 'local_rocket')];
        foreach ($connection->facts() as $label => $value) {
            $lines[] = self::pair($label, $value);
        }
        return implode("\n", [...$lines, ...array_values($connection->problem() ?? []), ...$connection->warnings()]);
    }

    /**
     * A label and what stands beside it.
     *
     * @param string $label
     * @param string $value
     * @return string
     */
    public static function pair(string $label, string $value): string {
        return $label . str_repeat(' ', max(1, self::WIDTH - \core_text::strlen($label))) . $value;
    }

    /**
     * Everything, for a program.
     *
     * @param connection $connection
     * @param \core\check\check[] $checks
     * @return array ok, connected, report, problem, warnings, queue, waiting_seconds, breaker, checks
     */
    public static function status(connection $connection, array $checks): array {
        $shown = [];
        foreach ($checks as $check) {
            $result = $check->get_result();
            $shown[] = [
                'name' => $check->get_name(),
                'status' => $result->get_status(),
                'summary' => html_to_text($result->get_summary(), 0, false),
            ];
        }
        $counts = outbox_desk::counts();
        ksort($counts);
        return [
            'ok' => array_diff(array_column($shown, 'status'), [result::OK]) === [],
            'connected' => $connection->report !== null,
            'report' => $connection->report,
            'problem' => $connection->problem(),
            'warnings' => $connection->warnings(),
            'queue' => array_combine(array_map(fn($status) => queue::NAMES[$status], array_keys($counts)), $counts),
            'waiting_seconds' => queue::waiting(),
            'breaker' => breaker::status(),
            'checks' => $shown,
        ];
    }

    /**
     * Rows of the outbox, one a line, the oldest first.
     *
     * @param outbox_filter $filter
     * @return \Generator<string>
     */
    public static function outbox(outbox_filter $filter): \Generator {
        global $DB;
        [$where, $params] = $filter->sql();
        $rows = $DB->get_recordset_sql("SELECT o.* FROM {local_rocket_outbox} o WHERE $where ORDER BY o.id", $params);
        foreach ($rows as $row) {
            yield implode("\t", [
                $row->id,
                userdate($row->timecreated, get_string('strftimedatetimeshort', 'langconfig')),
                $row->eventname,
                $row->userid,
                $row->courseid,
                $row->attempts,
                outbox_table::reason($filter->status, (string)$row->reason),
            ]);
        }
        $rows->close();
    }
}
