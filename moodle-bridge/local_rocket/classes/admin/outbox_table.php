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

namespace local_rocket\admin;

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->libdir . '/tablelib.php');

use local_rocket\deed;
use local_rocket\outbox;

/**
 * Rows of the outbox with their reasons, the newest first.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class outbox_table extends \table_sql {
    /**
     * Makes the table.
     *
     * @param outbox_filter $filter
     * @param \moodle_url $url
     */
    public function __construct(
        /** @var outbox_filter */
        private readonly outbox_filter $filter,
        \moodle_url $url
    ) {
        parent::__construct('local_rocket_outbox');
        $columns = [
            'timecreated' => get_string('when', 'local_rocket'),
            'eventname' => get_string('what', 'local_rocket'),
            'reason' => get_string('why', 'local_rocket'),
            'fullname' => get_string('fullnameuser'),
            'course' => get_string('course'),
        ];
        if ($filter->acts() !== []) {
            $columns = ['select' => get_string('select')] + $columns;
        }
        $this->define_columns(array_keys($columns));
        $this->define_headers(array_values($columns));
        $this->define_baseurl($url);
        $this->sortable(false);
        $this->collapsible(false);
        [$where, $params] = $filter->sql();
        $name = \core_user\fields::for_name()->get_sql('u', true);
        $this->set_sql(
            "o.id, o.timecreated, o.eventname, o.userid, o.courseid, o.reason, o.attempts, c.fullname AS course{$name->selects}",
            '{local_rocket_outbox} o LEFT JOIN {user} u ON u.id = o.userid LEFT JOIN {course} c ON c.id = o.courseid',
            "$where ORDER BY o.id DESC",
            $params + $name->params
        );
        $this->set_count_sql("SELECT COUNT(*) FROM {local_rocket_outbox} o WHERE $where", $params);
    }

    /**
     * The box by which a row is chosen.
     *
     * @param \stdClass $row
     * @return string
     */
    public function col_select($row): string {
        $label = get_string('selectitem', 'moodle', deed::kind($row->eventname) . ', ' . $this->col_timecreated($row));
        return \html_writer::empty_tag('input', ['type' => 'checkbox', 'name' => 'ids[]', 'value' => $row->id,
            'aria-label' => $label]);
    }

    /**
     * When it happened.
     *
     * @param \stdClass $row
     * @return string
     */
    public function col_timecreated($row): string {
        return userdate($row->timecreated, get_string('strftimedatetimeshort', 'langconfig'));
    }

    /**
     * What happened.
     *
     * @param \stdClass $row
     * @return string
     */
    public function col_eventname($row): string {
        return s(deed::kind($row->eventname));
    }

    /**
     * Whose deed it was.
     *
     * @param \stdClass $row
     * @return string
     */
    public function col_fullname($row) {
        $name = trim(fullname($row, true)) ?: (string)$row->userid;
        return \html_writer::link(new \moodle_url('/local/rocket/learner.php', ['id' => $row->userid]), s($name));
    }

    /**
     * In which course.
     *
     * @param \stdClass $row
     * @return string
     */
    public function col_course($row): string {
        return $row->course === null ? '' : format_string($row->course);
    }

    /**
     * Why it stands where it stands, in words where there are some.
     *
     * @param \stdClass $row
     * @return string
     */
    public function col_reason($row): string {
        return s(self::reason($this->filter->status, (string)$row->reason));
    }

    /**
     * A reason in words.
     *
     * @param int $status
     * @param string $reason a code, or words already
     * @return string plain text
     */
    public static function reason(int $status, string $reason): string {
        $key = match ($status) {
            outbox::SKIPPED => 'skipped_',
            outbox::DONE => 'answered_',
            default => null,
        } . clean_param($reason, PARAM_ALPHANUMEXT);
        $known = $reason !== '' && get_string_manager()->string_exists($key, 'local_rocket');
        return $known ? get_string($key, 'local_rocket') : $reason;
    }
}
