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
 * What Rocket says, in English.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['answermismatch'] = 'its answer does not fit what was asked';
$string['away_network'] = 'Rocket could not be reached. ({$a})';
$string['away_notpaired'] = 'This site is not connected to Rocket yet: an administrator pairs it on the settings page.';
$string['away_paused'] = 'Sending is paused. Nothing is lost: it goes on when somebody switches the pause off.';
$string['away_server'] = 'Rocket could not do it just now. ({$a})';
$string['away_toomany'] = 'Too many requests: wait a moment. ({$a})';
$string['away_waiting'] = 'Rocket did not answer a moment ago, and is asked again in a short while. ({$a})';
$string['badaddress'] = 'That is no address of a sidecar: {$a}. It looks like http://127.0.0.1:4310 or https://rocket.example.org.';
$string['plainhttp'] = 'Without TLS the secret could be read on its way to {$a}. Use https, or an address on this machine or in your private network.';
$string['pluginname'] = 'Rocket';
$string['refused'] = '{$a}';
$string['rocket:award'] = 'Award points by hand';
$string['rocket:earn'] = 'Earn points in a course';
$string['rocket:handover'] = 'Hand over rewards at the counter';
$string['rocket:manage'] = 'Set up and watch over Rocket';
$string['rocket:redeem'] = 'Turn points into rewards';
$string['rocket:support'] = 'See and correct a learner’s account';
$string['rocket:view'] = 'See one’s own points';
$string['rocket:viewreport'] = 'See who earned what in a course';
$string['rotatebusy'] = 'Somebody else is rotating the secret at this moment. Try again in a minute.';
$string['secretinconfig'] = 'The secret stands in config.php, so it can only be changed there.';
$string['sentevents'] = '{$a} events sent.';
$string['skipped_deleted'] = 'The account was deleted.';
$string['skipped_excludedcohort'] = 'They are in a cohort that takes no part.';
$string['skipped_nobody'] = 'It was nobody’s own act.';
$string['skipped_norole'] = 'They are no learner there.';
$string['skipped_optedout'] = 'They chose to take no part.';
$string['skipped_othergrade'] = 'It is not the activity’s own grade.';
$string['skipped_preview'] = 'It was a teacher’s preview.';
$string['skipped_suspended'] = 'The account is suspended.';
$string['task_cleanup'] = 'Clear away what was sent long ago';
$string['task_send'] = 'Send activity to Rocket';
