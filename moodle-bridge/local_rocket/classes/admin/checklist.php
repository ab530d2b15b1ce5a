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

use local_rocket\outbox;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;
use local_rocket\state;

/**
 * What it takes until the first learner has redeemed something, and how much of it is done.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class checklist {
    /** @var string under which it is kept what happened once: the sidecar is not asked again */
    private const STATE = 'checklist';

    /**
     * The steps.
     *
     * @param connection $connection
     * @return array<string, bool|null> whether it is done, by step; null: not known while the sidecar is away
     */
    public static function steps(connection $connection): array {
        global $DB;
        $there = $connection->report !== null;
        return [
            'paired' => (bool)get_config('local_rocket', 'secret'),
            'cron' => (int)get_config('tool_task', 'lastcronstart') > time() - queue::MISSED,
            'block' => $DB->record_exists('block_instances', ['blockname' => 'rocket']),
            'rule' => $there ? $connection->report['rules'] > 0 : null,
            'event' => self::once('event', true, fn() => queue::count([outbox::DONE]) > 0),
            'reward' => self::once('reward', $there, fn() => self::asked('/api/rewards', 'rewards')),
            'redemption' => self::once('redemption', $there, fn() => self::asked('/api/redemptions', 'redemptions')),
        ];
    }

    /**
     * Something that stays done when it was done once.
     *
     * @param string $step
     * @param bool $there whether it can be asked now
     * @param callable $ask
     * @return bool|null
     */
    private static function once(string $step, bool $there, callable $ask): ?bool {
        $done = state::get(self::STATE) ?? [];
        if (!empty($done[$step])) {
            return true;
        }
        $now = $there ? $ask() : null;
        if ($now) {
            state::set(self::STATE, [$step => true] + $done);
        }
        return $now;
    }

    /**
     * Whether the sidecar has any of something.
     *
     * @param string $path
     * @param string $list
     * @return bool|null null: it did not say
     */
    private static function asked(string $path, string $list): ?bool {
        global $USER;
        $query = $list === 'rewards' ? ['user_id' => $USER->id] : ['limit' => 1];
        try {
            return client::configured()->within(5)->get($path, $query, 'admin', (int)$USER->id)[$list] !== [];
        } catch (away | refused $e) {
            // The connection above it says what is wrong.
            return null;
        }
    }
}
