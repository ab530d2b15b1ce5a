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
 * Points for what learners did before there were any; with --dry-run only what that would come to.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

[$options, $unknown] = cli_get_params(
    ['help' => false, 'since' => null, 'course' => null, 'dry-run' => false, 'by-learner' => false],
    ['h' => 'help']
);
if ($unknown) {
    cli_error(get_string('cliunknownoption', 'core_admin', implode(' ', $unknown)), 2);
}
if ($options['help']) {
    cli_writeln(get_string('cli_backfill', 'local_rocket'));
    exit(0);
}
$since = \DateTimeImmutable::createFromFormat('!Y-m-d', (string)$options['since'], \core_date::get_server_timezone_object());
if (!$since || $since->format('Y-m-d') !== $options['since']) {
    cli_error(get_string('backfillnosince', 'local_rocket'), 2);
}
$courseid = null;
if ($options['course'] !== null) {
    if (!ctype_digit((string)$options['course']) || !$DB->record_exists('course', ['id' => $options['course']])) {
        cli_error(get_string('backfillnocourse', 'local_rocket', s($options['course'])), 2);
    }
    $courseid = (int)$options['course'];
}

$backfill = new \local_rocket\backfill($since->getTimestamp(), $courseid);
$sum = ['learners' => 0, 'deeds' => 0, 'events' => 0, 'points' => 0, 'held' => 0];
$worth = null;
$problems = [];
foreach ($backfill->learners() as $userid => $rows) {
    $sum['learners']++;
    $sum['deeds'] += count($rows);
    if (!$options['dry-run']) {
        $sum['events'] += $backfill->send($rows);
        continue;
    }
    try {
        $would = $backfill->rehearse($userid, $rows);
    } catch (\local_rocket\sidecar\away | \local_rocket\sidecar\refused $e) {
        cli_error($e->getMessage());
    }
    foreach (['events', 'points', 'held'] as $what) {
        $sum[$what] += $would[$what];
    }
    $worth = \local_rocket\backfill::add_worth($worth, $would['worth']);
    $problems = array_merge($problems, $would['problems']);
    if ($options['by-learner']) {
        cli_writeln(get_string('backfilllearner', 'local_rocket', ['userid' => $userid] + $would));
    }
}
if (!$options['dry-run']) {
    cli_writeln(get_string('backfillsent', 'local_rocket', $sum));
    exit(0);
}
cli_writeln(get_string('backfillwould', 'local_rocket', $sum));
cli_writeln($worth === null ? get_string('backfillnoworth', 'local_rocket')
    : get_string('backfillworth', 'local_rocket', \local_rocket\money::text($worth['amount_minor'], $worth['currency'])));
foreach (array_slice($problems, 0, 10) as $why) {
    cli_problem($why);
}
exit($problems === [] ? 0 : 1);
