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
 * How sending stands, and what people in charge can do about it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

use local_rocket\admin\act;
use local_rocket\admin\ledger_view;
use local_rocket\admin\status_view;

admin_externalpage_setup('local_rocket_status');

$download = optional_param('download', '', PARAM_ALPHA);
if ($download !== '') {
    [$name, $text] = ledger_view::file(optional_param('alarm', 0, PARAM_INT), $download);
    send_file($text, $name, 0, 0, true, true, 'text/plain');
}
if (data_submitted()) {
    require_sesskey();
    try {
        $said = act::perform(required_param('act', PARAM_ALPHA), [
            'since' => optional_param('since', '', PARAM_RAW_TRIMMED),
            'ids' => optional_param_array('ids', [], PARAM_INT),
            'reason' => optional_param('reason', '', PARAM_TEXT),
        ]);
        redirect($PAGE->url, s($said), null, \core\output\notification::NOTIFY_SUCCESS);
    } catch (\moodle_exception $e) {
        redirect($PAGE->url, s($e->getMessage()), null, \core\output\notification::NOTIFY_ERROR);
    }
}

echo $OUTPUT->header();
if (optional_param('ask', '', PARAM_ALPHA) === 'rotate') {
    $yes = new single_button(
        new moodle_url($PAGE->url, ['act' => 'rotate']),
        get_string('rotate', 'local_rocket'),
        'post',
        single_button::BUTTON_PRIMARY
    );
    echo $OUTPUT->confirm(get_string('rotateexplained', 'local_rocket'), $yes, $PAGE->url);
} else {
    echo $OUTPUT->heading(get_string('pagestatus', 'local_rocket'));
    echo $OUTPUT->render_from_template('local_rocket/admin_status', status_view::shown());
}
echo $OUTPUT->footer();
