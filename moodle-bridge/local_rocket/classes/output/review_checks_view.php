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

use local_rocket\evidence;
use local_rocket\reasons;

/**
 * What each check finds, and what people made of that.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class review_checks_view {
    /**
     * Takes the checks.
     *
     * @param array[] $checks as the sidecar shows them
     */
    public function __construct(
        /** @var array[] as the sidecar shows them */
        private readonly array $checks
    ) {
    }

    /**
     * What the template is given.
     *
     * @return array[]
     */
    public function shown(): array {
        return array_map(fn($check) => [
            'id' => $check['id'],
            'name' => evidence::check($check['id']),
            'counts' => evidence::counts($check['id'], $check['counts']),
            'state' => get_string('checks_state_' . $check['state'], 'local_rocket'),
            'threshold' => get_string(
                $check['kind'] === 'floor' ? 'checks_below' : 'checks_from',
                'local_rocket',
                reasons::number($check['threshold'])
            ),
            'days7' => self::found($check['hits']['days_7']),
            'days28' => self::found($check['hits']['days_28']),
            'decided' => get_string('checks_decisions', 'local_rocket', $check),
            'overturned' => $check['overturned'] === null ? '–'
                : get_string('checks_overturnedvalue', 'local_rocket', reasons::number((int)round(100 * $check['overturned']))),
            'suggestoff' => $check['suggest_off'],
        ], $this->checks);
    }

    /**
     * What it found in some days.
     *
     * @param array $tally hits, learners, points
     * @return string
     */
    private static function found(array $tally): string {
        return $tally['hits'] === 0 ? '0'
            : get_string('checks_found', 'local_rocket', array_map([reasons::class, 'number'], $tally));
    }
}
