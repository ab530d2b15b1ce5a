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

namespace local_rocket\privacy;

use core_privacy\local\metadata\collection;

/**
 * Every column, preference and field on the wire that says something of a person.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class metadata {
    /** @var string[][] columns by table */
    private const TABLES = [
        'local_rocket_outbox' => [
            'userid', 'actorid', 'eventname', 'courseid', 'contextid', 'objecttable', 'objectid', 'other', 'origin', 'ip',
            'timecreated', 'status', 'payload', 'reason',
        ],
        'local_rocket_snapshot' => ['userid', 'value', 'timefetched'],
        'local_rocket_award' => [
            'courseid', 'userid', 'awardedby', 'event', 'reason', 'timecreated', 'timeundone', 'undoneby',
        ],
        'local_rocket_handover' => ['redemptionid', 'userid', 'action', 'status', 'reason', 'timecreated'],
        'local_rocket_receipt' => ['redemption', 'userid', 'receipt', 'timemodified'],
        'local_rocket_alarm' => ['closedby', 'timeclosed', 'reason'],
        'local_rocket_request' => ['kind', 'userid', 'otherid', 'status', 'reason', 'timedue', 'timecreated'],
    ];

    /** @var string[] what goes to the sidecar: a learning event with its data, and what people ask for by themselves */
    public const SENT = [
        'id', 'user', 'actor', 'event', 'time', 'course', 'course_idnumber', 'activity', 'object', 'origin',
        'score', 'passed', 'attempt', 'duration_seconds', 'items', 'rapid_items', 'words', 'characters', 'files', 'text_hash',
        'file_hash', 'similarity', 'reply_to', 'seconds_since_last', 'late', 'graded_by', 'module', 'state', 'previous_state',
        'completion_rate', 'badge', 'group', 'ip_hash', 'screen', 'undone',
        'lang', 'redemption', 'token', 'support', 'account', 'receipts', 'review',
    ];

    /**
     * Says all of it.
     *
     * @param collection $collection
     * @return collection
     */
    public static function add_to(collection $collection): collection {
        foreach (self::TABLES as $table => $columns) {
            $collection->add_database_table($table, self::strings($table, $columns), "privacy:metadata:$table");
        }
        foreach (\local_rocket\lifecycle_records::PREFERENCES as $name) {
            $collection->add_user_preference($name, "privacy:metadata:preference:$name");
        }
        $collection->add_external_location_link('sidecar', self::strings('sidecar', self::SENT), 'privacy:metadata:sidecar');
        // What it asks of others: they say themselves what they keep of it.
        foreach (['core_message', 'core_enrol', 'core_badges', 'core_cohort'] as $subsystem) {
            $collection->add_subsystem_link($subsystem, [], "privacy:metadata:$subsystem");
        }
        return $collection;
    }

    /**
     * The strings that explain fields.
     *
     * @param string $of
     * @param string[] $fields
     * @return string[] by field
     */
    private static function strings(string $of, array $fields): array {
        return array_combine($fields, array_map(fn($field) => "privacy:metadata:$of:$field", $fields));
    }
}
