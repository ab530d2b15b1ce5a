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
use local_rocket\checkpoints;
use local_rocket\ledger\alarms;
use local_rocket\ledger\audit_mail;

/**
 * Whether the ledger is what it was, as far as its checkpoints tell, and whether they reach whoever looks after it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class ledger extends check {
    #[\Override]
    public function get_result(): result {
        $alarms = alarms::open();
        if ($alarms !== []) {
            $serious = array_filter($alarms, [alarms::class, 'is_serious']) !== [];
            $said = array_map(fn($alarm) => s(alarms::words($alarm)), $alarms);
            $summary = get_string('check_alarms', 'local_rocket', count($alarms));
            return new result($serious ? result::CRITICAL : result::WARNING, $summary, implode(' ', $said));
        }
        if (audit_mail::last()['failed'] !== null) {
            return new result(result::WARNING, get_string('auditmail_failed', 'local_rocket'));
        }
        $newest = checkpoints::newest();
        return new result(result::OK, $newest === null ? get_string('status_nocheckpoints', 'local_rocket')
            : get_string('check_proven', 'local_rocket', $newest->size));
    }
}
