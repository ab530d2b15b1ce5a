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
 * A learner's account for people in charge: balance, decisions, redemptions, what is still to be sent, and corrections.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');

use local_rocket\output\support_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;
use local_rocket\support;

$id = optional_param('id', 0, PARAM_INT);
$search = trim(optional_param('search', '', PARAM_TEXT));
$events = optional_param('events', null, PARAM_INT);
$redemptions = optional_param('redemptions', null, PARAM_INT);

require_login(null, false);
$support = new support($id);
$PAGE->set_context(context_system::instance());
$PAGE->set_url('/local/rocket/learner.php', $id === 0 ? [] : ['id' => $id]);
$PAGE->set_pagelayout('standard');
$PAGE->set_title(get_string('support', 'local_rocket'));
$PAGE->set_heading(get_string('support', 'local_rocket'));

$view = new support_view($support, $search);
if ($id !== 0 && data_submitted()) {
    require_sesskey();
    $act = required_param('act', PARAM_ALPHA);
    $reason = trim(required_param('reason', PARAM_TEXT));
    $key = $act === 'adjust' ? required_param('key', PARAM_ALPHANUMEXT) : '';
    $points = $act === 'adjust' ? required_param('points', PARAM_INT) : 0;
    $done = true;
    try {
        if ($act === 'adjust') {
            $support->adjust($points, $reason, $key);
        } else {
            $until = $act === 'extend' ? required_param('until', PARAM_TEXT) : null;
            $support->act($act, required_param('redemption', PARAM_ALPHANUMEXT), $reason, $until);
        }
    } catch (away $e) {
        // Nobody knows whether it went through: the same key again is the same correction.
        $view->failed($e, $act === 'adjust' ? ['key' => $key, 'points' => $points, 'reason' => $reason] : []);
        $done = false;
    } catch (refused $e) {
        $view->failed($e, []);
        $done = false;
    }
    if ($done) {
        $said = get_string('support_done_' . $act, 'local_rocket');
        redirect($PAGE->url, $said, null, \core\output\notification::NOTIFY_SUCCESS);
    }
}
$view->read($redemptions === null ? null : (string)$redemptions, $events === null ? null : (string)$events);

echo $OUTPUT->header();
echo $OUTPUT->render_from_template('local_rocket/support', $view->shown());
echo $OUTPUT->footer();
