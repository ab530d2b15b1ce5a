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
 * The counter: says what a token is worth, and hands over the reward for it, once.
 *
 * A token comes by POST only, and goes back to the browser only inside the page: never into an address, a log or the session.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');

use local_rocket\counter;
use local_rocket\output\counter_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

require_login(null, false);
$counter = counter::of_current_user();
$PAGE->set_context(context_system::instance());
$PAGE->set_url('/local/rocket/counter.php');
$PAGE->set_pagelayout('standard');
$PAGE->set_title(get_string('counter', 'local_rocket'));
$PAGE->set_heading(get_string('counter', 'local_rocket'));
// A token is not for the disk of a shared computer.
$PAGE->set_cacheable(false);

$view = new counter_view();
if (data_submitted()) {
    require_sesskey();
    $token = counter::token_in(required_param('token', PARAM_RAW_TRIMMED));
    $act = optional_param('act', 'look', PARAM_ALPHA);
    $key = $act === 'look' ? '' : required_param('key', PARAM_ALPHANUMEXT);
    $view->asked($token, optional_param('reference', '', PARAM_TEXT));
    try {
        $view->answered($act, match ($act) {
            'handover' => $counter->hand_over($token, $key, $view->reference),
            'takeback' => $counter->take_back($token, $key),
            default => $counter->look($token),
        });
    } catch (away $e) {
        $view->unanswered($act, $key, $e);
    } catch (refused $e) {
        $view->refused($e);
    }
}
$PAGE->requires->js_call_amd('local_rocket/counter', 'init');

echo $OUTPUT->header();
echo $OUTPUT->render_from_template('local_rocket/counter', $view->shown());
echo $OUTPUT->footer();
