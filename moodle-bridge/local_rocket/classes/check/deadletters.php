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
use local_rocket\outbox;

/**
 * Whether the sidecar refused events, so that a person has to look.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class deadletters extends check {
    /** @var string where they can be sent again */
    protected const PAGE = 'outbox';

    #[\Override]
    public function get_result(): result {
        $count = queue::count([outbox::DEAD]);
        return $count === 0 ? new result(result::OK, get_string('status_nodead', 'local_rocket'))
            : new result(result::WARNING, get_string('check_dead', 'local_rocket', $count));
    }
}
