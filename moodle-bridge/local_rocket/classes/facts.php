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

use local_rocket\enrich\registry;
use local_rocket\sweep\scope;
use local_rocket\sweep\source;

/**
 * What learners had before the sidecar came: completions and badges that stand. Rewards may require them; nobody earns by them.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class facts {
    /** @var string[] sources, in the order in which they are sent */
    private const SOURCES = ['completions', 'course_completions', 'badges'];

    /**
     * Has them sent, in the background. When this site is paired again, again: another sidecar knows nothing of them.
     */
    public static function queue(): void {
        $first = self::since() ?? time();
        state::set('facts', ['since' => $first, 'until' => time(), 'done' => null]);
        task\send_facts::queue(0, 0);
    }

    /**
     * When this site was paired for the first time.
     *
     * @return int|null epoch seconds; null: never
     */
    public static function since(): ?int {
        return state::get('facts')['since'] ?? null;
    }

    /**
     * Puts one batch into the outbox.
     *
     * @param int $source its place in the list
     * @param int $after the last row that was put in
     * @param int $limit
     * @return array|null source and after of the next batch; null: that was the last
     */
    public static function batch(int $source, int $after, int $limit): ?array {
        $state = state::get('facts');
        $scope = new scope(0, $state['until'], scope::ALL, true);
        $from = source::all()[self::SOURCES[$source]];
        $found = $from->find($scope, $after, $limit)->current();
        self::put($from, $found);
        if (count($found) === $limit) {
            return [$source, (int)end($found)->id];
        }
        if (isset(self::SOURCES[$source + 1])) {
            return [$source + 1, 0];
        }
        state::set('facts', ['done' => time()] + $state);
        return null;
    }

    /**
     * Puts facts into the outbox: of those who take part.
     *
     * @param source $source
     * @param \stdClass[] $found
     */
    private static function put(source $source, array $found): void {
        global $DB;
        $earners = new earners();
        $earners->read(array_column($found, 'userid'));
        $courses = $DB->get_records_list('course', 'id', array_unique(array_column($found, 'courseid')), '', 'id, idnumber');
        $known = [];
        foreach ($found as $one) {
            if ($earners->why_not((int)$one->userid, (int)$one->courseid) !== null) {
                continue;
            }
            $event = self::envelope($source, $one, $courses[$one->courseid]->idnumber ?? '');
            if (!outbox::add_ready($event)) {
                $known[] = $event->id;
            }
        }
        self::send_again($known);
    }

    /**
     * The envelope of a fact.
     *
     * @param source $source
     * @param \stdClass $found
     * @param string $idnumber of the course
     * @return learningevent
     */
    private static function envelope(source $source, \stdClass $found, string $idnumber): learningevent {
        $row = (object)($source->row($found, 'facts') + ['id' => 0, 'actorid' => null]);
        $row->other = json_decode($row->other ?? '', true) ?? [];
        $id = learningevent::id_of('facts', $row->uuid);
        $event = new learningevent($id, $row->eventname, $row->timecreated, (string)$row->userid);
        $event->course = $row->courseid > 0 ? (string)$row->courseid : null;
        $event->courseidnumber = $idnumber ?: null;
        $event->activity = $found->activity ?? null;
        $event->object = $row->objecttable . ':' . $row->objectid;
        $event->origin = 'facts';
        $event->factsonly = true;
        registry::for($row->eventname)->enrich($row, $event);
        return $event;
    }

    /**
     * What was acknowledged before, perhaps by another sidecar.
     *
     * @param string[] $ids
     */
    private static function send_again(array $ids): void {
        global $DB;
        if ($ids === []) {
            return;
        }
        [$in, $params] = $DB->get_in_or_equal($ids);
        $done = $DB->get_fieldset_select('local_rocket_outbox', 'id', "uuid $in AND status = ?", [...$params, outbox::DONE]);
        outbox_desk::replay($done);
    }
}
