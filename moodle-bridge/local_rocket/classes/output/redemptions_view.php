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

use local_rocket\reasons;

/**
 * What a learner redeemed, page by page. Tokens are on the page of each.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class redemptions_view {
    /**
     * Takes a page of redemptions.
     *
     * @param array $page redemptions, next_cursor
     */
    public function __construct(
        /** @var array redemptions, next_cursor */
        private readonly array $page
    ) {
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        ['redemptions' => $redemptions, 'next_cursor' => $next] = $this->page;
        return [
            'redemptions' => array_map(fn($one) => [
                'id' => $one['redemption_id'],
                'title' => format_string($one['title'], true, ['escape' => false]),
                'state' => get_string('state_' . $one['status'], 'local_rocket'),
                'when' => userdate(strtotime($one['created_at']), get_string('strftimedatetimeshort', 'langconfig')),
                'costtext' => reasons::points($one['cost']),
                'url' => (new \moodle_url('/local/rocket/redemption.php', ['id' => $one['redemption_id']]))->out(false),
            ], $redemptions),
            'hasredemptions' => $redemptions !== [],
            'urlolder' => $next === null ? null
                : (new \moodle_url('/local/rocket/view.php', ['tab' => 'mine', 'cursor' => $next]))->out(false),
        ];
    }
}
