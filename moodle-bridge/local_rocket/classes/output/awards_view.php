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

namespace local_rocket\output;

use local_rocket\award_check;
use local_rocket\awards;
use local_rocket\deed;
use local_rocket\outbox;

/**
 * Awards in a course, the latest first.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class awards_view {
    /** @var int awards on a page */
    public const SIZE = 20;

    /**
     * Takes a page of awards.
     *
     * @param \stdClass[] $awards
     * @param int $courseid
     */
    public function __construct(
        /** @var \stdClass[] */
        private readonly array $awards,
        /** @var int */
        private readonly int $courseid
    ) {
    }

    /**
     * What stands above the form.
     *
     * @param bool $possible whether the institution lists anything to award for
     * @return array
     */
    public static function intro(bool $possible): array {
        return ['possible' => $possible, 'left' => award_check::left_today()];
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        $people = $this->people();
        $when = get_string('strftimedatetimeshort', 'langconfig');
        return [
            'awards' => array_values(array_map(fn($award) => [
                'id' => $award->id,
                'learner' => isset($people[$award->userid]) ? fullname($people[$award->userid]) : null,
                'by' => isset($people[$award->awardedby]) ? fullname($people[$award->awardedby]) : null,
                'what' => deed::kind($award->event),
                'note' => $award->reason,
                'when' => userdate($award->timecreated, $when),
                'state' => self::state($award),
                'undo' => awards::can_undo($award),
            ], $this->awards)),
            'hasawards' => $this->awards !== [],
            'url' => (new \moodle_url('/local/rocket/award.php', ['courseid' => $this->courseid]))->out(false),
            'sesskey' => sesskey(),
        ];
    }

    /**
     * Where an award stands.
     *
     * @param \stdClass $award
     * @return string
     */
    private static function state(\stdClass $award): string {
        return get_string(match (true) {
            $award->timeundone !== null => 'award_stateundone',
            $award->status === outbox::DEAD || $award->status === outbox::DROPPED => 'award_statestuck',
            $award->status === null || $award->status === outbox::DONE => 'award_statesent',
            default => 'award_statewaiting',
        }, 'local_rocket');
    }

    /**
     * The names of those concerned.
     *
     * @return \stdClass[] users by id
     */
    private function people(): array {
        global $DB;
        $ids = array_unique(array_merge(array_column($this->awards, 'userid'), array_column($this->awards, 'awardedby')));
        $fields = implode(', ', ['id', 'deleted', ...\core_user\fields::get_name_fields()]);
        return array_filter($DB->get_records_list('user', 'id', $ids, '', $fields), fn($user) => !$user->deleted);
    }
}
