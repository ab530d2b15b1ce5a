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

use local_rocket\enrich\not_counted;
use local_rocket\enrich\registry;

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->libdir . '/completionlib.php');

/**
 * Makes envelopes of what the observer saw, a minute later at most and whether or not the sidecar is there: whose act it
 * was, where, whether they may earn, and what the event itself does not say.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class prepare {
    /** @var int attempts before a person has to look */
    private const PATIENCE = 5;

    /** @var earners who may earn */
    private earners $earners;

    /** @var \stdClass[] ID numbers of courses by id */
    private array $courses;

    /** @var \stdClass[] activities by context: cmid and module */
    private array $activities;

    /**
     * Prepares rows of the outbox that this caller has leased.
     *
     * @param \stdClass[] $rows
     */
    public function rows(array $rows): void {
        global $DB;
        $this->earners = new earners();
        $this->earners->read(array_column($rows, 'userid'));
        $this->courses = $DB->get_records_list('course', 'id', array_unique(array_column($rows, 'courseid')), '', 'id, idnumber');
        $this->activities = self::activities(array_unique(array_column($rows, 'contextid')));
        foreach ($rows as $row) {
            if ($row->attempts >= self::PATIENCE) {
                outbox::dead($row->id, $row->reason ?? get_string('preparationdied', 'local_rocket'));
                continue;
            }
            outbox::begin($row);
            try {
                $this->row($row);
            } catch (\Throwable $e) {
                self::failed($row, $e);
            }
        }
    }

    /**
     * One row; where an act was several people's (a team's submission), further rows for the others.
     *
     * @param \stdClass $row
     */
    private function row(\stdClass $row): void {
        $row->other = json_decode($row->other ?? '', true) ?? [];
        $family = registry::for($row->eventname);
        $reason = 'nobody';
        $events = [];
        foreach ($family?->subjects($row) ?? [$row->userid] as $userid) {
            try {
                $event = $this->envelope($row, (int)$userid);
                $family?->enrich($row, $event);
                $events[] = $event;
            } catch (not_counted $e) {
                $reason = $e->reason;
            }
        }
        if ($events === []) {
            outbox::skip($row->id, $reason);
            return;
        }
        foreach (array_slice($events, 1) as $event) {
            $event->id = learningevent::id_of($row->uuid, $event->user);
            outbox::add_ready($event);
        }
        outbox::ready($row->id, $events[0]);
    }

    /**
     * What every envelope has.
     *
     * @param \stdClass $row
     * @param int $userid
     * @return learningevent
     * @throws not_counted
     */
    private function envelope(\stdClass $row, int $userid): learningevent {
        $this->earners->read([$userid]);
        $reason = self::takes_back($row) ? ($this->earners->exists($userid) ? null : 'deleted')
            : $this->earners->why_not($userid, (int)$row->courseid);
        if ($reason !== null) {
            throw new not_counted($reason);
        }
        $event = new learningevent($row->uuid, $row->eventname, (int)$row->timecreated, (string)$userid);
        $event->actor = $row->actorid === null ? null : (string)$row->actorid;
        $event->origin = $row->origin;
        if ($row->courseid > 0 && $row->courseid != SITEID) {
            $event->course = (string)$row->courseid;
            $event->courseidnumber = ($this->courses[$row->courseid]->idnumber ?? '') ?: null;
        }
        $activity = $this->activities[$row->contextid] ?? null;
        $event->activity = $activity ? $activity->module . ':' . $activity->cmid : null;
        $event->object = $row->objectid === null ? null : $row->objecttable . ':' . $row->objectid;
        if ($row->ip !== null) {
            $event->data['ip_hash'] = hasher::of($row->ip);
        }
        screen::add($event, screen::of_person($userid, (int)$row->courseid, $row->ip));
        return $event;
    }

    /**
     * Whether an event can only take points back: it goes to the sidecar whoever caused it, a teacher who deletes a post too.
     *
     * @param \stdClass $row
     * @return bool
     */
    private static function takes_back(\stdClass $row): bool {
        if (isset($row->other['completionstate'])) {
            return !in_array((int)$row->other['completionstate'], [COMPLETION_COMPLETE, COMPLETION_COMPLETE_PASS], true);
        }
        return (bool)preg_match('/_(deleted|removed|revoked)$/', $row->eventname);
    }

    /**
     * The activities whose contexts these are.
     *
     * @param int[] $contextids
     * @return \stdClass[] by context id: cmid, module
     */
    private static function activities(array $contextids): array {
        global $DB;
        if ($contextids === []) {
            return [];
        }
        [$in, $params] = $DB->get_in_or_equal($contextids, SQL_PARAMS_NAMED);
        return $DB->get_records_sql(
            "SELECT x.id, cm.id AS cmid, m.name AS module
               FROM {context} x
               JOIN {course_modules} cm ON cm.id = x.instanceid
               JOIN {modules} m ON m.id = cm.module
              WHERE x.contextlevel = :level AND x.id $in",
            $params + ['level' => CONTEXT_MODULE]
        );
    }

    /**
     * Something unforeseen with one row: again later, and after some attempts a person has to look. The others go on.
     *
     * @param \stdClass $row
     * @param \Throwable $e
     */
    private static function failed(\stdClass $row, \Throwable $e): void {
        $reason = get_class($e) . ': ' . $e->getMessage();
        if ($row->attempts >= self::PATIENCE) {
            outbox::dead($row->id, $reason);
        } else {
            outbox::retry($row, $reason, 30 * 2 ** $row->attempts);
        }
    }
}
