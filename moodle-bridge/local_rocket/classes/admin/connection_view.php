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
 * The connection and the steps of setting up, as the template shows them.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class connection_view {
    /**
     * The context of the template `admin_connection`.
     *
     * @return array
     */
    public static function shown(): array {
        $connection = new connection();
        $facts = $connection->facts();
        $steps = checklist::steps($connection);
        return [
            'connected' => $connection->report !== null,
            'problem' => $connection->problem(),
            'warnings' => $connection->warnings(),
            'facts' => array_map(fn($label, $value) => ['label' => $label, 'value' => $value], array_keys($facts), $facts),
            'ready' => !in_array(false, $steps, true) && !in_array(null, $steps, true),
            'steps' => array_map(fn($step, $done) => [
                'done' => $done === true,
                'unknown' => $done === null,
                'name' => get_string("step_$step", 'local_rocket'),
                'help' => $done === true ? null : get_string("step_{$step}_help", 'local_rocket'),
            ], array_keys($steps), $steps),
            'statusurl' => (new \moodle_url('/local/rocket/status.php'))->out(false),
            'rotateurl' => get_config('local_rocket', 'secret') && !connection::secret_in_config()
                ? (new \moodle_url('/local/rocket/status.php', ['ask' => 'rotate']))->out(false) : null,
        ];
    }
}
