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

namespace local_rocket\admin;

use local_rocket\sidecar\pairing;

/**
 * The pairing code: what is typed here pairs the site, and is kept nowhere.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class setting_pairingcode extends \admin_setting_configtext {
    #[\Override]
    public function get_setting() {
        return '';
    }

    #[\Override]
    public function write_setting($data) {
        $code = trim($data);
        if ($code === '') {
            return '';
        }
        $address = (string)get_config('local_rocket', 'address');
        if ($address === '') {
            return get_string('pairnoaddress', 'local_rocket');
        }
        try {
            pairing::pair($address, $code);
        } catch (\moodle_exception $e) {
            return $e->getMessage();
        }
        add_to_config_log('secret', '********', '********', 'local_rocket');
        \core\notification::success(get_string('pairdone', 'local_rocket'));
        return '';
    }
}
