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

/**
 * Who earned what in a course, and for each learner what for.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');

use local_rocket\course_people;
use local_rocket\course_report;
use local_rocket\output\course_report_table;
use local_rocket\output\learner_in_course_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

$course = get_course(required_param('courseid', PARAM_INT));
$userid = optional_param('userid', 0, PARAM_INT);
$page = max(0, optional_param('page', 0, PARAM_INT));

require_login($course);
$people = new course_people($course);
require_capability('local/rocket:viewreport', $people->context);
$PAGE->set_url('/local/rocket/report.php', ['courseid' => $course->id] + ($userid === 0 ? [] : ['userid' => $userid]));
$PAGE->set_pagelayout('report');
$PAGE->set_title(get_string('report', 'local_rocket') . moodle_page::TITLE_SEPARATOR . format_string($course->shortname));
$PAGE->set_heading(format_string($course->fullname));

$report = new course_report((int)$course->id);
$table = $userid === 0 ? new course_report_table($course, $people->context, $PAGE->url) : null;
$learners = $people->everybody($table?->identity() ?? []);
if ($userid !== 0 && !isset($learners[$userid])) {
    throw new moodle_exception('report_notseen', 'local_rocket', new moodle_url($PAGE->url, ['userid' => null]));
}
$failure = null;
try {
    $found = $table ? $report->totals() : $report->of_learner($userid);
} catch (away | refused $e) {
    $failure = $e->getMessage();
}
if ($table && $failure === null) {
    // Who may not earn here is listed only where there are points of theirs.
    $learners = array_intersect_key($learners, $people->learners() + $found['learners']);
    if ($table->is_downloading()) {
        $table->print($learners, $found['learners']);
        exit;
    }
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('report', 'local_rocket'));
if ($failure !== null) {
    echo $OUTPUT->notification(s($failure), \core\output\notification::NOTIFY_WARNING, false);
} else if ($table) {
    $asof = userdate($found['asof'], get_string('strftimedatetime', 'langconfig'));
    if ($found['away']) {
        $since = get_string('awaysince', 'local_rocket', $asof);
        echo $OUTPUT->notification($since, \core\output\notification::NOTIFY_WARNING, false);
    }
    echo html_writer::tag('p', get_string('report_explained', 'local_rocket'));
    // Wide tables scroll by themselves, and what they hide from sight does not widen a small page.
    echo html_writer::start_div('position-relative overflow-auto');
    $table->print($learners, $found['learners']);
    echo html_writer::end_div();
    echo html_writer::tag('p', get_string('asof', 'local_rocket', $asof), ['class' => 'small']);
} else {
    $view = new learner_in_course_view($learners[$userid], $found, $page, $course->id);
    echo $OUTPUT->render_from_template('local_rocket/learner_in_course', $view->shown());
    echo $OUTPUT->paging_bar(count($found), $page, learner_in_course_view::SIZE, $PAGE->url);
}
echo $OUTPUT->footer();
