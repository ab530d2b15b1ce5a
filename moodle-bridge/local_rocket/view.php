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
 * A learner's points: overview, rewards, what they redeemed, history, help.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');

use local_rocket\account;
use local_rocket\holds;
use local_rocket\output\account_view;
use local_rocket\output\history_view;
use local_rocket\output\holds_view;
use local_rocket\output\redemptions_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

$tabs = ['overview', 'rewards', 'mine', 'history', 'help'];
$tab = optional_param('tab', 'overview', PARAM_ALPHA);
$tab = in_array($tab, $tabs, true) ? $tab : 'overview';
$cursor = optional_param('cursor', null, PARAM_INT);

require_login(null, false);
$account = account::of_current_user();
$PAGE->set_context(context_system::instance());
$PAGE->set_url('/local/rocket/view.php', ['tab' => $tab]);
$PAGE->set_pagelayout('standard');
$PAGE->set_title(get_string('mypoints', 'local_rocket'));
$PAGE->set_heading(get_string('mypoints', 'local_rocket'));

$part = optional_param('takepart', null, PARAM_BOOL);
$goal = optional_param('goal', null, PARAM_ALPHANUMEXT);
if (($part !== null || $goal !== null) && data_submitted() && confirm_sesskey()) {
    if ($part !== null) {
        $account->take_part((bool)$part);
    } else {
        $account->set_goal($goal === '' ? null : $goal);
    }
    redirect($PAGE->url);
}
$appeal = optional_param('appeal', null, PARAM_INT);
if ($appeal !== null && data_submitted() && confirm_sesskey()) {
    try {
        holds::of_current_user()->appeal($appeal);
        [$said, $type] = [get_string('holds_appealed', 'local_rocket'), \core\output\notification::NOTIFY_SUCCESS];
    } catch (away | refused $e) {
        [$said, $type] = [$e->getMessage(), \core\output\notification::NOTIFY_WARNING];
    }
    redirect(new moodle_url($PAGE->url, null, 'holds'), $said, null, $type);
}

$shown = [
    'tabs' => array_map(fn($name) => [
        'name' => get_string($name === 'mine' ? 'myrewards' : $name, 'local_rocket'),
        'url' => (new moodle_url('/local/rocket/view.php', ['tab' => $name]))->out(false),
        'active' => $name === $tab,
    ], $tabs),
    'url' => $PAGE->url->out(false),
    'sesskey' => sesskey(),
    'tab_' . $tab => true,
];
try {
    $shown += match ($tab) {
        'overview' => holds_view::beside($state = $account->state(true)) + (new account_view($account, $state, false))->shown(),
        'rewards' => (new account_view($account, $account->state(true), false))->shown(),
        'mine' => (new redemptions_view($account->redemptions($cursor === null ? null : (string)$cursor)))->shown(),
        'history' => (new history_view($account->decisions($cursor === null ? null : (string)$cursor)))->shown(),
        'help' => ['takespart' => $account->takes_part()],
    };
} catch (away | refused $e) {
    $shown += ['failure' => $e->getMessage()];
}

echo $OUTPUT->header();
echo $OUTPUT->render_from_template('local_rocket/view', $shown);
echo $OUTPUT->footer();
