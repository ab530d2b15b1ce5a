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

use local_rocket\resending;
use local_rocket\sender;
use local_rocket\state;

/**
 * Sends the outbox, each minute.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class send extends \core\task\scheduled_task {
    /** @var int seconds that one run may take: the next one is due then */
    private const SECONDS = 50;

    #[\Override]
    public function get_name() {
        return get_string('task_send', 'local_rocket');
    }

    #[\Override]
    public function execute() {
        $until = time() + self::SECONDS;
        ['sent' => $sent, 'stopped' => $stopped] = $run = (new sender())->run($until);
        // How it went in cron: a web node that sends after its page may fare otherwise.
        state::set('sender', ['time' => time()] + $run);
        mtrace(get_string('sentevents', 'local_rocket', $sent));
        $stopped ??= resending::go_on($until);
        if ($stopped !== null) {
            mtrace($stopped);
        }
    }
}
