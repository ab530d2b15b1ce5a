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
 * One redemption of the learner who looks: its token or code, how to use it, the receipt.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');

use local_rocket\account;
use local_rocket\output\redemption_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

$id = required_param('id', PARAM_ALPHANUMEXT);

require_login(null, false);
$account = account::of_current_user();
$PAGE->set_context(context_system::instance());
$PAGE->set_url('/local/rocket/redemption.php', ['id' => $id]);
$PAGE->set_pagelayout('standard');
$PAGE->set_title(get_string('redemption', 'local_rocket'));
$PAGE->set_heading(get_string('mypoints', 'local_rocket'));
// A token is not for the disk of a shared computer.
$PAGE->set_cacheable(false);

$failure = null;
if (optional_param('cancel', false, PARAM_BOOL) && data_submitted() && confirm_sesskey()) {
    try {
        $account->cancel($id);
        redirect($PAGE->url, get_string('cancelled', 'local_rocket'), null, \core\output\notification::NOTIFY_SUCCESS);
    } catch (away | refused $e) {
        $failure = $e->getMessage();
    }
}
try {
    $redemption = $account->redemption($id);
} catch (away | refused $e) {
    $redemption = null;
    $failure = $e->getMessage();
}

$shown = $redemption === null ? ['unknown' => $failure === null] : (new redemption_view($redemption))->shown();
echo $OUTPUT->header();
echo $OUTPUT->render_from_template('local_rocket/redemption', $shown + ['failure' => $failure]);
echo $OUTPUT->footer();
