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

/**
 * No setting: shows at the top of the settings how the connection is.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class setting_connection extends \admin_setting {
    /**
     * Nothing is saved.
     *
     * @param string $name
     */
    public function __construct($name) {
        $this->nosave = true;
        parent::__construct($name, get_string('connection', 'local_rocket'), '', '');
    }

    #[\Override]
    public function get_setting() {
        return true;
    }

    #[\Override]
    public function write_setting($data) {
        return '';
    }

    #[\Override]
    public function is_related($query) {
        // A search of the settings must not ask the sidecar.
        return false;
    }

    #[\Override]
    public function output_html($data, $query = '') {
        global $OUTPUT;
        return $OUTPUT->render_from_template('local_rocket/admin_connection', connection_view::shown());
    }
}
