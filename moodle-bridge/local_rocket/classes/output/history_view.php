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

/**
 * Why events did or did not earn, page by page.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class history_view {
    /**
     * Takes a page of decisions.
     *
     * @param array $page events, next_cursor
     */
    public function __construct(
        /** @var array events, next_cursor */
        private readonly array $page
    ) {
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        ['events' => $events, 'next_cursor' => $next] = $this->page;
        return [
            'events' => array_map([account_view::class, 'event'], $events),
            'hasevents' => $events !== [],
            'urlolder' => $next === null ? null
                : (new \moodle_url('/local/rocket/view.php', ['tab' => 'history', 'cursor' => $next]))->out(false),
        ];
    }
}
