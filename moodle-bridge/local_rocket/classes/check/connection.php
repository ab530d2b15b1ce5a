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
use local_rocket\sidecar\away;

/**
 * Whether the sidecar answers this web node.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class connection extends check {
    #[\Override]
    public function get_result(): result {
        $connection = new \local_rocket\admin\connection();
        $problem = $connection->problem();
        if ($problem !== null) {
            $new = $connection->failure instanceof away && $connection->failure->reason === 'notpaired';
            return new result($new ? result::WARNING : result::ERROR, s($problem['problem']), s($problem['advice']));
        }
        $warnings = $connection->warnings();
        return new result(
            $warnings === [] ? result::OK : result::WARNING,
            s($warnings[0] ?? get_string('connected', 'local_rocket')),
            s(implode(' ', $warnings))
        );
    }
}
