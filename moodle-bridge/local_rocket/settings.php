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
 * Where Rocket is set up and watched over.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

use local_rocket\admin\connection;
use local_rocket\admin\setting_address;
use local_rocket\admin\setting_cohorts;
use local_rocket\admin\setting_connection;
use local_rocket\admin\setting_number;
use local_rocket\admin\setting_pairingcode;

// People in charge of Rocket alone have no part of the tree but these pages.
$ADMIN->add(
    $hassiteconfig ? 'localplugins' : 'root',
    new admin_category('local_rocket_category', new lang_string('pluginname', 'local_rocket'))
);

$settings = new admin_settingpage('local_rocket', new lang_string('settings', 'local_rocket'));
if ($ADMIN->fulltree) {
    $string = fn(string $name) => new lang_string($name, 'local_rocket');
    $settings->add(new setting_connection('local_rocket/connection'));

    $settings->add(new admin_setting_heading('local_rocket/pairing', $string('setpairing'), ''));
    $address = new setting_address(
        'local_rocket/address',
        $string('setaddress'),
        $string('setaddress_help'),
        '',
        PARAM_RAW_TRIMMED
    );
    $address->set_updatedcallback('\local_rocket\sidecar\breaker::reset');
    $settings->add($address);
    if (connection::secret_in_config()) {
        $settings->add(new admin_setting_description('local_rocket/code', $string('setcode'), $string('secretinconfig')));
    } else {
        $settings->add(new setting_pairingcode('local_rocket/code', $string('setcode'), $string('setcode_help'), ''));
    }
    $cafile = new admin_setting_configfile('local_rocket/cafile', $string('setcafile'), $string('setcafile_help'), '');
    $cafile->set_updatedcallback('\local_rocket\sidecar\breaker::reset');
    $settings->add($cafile);

    $settings->add(new admin_setting_heading('local_rocket/sending', $string('setsending'), ''));
    $settings->add(new admin_setting_configcheckbox('local_rocket/paused', $string('setpaused'), $string('setpaused_help'), 0));
    $settings->add(new admin_setting_configcheckbox(
        'local_rocket/sendafterpage',
        $string('setsendafterpage'),
        $string('setsendafterpage_help'),
        1
    ));
    $settings->add(new setting_number(
        'local_rocket/keepdays',
        $string('setkeepdays'),
        $string('setkeepdays_help'),
        14,
        1,
        3650
    ));
    $settings->add(new setting_number(
        'local_rocket/sweepdays',
        $string('setsweepdays'),
        $string('setsweepdays_help'),
        8,
        1,
        365
    ));

    $settings->add(new admin_setting_heading('local_rocket/people', $string('setpeople'), ''));
    $settings->add(new setting_cohorts(
        'local_rocket/excludedcohorts',
        $string('setexcludedcohorts'),
        $string('setexcludedcohorts_help')
    ));
    $settings->add(new setting_number(
        'local_rocket/awardlimit',
        $string('setawardlimit'),
        $string('setawardlimit_help'),
        100,
        0,
        100000
    ));
    $settings->add(new setting_number(
        'local_rocket/erasedays',
        $string('seterasedays'),
        $string('seterasedays_help'),
        30,
        0,
        3650
    ));
}
$ADMIN->add('local_rocket_category', $settings);

foreach (['status' => 'manage', 'outbox' => 'manage', 'review' => 'review'] as $page => $capability) {
    $ADMIN->add('local_rocket_category', new admin_externalpage(
        "local_rocket_$page",
        new lang_string("page$page", 'local_rocket'),
        new moodle_url("/local/rocket/$page.php"),
        "local/rocket:$capability"
    ));
}
