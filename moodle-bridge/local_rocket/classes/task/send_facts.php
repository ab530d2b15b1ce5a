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

use local_rocket\facts;

/**
 * Puts what learners had before into the outbox, one batch after the other: what dies starts again where it was.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class send_facts extends \core\task\adhoc_task {
    /** @var int rows at once */
    private const BATCH = 1000;

    /**
     * Has a batch done by cron.
     *
     * @param int $source
     * @param int $after
     */
    public static function queue(int $source, int $after): void {
        $task = new self();
        $task->set_custom_data(['source' => $source, 'after' => $after]);
        \core\task\manager::queue_adhoc_task($task, true);
    }

    #[\Override]
    public function get_name() {
        return get_string('task_send_facts', 'local_rocket');
    }

    #[\Override]
    public function execute() {
        $batch = $this->get_custom_data();
        $next = facts::batch((int)$batch->source, (int)$batch->after, self::BATCH);
        if ($next !== null) {
            self::queue(...$next);
        }
    }
}
