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
 * Awarding points by hand in a course, and undoing it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');

use local_rocket\awards;
use local_rocket\course_people;
use local_rocket\form\award_form;
use local_rocket\output\awards_view;

$course = get_course(required_param('courseid', PARAM_INT));
$page = max(0, optional_param('page', 0, PARAM_INT));

require_login($course);
$people = new course_people($course);
$awards = new awards($people);
$PAGE->set_url('/local/rocket/award.php', ['courseid' => $course->id]);
$PAGE->set_pagelayout('incourse');
$PAGE->set_title(get_string('award', 'local_rocket') . moodle_page::TITLE_SEPARATOR . format_string($course->shortname));
$PAGE->set_heading(format_string($course->fullname));

$undo = optional_param('undo', 0, PARAM_INT);
if ($undo !== 0 && data_submitted()) {
    require_sesskey();
    $awards->undo($undo);
    redirect($PAGE->url, get_string('award_undone', 'local_rocket'), null, \core\output\notification::NOTIFY_SUCCESS);
}
$form = awards::events() === [] ? null : new award_form($PAGE->url->out(false), ['people' => $people]);
$given = $form?->get_data();
if ($given) {
    $count = $awards->give($form->chosen(), $given->event, trim($given->note), $given->batch);
    // Sent twice, the second time finds nothing left to do.
    redirect($PAGE->url, get_string('award_given', 'local_rocket', $count), null, \core\output\notification::NOTIFY_SUCCESS);
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('award', 'local_rocket'));
echo $OUTPUT->render_from_template('local_rocket/award_intro', awards_view::intro($form !== null));
$form?->display();
[$latest, $count] = $awards->latest($page, awards_view::SIZE);
echo $OUTPUT->render_from_template('local_rocket/awards', (new awards_view($latest, $course->id))->shown());
echo $OUTPUT->paging_bar($count, $page, awards_view::SIZE, $PAGE->url);
echo $OUTPUT->footer();
