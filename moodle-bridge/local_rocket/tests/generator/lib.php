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
 * What tests find already there.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class local_rocket_generator extends component_generator_base {
    /**
     * What the sidecar last said of a learner.
     *
     * @param array|stdClass $record userid; balance, held (points); stale (1: something happened since); reward, cost (the one
     *     reward there is)
     */
    public function create_snapshot($record): void {
        $given = (array)$record + ['balance' => 0, 'held' => 0, 'stale' => 0, 'reward' => 'A coffee', 'cost' => 20];
        $balance = (int)$given['balance'];
        $short = (int)$given['cost'] - $balance;
        $locked = $short <= 0 ? [] : [[
            'code' => 'needs_balance', 'params' => ['points' => $short], 'text' => "$short more points",
        ]];
        $offer = [
            'cost' => (int)$given['cost'], 'available' => $short <= 0, 'locked_because' => $locked, 'value' => null,
            'discount' => null,
        ];
        \local_rocket\snapshot::put((int)$given['userid'], [
            'lang' => current_language(),
            'points' => [
                'balance' => $balance, 'held' => (int)$given['held'], 'lifetime' => $balance, 'tier' => null, 'tier_title' => null,
                'tier_points' => 0,
                'next_tier' => ['id' => 'silver', 'title' => 'Silver', 'points' => 200, 'locked_because' => [[
                    'code' => 'needs_points', 'params' => ['points' => 200 - $balance], 'text' => 'More points',
                ]]],
            ],
            'rewards' => [$offer + [
                'id' => 'reward', 'title' => $given['reward'], 'description' => null, 'terms' => null, 'category' => null,
                'remaining' => null, 'options' => [$offer],
            ]],
            'recent' => [],
        ]);
        if ($given['stale']) {
            \local_rocket\snapshot::outdate([(int)$given['userid']]);
        }
    }
}
