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
 * Redeeming: asks once more, then does it, once, however often it is sent.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');

use local_rocket\account;
use local_rocket\output\account_view;
use local_rocket\output\redeem_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

$reward = required_param('reward', PARAM_ALPHANUMEXT);
$cost = optional_param('cost', null, PARAM_INT);
$key = optional_param('key', null, PARAM_ALPHANUMEXT);

require_login(null, false);
$account = account::of_current_user();
require_capability('local/rocket:redeem', context_system::instance());
$PAGE->set_context(context_system::instance());
$PAGE->set_url('/local/rocket/redeem.php', ['reward' => $reward]);
$PAGE->set_pagelayout('standard');
$PAGE->set_title(get_string('redeem', 'local_rocket'));
$PAGE->set_heading(get_string('mypoints', 'local_rocket'));

$failure = null;
$retry = null;
if ($key !== null && data_submitted() && confirm_sesskey()) {
    try {
        $answer = $account->redeem($reward, (int)$cost, $key);
        redirect(new moodle_url('/local/rocket/redemption.php', ['id' => $answer['redemption_id']]));
    } catch (away $e) {
        // Nobody knows whether it went through: the same key again is the same redemption.
        $failure = get_string('redeemaway', 'local_rocket');
        $retry = $key;
    } catch (refused $e) {
        $failure = redeem_view::why($e);
    }
}

$shown = (new account_view($account, $account->state(true), false))->shown();
$view = new redeem_view($shown, $reward, $cost, $failure, $retry);
echo $OUTPUT->header();
echo $OUTPUT->render_from_template('local_rocket/redeem', $view->shown());
echo $OUTPUT->footer();
