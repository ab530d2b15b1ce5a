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
 * SCORM packages: the score that the package reported for the attempt. It comes from the learner's browser.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class scorm extends family {
    #[\Override]
    public static function events(): array {
        return ['\mod_scorm\event\scoreraw_submitted'];
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $cm = $event->activity === null ? null : get_coursemodule_from_id('scorm', (int)explode(':', $event->activity)[1]);
        if (!$cm) {
            return;
        }
        $whose = ['scormid' => $cm->instance, 'userid' => $event->user];
        $attempts = $DB->get_records('scorm_attempt', $whose, 'attempt DESC', 'id, attempt', 0, 1);
        $attempt = reset($attempts);
        if (!$attempt) {
            return;
        }
        $values = $DB->get_records_sql_menu(
            "SELECT e.element, MAX(v.value)
               FROM {scorm_scoes_value} v
               JOIN {scorm_element} e ON e.id = v.elementid
              WHERE v.attemptid = :attempt AND e.element LIKE :score
           GROUP BY e.element",
            ['attempt' => $attempt->id, 'score' => 'cmi%score.%']
        );
        $raw = $values['cmi.core.score.raw'] ?? $values['cmi.score.raw'] ?? null;
        $most = $values['cmi.core.score.max'] ?? $values['cmi.score.max'] ?? 100;
        self::add($event, [
            'score' => is_numeric($raw) && is_numeric($most) ? self::percent((float)$raw, (float)$most) : null,
            'attempt' => (int)$attempt->attempt,
        ]);
        $event->object = 'scorm_attempt:' . $attempt->id;
    }
}
