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
 * The block in Moodle's mobile app.
 *
 * @package   block_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$addons = [
    'block_rocket' => [
        'handlers' => [
            'account' => [
                'delegate' => 'CoreBlockDelegate',
                'method' => 'mobile_block_view',
                'displaydata' => ['title' => 'pluginname', 'class' => 'block_rocket'],
            ],
        ],
        'lang' => [
            ['pluginname', 'block_rocket'],
            ['balance', 'local_rocket'],
            ['cancelredemption', 'local_rocket'],
            ['confirmbutton', 'local_rocket'],
            ['debtexplained', 'local_rocket'],
            ['goal', 'local_rocket'],
            ['instructions', 'local_rocket'],
            ['myrewards', 'local_rocket'],
            ['noredemptions', 'local_rocket'],
            ['norecent', 'local_rocket'],
            ['nosuchreward', 'local_rocket'],
            ['notier', 'local_rocket'],
            ['notknownyet', 'local_rocket'],
            ['notpart', 'local_rocket'],
            ['notredeemable', 'local_rocket'],
            ['qralt', 'local_rocket'],
            ['receipt', 'local_rocket'],
            ['receiptcost', 'local_rocket'],
            ['receiptid', 'local_rocket'],
            ['receiptwhen', 'local_rocket'],
            ['recent', 'local_rocket'],
            ['redeem', 'local_rocket'],
            ['rewards', 'local_rocket'],
            ['terms', 'local_rocket'],
            ['tier', 'local_rocket'],
            ['toptier', 'local_rocket'],
            ['yourcode', 'local_rocket'],
            ['yourtoken', 'local_rocket'],
        ],
    ],
];
