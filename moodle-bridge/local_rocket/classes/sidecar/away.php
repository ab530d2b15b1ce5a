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

namespace local_rocket\sidecar;

/**
 * The sidecar did not answer, or could not: nothing is known of what was asked, and it can be asked again.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class away extends \moodle_exception {
    /**
     * Says why.
     *
     * @param string $reason `notpaired`, `paused`, `waiting` (it failed a moment ago), `network`, `server`, `toomany`
     * @param string $detail what is known besides
     * @param int|null $retryafter seconds after which the sidecar wants to be asked again
     */
    public function __construct(
        /** @var string why, as a code */
        public readonly string $reason,
        string $detail = '',
        /** @var int|null seconds after which the sidecar wants to be asked again */
        public readonly ?int $retryafter = null
    ) {
        parent::__construct('away_' . $reason, 'local_rocket', '', $detail);
    }
}
