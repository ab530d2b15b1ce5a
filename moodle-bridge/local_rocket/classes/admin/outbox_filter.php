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

namespace local_rocket\admin;

use local_rocket\outbox;
use local_rocket\outbox_desk;

/**
 * Which rows of the outbox somebody looks at.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class outbox_filter {
    /** @var int rows that are changed by one statement */
    private const CHUNK = 1000;

    /**
     * Takes what to look for.
     *
     * @param int $status
     * @param string $text in the reason or the name of the event
     */
    public function __construct(
        /** @var int */
        public readonly int $status = outbox::DEAD,
        /** @var string in the reason or the name of the event */
        public readonly string $text = ''
    ) {
        if (!isset(queue::NAMES[$status])) {
            throw new \moodle_exception('invalidaction');
        }
    }

    /**
     * The filter of a page's address.
     *
     * @return self
     */
    public static function from_request(): self {
        return new self(optional_param('status', outbox::DEAD, PARAM_INT), optional_param('text', '', PARAM_RAW_TRIMMED));
    }

    /**
     * The same, for an address.
     *
     * @return array
     */
    public function params(): array {
        return ['status' => $this->status] + ($this->text === '' ? [] : ['text' => $this->text]);
    }

    /**
     * The condition.
     *
     * @return array SQL about the columns of the outbox `o`, parameters
     */
    public function sql(): array {
        global $DB;
        $where = 'o.status = :status';
        $params = ['status' => $this->status];
        if ($this->text !== '') {
            $like = '%' . $DB->sql_like_escape($this->text) . '%';
            $where .= ' AND (' . $DB->sql_like('o.reason', ':reason', false) . ' OR '
                . $DB->sql_like('o.eventname', ':event', false) . ')';
            $params += ['reason' => $like, 'event' => $like];
        }
        return [$where, $params];
    }

    /**
     * What can be done with these.
     *
     * @return string[] replay, drop
     */
    public function acts(): array {
        return match (true) {
            $this->status === outbox::DEAD => ['replay', 'drop'],
            $this->status > outbox::READY => ['replay'],
            default => [],
        };
    }

    /**
     * Sends rows again, or gives them up.
     *
     * @param string $act replay or drop
     * @param int[]|null $ids null: all that match
     * @return int how many were meant
     * @throws \moodle_exception
     */
    public function perform(string $act, ?array $ids): int {
        global $DB;
        if (!in_array($act, $this->acts(), true)) {
            throw new \moodle_exception('invalidaction');
        }
        if ($ids === null) {
            [$where, $params] = $this->sql();
            $ids = $DB->get_fieldset_sql("SELECT o.id FROM {local_rocket_outbox} o WHERE $where", $params);
        }
        foreach (array_chunk($ids, self::CHUNK) as $some) {
            $act === 'replay' ? outbox_desk::replay($some) : outbox_desk::drop($some);
        }
        return count($ids);
    }
}
