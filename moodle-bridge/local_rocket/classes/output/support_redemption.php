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

namespace local_rocket\output;

use local_rocket\money;
use local_rocket\reasons;

/**
 * One redemption for people in charge: what became of it, and what can be done about it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class support_redemption {
    /** @var string[] states that can still end otherwise */
    private const OPEN = ['issued', 'delivering', 'delivered'];

    /**
     * What the template is given.
     *
     * @param array $one as the sidecar shows it, with `afterwards`
     * @return array
     */
    public static function shown(array $one): array {
        $until = in_array($one['status'], self::OPEN, true) ? $one['expires_at'] : null;
        return [
            'id' => $one['redemption_id'],
            'title' => format_string($one['title'], true, ['escape' => false]),
            'state' => get_string('state_' . $one['status'], 'local_rocket'),
            'cost' => reasons::points($one['cost']),
            'money' => $one['amount_minor'] === null ? null : money::text($one['amount_minor'], $one['currency']),
            'until' => $until === null ? null : self::moment($until),
            'history' => self::history($one),
            'acts' => array_map(fn($act) => [
                'act' => $act,
                'name' => get_string('support_' . $act, 'local_rocket'),
                'needsuntil' => $act === 'extend',
                'day' => gmdate('Y-m-d', strtotime($one['expires_at'] ?? 'now') + WEEKSECS),
            ], self::acts($one)),
        ];
    }

    /**
     * What can be done.
     *
     * @param array $one
     * @return string[]
     */
    private static function acts(array $one): array {
        ['status' => $status, 'delivery' => $delivery] = $one;
        $open = in_array($status, self::OPEN, true);
        return array_keys(array_filter([
            'cancel' => $open,
            'reissue' => $delivery === 'in_app' ? $status === 'issued' : $delivery === 'codes' && $status === 'delivered',
            'extend' => $open && $one['expires_at'] !== null,
            'replay' => in_array('dead', array_column($one['messages'], 'state'), true),
        ]));
    }

    /**
     * What became of it, in its order.
     *
     * @param array $one
     * @return array[] when, what
     */
    private static function history(array $one): array {
        $lines = [['when' => self::moment($one['created_at']), 'what' => get_string('history_redeemed', 'local_rocket')]];
        // One whose token is used at a counter is handed over by that; another is handed over first.
        $used = $one['delivery'] !== 'in_app';
        $handed = !$used;
        foreach ($one['afterwards'] as $entry) {
            if ($entry['kind'] !== 'consumption') {
                $what = 'history_' . $entry['kind'];
            } else if (!$handed) {
                $what = 'history_handedover';
                $handed = true;
                $used = false;
            } else {
                $what = $used ? 'history_takenback' : 'history_used';
                $used = !$used;
            }
            $points = $entry['points'] === 0 ? null : reasons::points($entry['points']);
            $lines[] = ['when' => self::moment($entry['timestamp']), 'what' => get_string($what, 'local_rocket', $points)];
        }
        $place = $one['consumed_at'] === null ? null : counter_view::place($one['consumed_by'], $one['reference']);
        if ($place !== null) {
            $lines[] = ['when' => self::moment($one['consumed_at']), 'what' => get_string('history_place', 'local_rocket', $place)];
        }
        foreach ($one['messages'] as $message) {
            $lines[] = ['when' => null, 'what' => get_string('history_message', 'local_rocket', [
                'type' => $message['type'],
                'state' => get_string('message_' . $message['state'], 'local_rocket'),
                'attempts' => $message['attempts'],
                'outcome' => $message['outcome'] ?? '',
            ])];
        }
        return $lines;
    }

    /**
     * A moment.
     *
     * @param string $moment RFC 3339
     * @return string
     */
    private static function moment(string $moment): string {
        return userdate(strtotime($moment), get_string('strftimedatetimeshort', 'langconfig'));
    }
}
