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
 * The review queue: points that are set aside, points that were given and should be looked at, weeks that stand out; and what
 * each check finds.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

use local_rocket\output\review_view;
use local_rocket\review;
use local_rocket\review_filter;

$filter = review_filter::from_request();
$search = trim(optional_param('search', '', PARAM_TEXT));
admin_externalpage_setup('local_rocket_review', '', $filter->params());
$url = new moodle_url('/local/rocket/review.php', $filter->params());
$review = new review();
$view = new review_view($review, $filter, $search, optional_param('all', false, PARAM_BOOL));

if (data_submitted()) {
    require_sesskey();
    $act = required_param('act', PARAM_ALPHA);
    $chosen = optional_param_array('ids', [], PARAM_INT);
    $reason = trim(optional_param('reason', '', PARAM_TEXT));
    $said = null;
    try {
        if ($act === 'exempt' || $act === 'unexempt') {
            $name = fullname(core_user::get_user($filter->userid, '*', MUST_EXIST));
            $merged = $review->exempt($filter->userid, $act === 'exempt');
            $said = $merged === null ? get_string("review_done_$act", 'local_rocket', $name)
                : get_string('review_merged', 'local_rocket', $merged);
        } else {
            $said = get_string("review_done_$act", 'local_rocket', $review->decide($act, $chosen, $reason));
        }
    } catch (moodle_exception $e) {
        $view->failed($e, array_keys($chosen), $reason);
    }
    if ($said !== null) {
        redirect($url, $said, null, \core\output\notification::NOTIFY_SUCCESS);
    }
}
$found = $view->found();
if (count($found) === 1) {
    redirect(new moodle_url('/local/rocket/review.php', ['userid' => key($found), 'cursor' => 0] + $filter->params()));
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('pagereview', 'local_rocket'));
echo $OUTPUT->render_from_template('local_rocket/review', $view->shown());
echo $OUTPUT->footer();
