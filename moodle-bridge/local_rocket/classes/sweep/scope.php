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
 * What is looked for: when, where, whose, and what does not count as new.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class scope {
    /** @var string what the outbox has not got at all */
    public const NOT_IN_OUTBOX = 'notinoutbox';
    /** @var string what the outbox has not got but as a fact, by which nobody earned */
    public const NOT_EARNED_BY = 'notearnedby';
    /** @var string whatever there is */
    public const ALL = 'all';

    /**
     * Says what is looked for.
     *
     * @param int $since epoch seconds
     * @param int $until epoch seconds
     * @param string $new one of the constants above
     * @param bool $standing only what stands as done, not what was undone
     * @param int|null $courseid only there
     * @param int|null $userid only theirs
     */
    public function __construct(
        /** @var int epoch seconds */
        public readonly int $since,
        /** @var int epoch seconds */
        public readonly int $until,
        /** @var string one of the constants above */
        public readonly string $new,
        /** @var bool only what stands as done */
        public readonly bool $standing = false,
        /** @var int|null only there */
        public readonly ?int $courseid = null,
        /** @var int|null only theirs */
        public readonly ?int $userid = null
    ) {
    }

    /**
     * The same, of one learner.
     *
     * @param int $userid
     * @return self
     */
    public function of(int $userid): self {
        return new self($this->since, $this->until, $this->new, $this->standing, $this->courseid, $userid);
    }
}
