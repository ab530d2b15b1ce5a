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

use local_rocket\admin\alert;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

/**
 * Passes on what learners and people in charge should be told, every five minutes.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class notices extends \core\task\scheduled_task {
    /** @var int seconds that one run may take */
    private const SECONDS = 240;

    #[\Override]
    public function get_name() {
        return get_string('task_notices', 'local_rocket');
    }

    #[\Override]
    public function execute() {
        // First what the bridge itself has to tell: it does not need the sidecar for it.
        alert::raise();
        try {
            $report = (new \local_rocket\notices())->run(time() + self::SECONDS);
        } catch (away | refused $e) {
            // They are asked for again in the next run, from where this one stopped.
            mtrace($e->getMessage());
            return;
        }
        mtrace(get_string('noticesdone', 'local_rocket', $report['sent']));
        foreach ($report['failures'] as $id => $failure) {
            mtrace("$id: $failure");
        }
    }
}
