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

// NOTE: no MOODLE_INTERNAL test here, this file may be required by behat before including /config.php.

require_once(__DIR__ . '/../../../../lib/behat/behat_base.php');

/**
 * The plugin's pages, for Behat.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class behat_local_rocket extends behat_base {
    #[\Override]
    protected function resolve_page_url(string $page): moodle_url {
        return match (strtolower($page)) {
            'counter', 'learner', 'view' => new moodle_url('/local/rocket/' . strtolower($page) . '.php'),
            default => throw new Exception("Unrecognised page: $page."),
        };
    }

    #[\Override]
    protected function resolve_page_instance_url(string $type, string $identifier): moodle_url {
        $params = ['courseid' => $this->get_course_id($identifier)];
        return match (strtolower($type)) {
            'award', 'report' => new moodle_url('/local/rocket/' . strtolower($type) . '.php', $params),
            default => throw new Exception("Unrecognised page type: $type."),
        };
    }
}
