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
 * Work handed in: how much, whether in time, and whose, where a team did it together.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class submission extends family {
    #[\Override]
    public static function events(): array {
        return ['\mod_assign\event\assessable_submitted', '\mod_assign\event\submission_removed'];
    }

    #[\Override]
    public function subjects(\stdClass $row): array {
        global $DB;
        $submission = $DB->get_record('assign_submission', ['id' => $row->objectid], 'userid, groupid');
        if (!$submission || $submission->groupid == 0) {
            return $submission && $submission->userid > 0 ? [(int)$submission->userid] : parent::subjects($row);
        }
        return array_map('intval', array_keys(groups_get_members($submission->groupid, 'u.id')));
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $submission = $DB->get_record('assign_submission', ['id' => $row->objectid]);
        $assign = $submission ? $DB->get_record('assign', ['id' => $submission->assignment]) : null;
        if (!$assign) {
            return;
        }
        $written = $DB->get_field('assignsubmission_onlinetext', 'onlinetext', ['submission' => $submission->id]);
        $text = $written === false ? null : new text($written);
        $files = $DB->get_fieldset_select(
            'files',
            'contenthash',
            "component = 'assignsubmission_file' AND filearea = 'submission_files' AND itemid = ? AND filename <> '.'",
            [$submission->id]
        );
        sort($files);
        $due = self::due($assign, (int)$event->user, (int)$submission->groupid);
        self::add($event, [
            'attempt' => $submission->attemptnumber + 1,
            'words' => $text?->words(),
            'characters' => $text?->characters(),
            'text_hash' => $text && $text->words() > 0 ? \local_rocket\hasher::of($text->normal) : null,
            'files' => count($files),
            'file_hash' => $files === [] ? null : \local_rocket\hasher::of(implode(' ', $files)),
            'late' => $due > 0 ? $submission->timemodified > $due : null,
            'group' => $submission->groupid > 0 ? 'group:' . $submission->groupid : null,
        ]);
        if ($text) {
            \local_rocket\screen::add($event, \local_rocket\screen::of_text($text->normal));
        }
    }

    /**
     * When somebody's work was due: an extension counts, else an override, else the date for all.
     *
     * @param \stdClass $assign
     * @param int $userid
     * @param int $groupid
     * @return int epoch seconds; 0: never
     */
    private static function due(\stdClass $assign, int $userid, int $groupid): int {
        global $DB;
        $extension = (int)$DB->get_field(
            'assign_user_flags',
            'extensionduedate',
            ['assignment' => $assign->id, 'userid' => $userid]
        );
        $groups = $groupid > 0 ? [$groupid] : array_keys(groups_get_all_groups($assign->course, $userid));
        [$in, $params] = $DB->get_in_or_equal($groups ?: [0], SQL_PARAMS_NAMED);
        // A learner's own override first, then that of the group which stands first.
        $overrides = $DB->get_fieldset_sql(
            "SELECT duedate FROM {assign_overrides}
              WHERE assignid = :assign AND (userid = :user OR groupid $in) AND duedate IS NOT NULL
           ORDER BY CASE WHEN userid IS NULL THEN 1 ELSE 0 END, sortorder",
            $params + ['assign' => $assign->id, 'user' => $userid]
        );
        $due = (int)($overrides[0] ?? $assign->duedate);
        return $due === 0 ? 0 : max($due, $extension);
    }
}
