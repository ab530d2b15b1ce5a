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

use local_rocket\account_state;
use local_rocket\deed;
use local_rocket\holds;
use local_rocket\reasons;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

/**
 * Points that are set aside, as their learner sees them.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class holds_view {
    /**
     * Takes them.
     *
     * @param array[] $holds as the sidecar says them
     */
    public function __construct(
        /** @var array[] as the sidecar says them */
        private readonly array $holds
    ) {
    }

    /**
     * Those of the session's user, for the page that shows an account.
     *
     * @param account_state $state of the account: who has nothing set aside is not asked about, nor while the sidecar is away
     * @return array what the template is given
     */
    public static function beside(account_state $state): array {
        if ($state->failure !== null || ($state->value['points']['held'] ?? 0) === 0) {
            return [];
        }
        try {
            return (new self(holds::of_current_user()->list()))->shown();
        } catch (away | refused $e) {
            return ['holdsfailure' => $e->getMessage()];
        }
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        return [
            'holds' => array_map([self::class, 'hold'], $this->holds),
            'hasholds' => $this->holds !== [],
        ];
    }

    /**
     * One of them.
     *
     * @param array $hold
     * @return array
     */
    private static function hold(array $hold): array {
        global $USER;
        return [
            'id' => $hold['id'],
            'what' => $hold['event'] === null ? null : deed::name($hold, (int)$USER->id),
            'points' => reasons::points($hold['points']),
            'time' => reasons::moment($hold['time']),
            'text' => reasons::text($hold['reason']),
            'appealed' => $hold['appealed'] === null ? null : reasons::moment($hold['appealed']),
        ];
    }
}
