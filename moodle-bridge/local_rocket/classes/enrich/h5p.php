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

namespace local_rocket\enrich;

use local_rocket\learningevent;

/**
 * H5P: the latest attempt. Its statements come from the learner's browser.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class h5p extends family {
    #[\Override]
    public static function events(): array {
        return ['\mod_h5pactivity\event\statement_received'];
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $whose = ['h5pactivityid' => $row->objectid, 'userid' => $event->user];
        $attempts = $DB->get_records('h5pactivity_attempts', $whose, 'attempt DESC', '*', 0, 1);
        $attempt = reset($attempts);
        if (!$attempt) {
            return;
        }
        self::add($event, [
            'score' => self::percent((float)$attempt->rawscore, (float)$attempt->maxscore),
            'passed' => $attempt->success === null ? null : (bool)$attempt->success,
            'attempt' => (int)$attempt->attempt,
            'duration_seconds' => $attempt->duration === null ? null : (int)$attempt->duration,
        ]);
        $event->object = 'h5pactivity_attempts:' . $attempt->id;
    }
}
