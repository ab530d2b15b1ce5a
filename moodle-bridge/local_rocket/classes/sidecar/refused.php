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
 * The sidecar understood, and said no: asking again would change nothing.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class refused extends \moodle_exception {
    /** @var string the problem's code, such as `reward_locked` */
    public readonly string $codename;

    /**
     * Takes the answer as it came.
     *
     * @param int $status the HTTP status, 400 to 499
     * @param array $problem the body (RFC 9457): code, detail, perhaps faults and further members
     */
    public function __construct(
        /** @var int the HTTP status */
        public readonly int $status,
        /** @var array the body of the answer */
        public readonly array $problem
    ) {
        $this->codename = is_string($problem['code'] ?? null) ? $problem['code'] : 'http_' . $status;
        $detail = is_string($problem['detail'] ?? null) ? $problem['detail'] : 'HTTP ' . $status;
        parent::__construct('refused', 'local_rocket', '', $detail);
    }
}
