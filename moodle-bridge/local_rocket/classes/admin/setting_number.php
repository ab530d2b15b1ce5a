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
 * A whole number within bounds.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class setting_number extends \admin_setting_configtext {
    /**
     * Takes the bounds.
     *
     * @param string $name
     * @param string $visiblename
     * @param string $description
     * @param int $default
     * @param int $least
     * @param int $most
     */
    public function __construct(
        $name,
        $visiblename,
        $description,
        int $default,
        /** @var int */
        private readonly int $least,
        /** @var int */
        private readonly int $most
    ) {
        parent::__construct($name, $visiblename, $description, $default, PARAM_INT);
    }

    #[\Override]
    public function validate($data) {
        $number = filter_var($data, FILTER_VALIDATE_INT, ['options' => ['min_range' => $this->least, 'max_range' => $this->most]]);
        return $number === false
            ? get_string('numberbounds', 'local_rocket', ['least' => $this->least, 'most' => $this->most]) : true;
    }
}
