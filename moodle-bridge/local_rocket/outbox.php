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
 * Events that the sidecar refused, or that nobody may earn by, each with its reason: to be sent again, or given up.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

use local_rocket\admin\outbox_filter;
use local_rocket\admin\outbox_table;
use local_rocket\admin\queue;

$filter = outbox_filter::from_request();
admin_externalpage_setup('local_rocket_outbox', '', $filter->params());
$url = new moodle_url('/local/rocket/outbox.php', $filter->params());

if (data_submitted()) {
    require_sesskey();
    $act = required_param('act', PARAM_ALPHA);
    $all = str_ends_with($act, 'all');
    $ids = $all ? null : optional_param_array('ids', [], PARAM_INT);
    $count = $filter->perform($all ? substr($act, 0, -3) : $act, $ids);
    $said = get_string($count === 0 ? 'outbox_nochoice' : 'outbox_changed', 'local_rocket', $count);
    redirect($url, $said, null, $count === 0 ? \core\output\notification::NOTIFY_WARNING
        : \core\output\notification::NOTIFY_SUCCESS);
}

$table = new outbox_table($filter, $url);
ob_start();
$table->out(50, false);
$rows = ob_get_clean();

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('pageoutbox', 'local_rocket'));
echo $OUTPUT->render_from_template('local_rocket/admin_outbox', [
    'url' => $url->out(false),
    'baseurl' => $url->out_omit_querystring(),
    'sesskey' => sesskey(),
    'text' => $filter->text,
    'statuses' => array_map(fn($status, $name) => [
        'value' => $status,
        'name' => get_string("outbox_$name", 'local_rocket'),
        'selected' => $status === $filter->status,
    ], array_keys(queue::NAMES), queue::NAMES),
    'table' => $rows,
    'count' => $table->totalrows,
    'acts' => $table->totalrows == 0 ? [] : array_map(fn($act) => [
        'act' => $act,
        'some' => get_string("outbox_$act", 'local_rocket'),
        'all' => get_string("outbox_{$act}all", 'local_rocket', $table->totalrows),
    ], $filter->acts()),
]);
echo $OUTPUT->footer();
