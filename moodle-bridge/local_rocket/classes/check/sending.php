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

use core\check\result;
use local_rocket\admin\queue;

/**
 * Whether what learners do reaches the sidecar.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class sending extends check {
    #[\Override]
    public function get_result(): result {
        $waiting = queue::waiting();
        $details = s(queue::trouble() ?? '');
        if (get_config('local_rocket', 'paused')) {
            return new result(result::WARNING, get_string('away_paused', 'local_rocket'));
        }
        if ($waiting <= queue::MISSED) {
            return new result(result::OK, get_string('check_sent', 'local_rocket'), $details);
        }
        return new result(
            $waiting > HOURSECS ? result::ERROR : result::WARNING,
            get_string('check_waiting', 'local_rocket', format_time($waiting)),
            $details
        );
    }
}
