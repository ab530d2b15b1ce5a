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

use local_rocket\ledger\audit_mail;
use local_rocket\ledger\keys;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

/**
 * Asks each night who signs the ledger, and mails its newest checkpoint to whoever looks after it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class audit extends \core\task\scheduled_task {
    #[\Override]
    public function get_name() {
        return get_string('task_audit', 'local_rocket');
    }

    #[\Override]
    public function execute() {
        try {
            keys::ask();
        } catch (away | refused $e) {
            // What is kept here can be mailed all the same.
            mtrace($e->getMessage());
        }
        $sent = audit_mail::send();
        if ($sent === false) {
            // Moodle tries the task again, each time a little later.
            throw new \moodle_exception('auditmail_failed', 'local_rocket');
        }
        mtrace(get_string($sent ? 'auditmail_sent' : 'auditmail_nothing', 'local_rocket'));
    }
}
