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
 * Cohorts to choose from, read only where the list is shown.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class setting_cohorts extends \admin_setting_configmultiselect {
    /**
     * Takes no choices: they are read later.
     *
     * @param string $name
     * @param string $visiblename
     * @param string $description
     */
    public function __construct($name, $visiblename, $description) {
        parent::__construct($name, $visiblename, $description, [], null);
    }

    #[\Override]
    public function load_choices() {
        global $DB;
        if (!is_array($this->choices)) {
            $names = $DB->get_records_menu('cohort', null, 'name, id', 'id, name');
            $this->choices = array_map(fn($name) => format_string($name, true, ['context' => \context_system::instance()]), $names);
        }
        return true;
    }
}
