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

namespace local_rocket\sweep;

/**
 * A table of Moodle's that still shows what learners did, long after the event.
 *
 * What was restored from a backup cannot be told by its row: where something was restored into a course, whatever is from
 * before that is nobody's new deed.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
abstract class source {
    /** @var int rows at once */
    private const BATCH = 5000;

    /** @var int backup::STATUS_EXECUTING: from then on rows are written */
    private const EXECUTING = 800;

    /** @var int backup::MODE_IMPORT: an import or a duplicate, without anybody's work */
    private const IMPORT = 20;

    /**
     * Every source there is.
     *
     * @return self[] by name
     */
    public static function all(): array {
        return [
            'attempts' => new attempts(),
            'graded_attempts' => new graded_attempts(),
            'submissions' => new submissions(),
            'team_submissions' => new team_submissions(),
            'posts' => new posts(),
            'completions' => new completions(),
            'course_completions' => new course_completions(),
            'badges' => new badges(),
        ];
    }

    /**
     * The events that tell of such a deed.
     *
     * @return string[] class names with their leading backslash
     */
    abstract public function events(): array;

    /**
     * The table of the event's object.
     *
     * @return string
     */
    abstract protected function objecttable(): string;

    /**
     * What is read: first the id, then userid, courseid, contextid, objectid, time; perhaps state, activity and more.
     *
     * @return array<string, string> SQL expressions by name
     */
    abstract protected function columns(): array;

    /**
     * Where it is read from, and which rows count.
     *
     * @param bool $standing only what stands as done
     * @return string SQL after FROM, with a WHERE
     */
    abstract protected function from(bool $standing): string;

    /**
     * When a row `o` of the outbox is about this deed, besides its event and its time.
     *
     * @return string SQL
     */
    abstract protected function same(): string;

    /**
     * The event that is put in for a deed.
     *
     * @param \stdClass $found
     * @return string
     */
    protected function event(\stdClass $found): string {
        return $this->events()[0];
    }

    /**
     * What makes a deed this one and no other of its kind.
     *
     * @param \stdClass $found
     * @return string
     */
    protected function key(\stdClass $found): string {
        return $found->objectid;
    }

    /**
     * Finds deeds, in batches that memory can hold.
     *
     * @param scope $scope
     * @param int $after the last id that is known already
     * @param int $size of a batch
     * @return \Generator<\stdClass[]> batches of rows
     */
    public function find(scope $scope, int $after = 0, int $size = self::BATCH): \Generator {
        global $DB;
        [$condition, $params] = $this->condition($scope);
        $columns = $this->columns();
        $id = $columns['id'];
        $list = implode(', ', array_map(fn($name, $sql) => "$sql AS $name", array_keys($columns), $columns));
        $sql = "SELECT $list FROM $condition AND $id > :after" . $this->grouped() . " ORDER BY $id";
        do {
            $batch = $DB->get_records_sql($sql, $params + ['after' => $after], 0, $size);
            yield array_values($batch);
            $after = array_key_last($batch);
        } while (count($batch) === $size);
    }

    /**
     * Who did something of the kind.
     *
     * @param scope $scope
     * @return int[] user ids
     */
    public function learners(scope $scope): array {
        global $DB;
        [$condition, $params] = $this->condition($scope);
        return array_map('intval', $DB->get_fieldset_sql('SELECT DISTINCT ' . $this->learner() . " FROM $condition", $params));
    }

    /**
     * A deed as the outbox keeps it before it is prepared.
     *
     * @param \stdClass $found
     * @param string $origin `sweep`, `backfill` or `facts`
     * @return array
     */
    public function row(\stdClass $found, string $origin): array {
        $event = $this->event($found);
        $state = $found->state ?? '';
        return [
            'uuid' => \local_rocket\learningevent::id_of('found', $event, $this->key($found), $state, $found->time),
            'eventname' => $event,
            'userid' => (int)$found->userid,
            'courseid' => (int)$found->courseid,
            'contextid' => (int)$found->contextid,
            'objecttable' => $this->objecttable(),
            'objectid' => (int)$found->objectid,
            'other' => $state === '' ? null : json_encode(['completionstate' => (int)$state]),
            'origin' => $origin,
            'timecreated' => (int)$found->time,
        ];
    }

    /**
     * The learner, where rows are grouped.
     *
     * @return string SQL
     */
    protected function learner(): string {
        return $this->columns()['userid'];
    }

    /**
     * Where several rows are one deed.
     *
     * @return string SQL
     */
    protected function grouped(): string {
        return '';
    }

    /**
     * The tables of an activity's module: cm, m, x its context.
     *
     * @param string $module
     * @param string $instance SQL
     * @return string SQL
     */
    protected static function activity(string $module, string $instance): string {
        return "JOIN {modules} m ON m.name = '$module'
                JOIN {course_modules} cm ON cm.module = m.id AND cm.instance = $instance AND cm.deletioninprogress = 0
                JOIN {context} x ON x.contextlevel = " . CONTEXT_MODULE . " AND x.instanceid = cm.id";
    }

    /**
     * Tables and conditions of a search.
     *
     * @param scope $scope
     * @return array SQL after FROM, parameters
     */
    private function condition(scope $scope): array {
        global $DB;
        ['time' => $time, 'courseid' => $courseid] = $this->columns();
        $sql = $this->from($scope->standing) . " AND $time >= :since AND $time <= :until";
        $params = ['since' => $scope->since, 'until' => $scope->until];
        if ($scope->courseid !== null) {
            $sql .= " AND $courseid = :course";
            $params['course'] = $scope->courseid;
        }
        if ($scope->userid !== null) {
            $sql .= ' AND ' . $this->learner() . ' = :learner';
            $params['learner'] = $scope->userid;
        }
        if ($scope->new === scope::ALL) {
            return [$sql, $params];
        }
        [$in, $events] = $DB->get_in_or_equal($this->events(), SQL_PARAMS_NAMED, 'event');
        $facts = $scope->new === scope::NOT_EARNED_BY ? " AND o.origin <> 'facts'" : '';
        $sql .= " AND NOT EXISTS (
                   SELECT 1 FROM {local_rocket_outbox} o
                    WHERE {$this->same()} AND o.eventname $in AND o.timecreated >= $time$facts)
                  AND NOT EXISTS (
                   SELECT 1 FROM {backup_controllers} r
                    WHERE r.operation = 'restore' AND r.itemid = $courseid AND r.status >= " . self::EXECUTING . "
                          AND r.purpose <> " . self::IMPORT . " AND r.timecreated >= $time)";
        return [$sql, $params + $events];
    }
}
