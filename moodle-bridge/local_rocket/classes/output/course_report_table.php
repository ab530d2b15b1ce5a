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

namespace local_rocket\output;

defined('MOODLE_INTERNAL') || die();
global $CFG;
require_once($CFG->libdir . '/tablelib.php');

/**
 * Who earned what in a course: sorted, paged, and downloaded in any of Moodle's formats.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class course_report_table extends \flexible_table {
    /** @var int learners on a page */
    private const SIZE = 50;

    /** @var string[] fields that identify a learner to this viewer */
    private array $identity;

    /**
     * Makes the table.
     *
     * @param \stdClass $course
     * @param \context $context
     * @param \moodle_url $url
     */
    public function __construct(\stdClass $course, \context $context, \moodle_url $url) {
        parent::__construct('local_rocket_course_report');
        $this->identity = \core_user\fields::get_identity_fields($context, false);
        $this->define_baseurl($url);
        $labels = array_map(fn($field) => \core_user\fields::get_display_name($field), $this->identity);
        $this->define_columns(['fullname', 'points', 'held', 'last', ...$this->identity]);
        $this->define_headers([
            get_string('fullname'),
            get_string('pointscol', 'local_rocket'),
            get_string('report_held', 'local_rocket'),
            get_string('report_last', 'local_rocket'),
            ...$labels,
        ]);
        $this->sortable(true, 'points', SORT_DESC);
        $this->collapsible(false);
        $this->show_download_buttons_at([TABLE_P_BOTTOM]);
        $download = optional_param('download', '', PARAM_ALPHA);
        $this->is_downloading($download, clean_filename('points ' . $course->shortname), get_string('report', 'local_rocket'));
    }

    /**
     * The columns that a learner is read for.
     *
     * @return string[]
     */
    public function identity(): array {
        return $this->identity;
    }

    /**
     * Fills and prints it.
     *
     * @param \stdClass[] $learners by id
     * @param array $sums points, held, last by user id
     */
    public function print(array $learners, array $sums): void {
        $this->setup();
        $rows = [];
        $none = ['points' => 0, 'held' => 0, 'last' => 0];
        foreach ($learners as $id => $learner) {
            $rows[] = ($sums[$id] ?? $none) + (array)$learner + ['fullname' => fullname($learner)];
        }
        $sorts = $this->get_sort_columns();
        usort($rows, fn($a, $b) => self::compare($a, $b, $sorts));
        if (!$this->is_downloading()) {
            $this->pagesize(self::SIZE, count($rows));
            $rows = array_slice($rows, $this->get_page_start(), self::SIZE);
        }
        foreach ($rows as $row) {
            $this->add_data_keyed($this->cells($row));
        }
        $this->finish_output();
    }

    /**
     * The cells of a row.
     *
     * @param array $row
     * @return string[]
     */
    private function cells(array $row): array {
        $link = new \moodle_url($this->baseurl, ['userid' => $row['id']]);
        $downloading = $this->is_downloading();
        $cells = [
            'fullname' => $downloading ? $row['fullname'] : \html_writer::link($link, s($row['fullname'])),
            'points' => $row['points'],
            'held' => $row['held'],
            'last' => $row['last'] === 0 ? '' : userdate($row['last'], get_string('strftimedatetimeshort', 'langconfig')),
        ];
        foreach ($this->identity as $field) {
            $cells[$field] = $downloading ? $row[$field] : s($row[$field]);
        }
        return $cells;
    }

    /**
     * The order of two rows.
     *
     * @param array $a
     * @param array $b
     * @param array $sorts SORT_ASC or SORT_DESC by column
     * @return int
     */
    private static function compare(array $a, array $b, array $sorts): int {
        foreach ($sorts as $column => $order) {
            $one = $a[$column] ?? '';
            $other = $b[$column] ?? '';
            $found = is_int($one) ? $one <=> $other : strcoll((string)$one, (string)$other);
            if ($found !== 0) {
                return $order == SORT_DESC ? -$found : $found;
            }
        }
        return strcoll($a['fullname'], $b['fullname']);
    }
}
