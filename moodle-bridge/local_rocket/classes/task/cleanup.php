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

namespace local_rocket\task;

use local_rocket\checkpoints;
use local_rocket\outbox_desk;
use local_rocket\receipts;

/**
 * Clears away what was sent, redeemed or signed long ago.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class cleanup extends \core\task\scheduled_task {
    #[\Override]
    public function get_name() {
        return get_string('task_cleanup', 'local_rocket');
    }

    #[\Override]
    public function execute() {
        outbox_desk::cleanup();
        receipts::cleanup();
        checkpoints::cleanup();
    }
}
