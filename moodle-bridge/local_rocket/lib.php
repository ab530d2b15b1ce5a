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
 * Where Moodle asks plugins to add something of theirs.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

/**
 * Links for teachers in a course's navigation.
 *
 * @param navigation_node $navigation
 * @param stdClass $course
 * @param context_course $context
 */
function local_rocket_extend_navigation_course(navigation_node $navigation, stdClass $course, context_course $context) {
    foreach (['award' => 'local/rocket:award', 'report' => 'local/rocket:viewreport'] as $page => $capability) {
        if (has_capability($capability, $context)) {
            $url = new moodle_url("/local/rocket/$page.php", ['courseid' => $course->id]);
            $icon = new pix_icon($page === 'award' ? 't/award' : 'i/report', '');
            $name = get_string($page, 'local_rocket');
            $navigation->add($name, $url, navigation_node::TYPE_SETTING, null, "local_rocket_$page", $icon);
        }
    }
}

/**
 * Links on profiles: to one's own points, to a learner's account for who supports learners, and to the counter on the profile
 * of who stands there.
 *
 * @param \core_user\output\myprofile\tree $tree
 * @param stdClass $user whose profile it is
 * @param bool $iscurrentuser
 */
function local_rocket_myprofile_navigation(\core_user\output\myprofile\tree $tree, stdClass $user, bool $iscurrentuser) {
    $system = context_system::instance();
    $links = [];
    if (has_capability('local/rocket:support', $system) && !isguestuser($user)) {
        $links['support'] = new moodle_url('/local/rocket/learner.php', ['id' => $user->id]);
    }
    if ($iscurrentuser && !isguestuser($user) && has_capability('local/rocket:view', $system)) {
        $links['mypoints'] = new moodle_url('/local/rocket/view.php');
    }
    if ($iscurrentuser && has_capability('local/rocket:handover', $system)) {
        $links['counter'] = new moodle_url('/local/rocket/counter.php');
    }
    foreach ($links as $name => $url) {
        $tree->add_node(new \core_user\output\myprofile\node(
            $name === 'mypoints' ? 'miscellaneous' : 'administration',
            "local_rocket_$name",
            get_string($name, 'local_rocket'),
            null,
            $url
        ));
    }
}

/**
 * The question before a redemption, for the dialogue that asks it. Its idempotency key is made here, as it is drawn.
 *
 * @param array $args reward, cost
 * @return string
 */
function local_rocket_output_fragment_redeem(array $args): string {
    global $OUTPUT;
    $account = \local_rocket\account::of_current_user();
    require_capability('local/rocket:redeem', context_system::instance());
    $reward = clean_param($args['reward'] ?? '', PARAM_ALPHANUMEXT);
    $cost = isset($args['cost']) ? clean_param($args['cost'], PARAM_INT) : null;
    $shown = (new \local_rocket\output\account_view($account, $account->state(true), false))->shown();
    $view = new \local_rocket\output\redeem_view($shown, $reward, $cost);
    return $OUTPUT->render_from_template('local_rocket/redeem', $view->shown() + ['indialogue' => true]);
}

/**
 * What the site's status report looks at.
 *
 * @return \core\check\check[]
 */
function local_rocket_status_checks(): array {
    return [
        new \local_rocket\check\connection(),
        new \local_rocket\check\sending(),
        new \local_rocket\check\deadletters(),
        new \local_rocket\check\accounts(),
        new \local_rocket\check\handovers(),
        new \local_rocket\check\ledger(),
    ];
}

/**
 * What the site's security report looks at.
 *
 * @return \core\check\check[]
 */
function local_rocket_security_checks(): array {
    return [new \local_rocket\check\ledger()];
}
