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
 * Points that teachers award by hand in a course: kept here, and sent as one of the institution's custom events. What it
 * earns is for the rules to say.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class awards {
    /** @var int seconds in which an award can be undone */
    private const UNDO = DAYSECS;

    /** @var int seconds to wait for another award of the same teacher */
    private const WAIT = 10;

    /** @var string */
    private const TABLE = 'local_rocket_award';

    /**
     * Opens a course's awards for the session's user.
     *
     * @param course_people $people of the course
     * @throws \required_capability_exception
     */
    public function __construct(
        /** @var course_people of the course */
        private readonly course_people $people
    ) {
        require_capability('local/rocket:award', $people->context);
    }

    /**
     * What can be awarded.
     *
     * @return array<string, string> labels by event
     */
    public static function events(): array {
        $events = allowlist::custom_events();
        return array_combine($events, array_map([deed::class, 'kind'], $events));
    }

    /**
     * Awards, to all of these learners or to none.
     *
     * @param int[] $userids
     * @param string $event one of the institution's custom events
     * @param string $note kept here only
     * @param string $batch made when the form was drawn: sent twice, it is awarded once
     * @return int to how many
     */
    public function give(array $userids, string $event, string $note, string $batch): int {
        global $DB;
        if (!isset(self::events()[$event])) {
            throw new \moodle_exception('award_noevent', 'local_rocket');
        }
        $lock = self::lock();
        try {
            $new = array_values(array_filter($userids, fn($userid) =>
                !$DB->record_exists(self::TABLE, ['uuid' => self::uuid($batch, $userid)])));
            $faults = $new === [] ? [] : (new award_check($this->people))->faults($new);
            if ($faults !== []) {
                throw new \moodle_exception('award_refused', 'local_rocket', '', implode(' ', $faults));
            }
            $transaction = $DB->start_delegated_transaction();
            foreach ($new as $userid) {
                $this->give_one((int)$userid, $event, $note, self::uuid($batch, $userid));
            }
            $transaction->allow_commit();
            return count($new);
        } finally {
            $lock->release();
        }
    }

    /**
     * Undoes an award, within a day: what it earned is taken back.
     *
     * @param int $id
     */
    public function undo(int $id): void {
        global $DB, $USER;
        [$seen, $params] = $this->people->condition('userid');
        $params += ['id' => $id, 'courseid' => $this->people->course->id];
        $award = $DB->get_record_select(self::TABLE, "id = :id AND courseid = :courseid AND $seen", $params, '*', MUST_EXIST);
        if ($award->timeundone !== null) {
            return;
        }
        if (!self::can_undo($award)) {
            throw new \moodle_exception('award_toolate', 'local_rocket');
        }
        $now = time();
        $event = $this->envelope($award, learningevent::id_of('award undone', $award->uuid), $now);
        $event->data['undone'] = true;
        $transaction = $DB->start_delegated_transaction();
        $DB->update_record(self::TABLE, ['id' => $id, 'timeundone' => $now, 'undoneby' => $USER->id]);
        outbox::add_ready($event);
        $transaction->allow_commit();
    }

    /**
     * The latest awards in the course, of learners who may be seen.
     *
     * @param int $page from 0
     * @param int $size
     * @return array a page of awards, each with its `status` in the outbox (null: sent long ago), and how many there are
     */
    public function latest(int $page, int $size): array {
        global $DB;
        [$seen, $params] = $this->people->condition('a.userid');
        $params += ['courseid' => $this->people->course->id];
        $from = '{' . self::TABLE . "} a WHERE a.courseid = :courseid AND $seen";
        $count = $DB->count_records_sql("SELECT COUNT(*) FROM $from", $params);
        $rows = $DB->get_records_sql("SELECT a.* FROM $from ORDER BY a.id DESC", $params, $page * $size, $size);
        $statuses = outbox_lookup::statuses(array_column($rows, 'uuid'));
        foreach ($rows as $row) {
            $row->status = $statuses[$row->uuid] ?? null;
        }
        return [$rows, $count];
    }

    /**
     * Whether there is still time to undo.
     *
     * @param \stdClass $award
     * @return bool
     */
    public static function can_undo(\stdClass $award): bool {
        // Of an erased learner nothing is left that could be taken back.
        return $award->userid > 0 && $award->timeundone === null && $award->timecreated > time() - self::UNDO;
    }

    /**
     * Awards to one learner.
     *
     * @param int $userid
     * @param string $name
     * @param string $note
     * @param string $uuid
     */
    private function give_one(int $userid, string $name, string $note, string $uuid): void {
        global $DB, $USER;
        $award = (object)[
            'courseid' => $this->people->course->id,
            'userid' => $userid,
            'awardedby' => $USER->id,
            'event' => $name,
            'reason' => $note === '' ? null : \core_text::substr($note, 0, 255),
            'uuid' => $uuid,
            'timecreated' => time(),
        ];
        $award->id = $DB->insert_record(self::TABLE, $award);
        $event = $this->envelope($award, $uuid, (int)$award->timecreated);
        screen::add($event, screen::of_person($userid, (int)$award->courseid, null));
        outbox::add_ready($event);
    }

    /**
     * What is sent of an award. The note is not.
     *
     * @param \stdClass $award
     * @param string $id
     * @param int $time
     * @return learningevent
     */
    private function envelope(\stdClass $award, string $id, int $time): learningevent {
        global $USER;
        $event = new learningevent($id, $award->event, $time, (string)$award->userid);
        $event->actor = (string)$USER->id;
        $event->course = (string)$award->courseid;
        $event->courseidnumber = ($this->people->course->idnumber ?? '') ?: null;
        $event->object = self::TABLE . ':' . $award->id;
        $event->origin = 'web';
        return $event;
    }

    /**
     * The id of one learner's award.
     *
     * @param string $batch
     * @param int $userid
     * @return string
     */
    private static function uuid(string $batch, int $userid): string {
        global $USER;
        return learningevent::id_of('award', (string)$USER->id, $batch, (string)$userid);
    }

    /**
     * One award of a teacher after the other: a limit, and a form that is sent twice, are counted right.
     *
     * @return \core\lock\lock
     */
    private static function lock(): \core\lock\lock {
        global $USER;
        $lock = \core\lock\lock_config::get_lock_factory('local_rocket_award')->get_lock('user_' . $USER->id, self::WAIT);
        if (!$lock) {
            throw new \moodle_exception('award_busy', 'local_rocket');
        }
        return $lock;
    }
}
