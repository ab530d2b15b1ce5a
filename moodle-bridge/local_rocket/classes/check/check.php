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

namespace local_rocket\check;

/**
 * What all checks of Rocket have in common.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
abstract class check extends \core\check\check {
    /** @var string the page on which something can be done about it */
    protected const PAGE = 'status';

    #[\Override]
    public function get_action_link(): ?\action_link {
        $url = new \moodle_url('/local/rocket/' . static::PAGE . '.php');
        return new \action_link($url, get_string('page' . static::PAGE, 'local_rocket'));
    }
}
