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
 * Which items of the review queue somebody looks at.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class review_filter {
    /** @var string[] states that can be asked for */
    public const STATES = ['open', 'decided', 'all'];

    /** @var string[] kinds of items */
    public const KINDS = ['hold', 'flag', 'week'];

    /** @var int characters that the sidecar takes of what found something */
    private const LONGEST = 100;

    /**
     * Takes what to look for.
     *
     * @param string $state one of STATES
     * @param string $kind one of KINDS; empty: any
     * @param string $foundby a check, `rule`, `anomaly` or `blacklist:ID`; empty: any
     * @param int $userid of one learner; 0: everybody's
     * @param int $cursor where the page before ended; 0: the first page
     */
    public function __construct(
        /** @var string one of STATES */
        public readonly string $state = 'open',
        /** @var string one of KINDS; empty: any */
        public readonly string $kind = '',
        /** @var string a check, `rule`, `anomaly` or `blacklist:ID`; empty: any */
        public readonly string $foundby = '',
        /** @var int of one learner; 0: everybody's */
        public readonly int $userid = 0,
        /** @var int where the page before ended; 0: the first page */
        public readonly int $cursor = 0
    ) {
        if (!in_array($state, self::STATES, true) || ($kind !== '' && !in_array($kind, self::KINDS, true))) {
            throw new \moodle_exception('invalidaction');
        }
    }

    /**
     * The filter of a page's address.
     *
     * @return self
     */
    public static function from_request(): self {
        return new self(
            optional_param('state', 'open', PARAM_ALPHA),
            optional_param('kind', '', PARAM_ALPHA),
            \core_text::substr(optional_param('foundby', '', PARAM_RAW_TRIMMED), 0, self::LONGEST),
            optional_param('userid', 0, PARAM_INT),
            optional_param('cursor', 0, PARAM_INT)
        );
    }

    /**
     * The same, for an address.
     *
     * @return array
     */
    public function params(): array {
        return array_filter([
            'state' => $this->state === 'open' ? '' : $this->state,
            'kind' => $this->kind,
            'foundby' => $this->foundby,
            'userid' => $this->userid,
            'cursor' => $this->cursor,
        ]);
    }

    /**
     * The same, as the sidecar is asked.
     *
     * @return array
     */
    public function query(): array {
        return ['state' => $this->state] + array_filter([
            'kind' => $this->kind,
            'found_by' => $this->foundby,
            'user_id' => $this->userid === 0 ? '' : (string)$this->userid,
            'cursor' => $this->cursor === 0 ? '' : (string)$this->cursor,
        ]);
    }
}
