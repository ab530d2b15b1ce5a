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

use local_rocket\ledger\alarms;
use local_rocket\notification;
use local_rocket\outbox;
use local_rocket\state;

/**
 * Tells people in charge when events are dead, when nothing could be sent for an hour, or when the ledger is not what it was:
 * once, not each time somebody looks.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class alert {
    /** @var int seconds for which nothing could be sent before it is worth a message */
    private const PATIENCE = HOURSECS;

    /** @var string under which it is kept what was told */
    private const STATE = 'alerts';

    /**
     * Looks, and tells what was not told yet.
     */
    public static function raise(): void {
        $before = (state::get(self::STATE) ?? [])
            + ['dead' => 0, 'deadtold' => 0, 'stuck' => null, 'told' => false, 'alarm' => 0];
        $after = self::dead($before);
        $after = self::stuck($after);
        $after = self::ledger($after);
        if ($after !== $before) {
            state::set(self::STATE, $after);
        }
    }

    /**
     * Events that died since the last message: once a day at most.
     *
     * @param array $known
     * @return array
     */
    private static function dead(array $known): array {
        $newest = queue::newest(outbox::DEAD);
        if ($newest <= $known['dead'] || $known['deadtold'] > time() - DAYSECS) {
            return $known;
        }
        self::tell('alert_dead', queue::count([outbox::DEAD]), 'outbox.php');
        return ['dead' => $newest, 'deadtold' => time()] + $known;
    }

    /**
     * Whether nothing could be sent for an hour. Where somebody has paused it, they know.
     *
     * @param array $known
     * @return array
     */
    private static function stuck(array $known): array {
        $trouble = get_config('local_rocket', 'paused') ? null : queue::trouble();
        if ($trouble === null) {
            return ['stuck' => null, 'told' => false] + $known;
        }
        $known['stuck'] ??= time();
        if (!$known['told'] && $known['stuck'] <= time() - self::PATIENCE) {
            $count = queue::count([outbox::CAPTURED, outbox::READY]);
            self::tell('alert_stuck', ['count' => $count, 'why' => $trouble], 'status.php');
            $known['told'] = true;
        }
        return $known;
    }

    /**
     * What was found against the ledger since the last message.
     *
     * @param array $known
     * @return array
     */
    private static function ledger(array $known): array {
        foreach (alarms::open() as $alarm) {
            if ($alarm->id > $known['alarm']) {
                self::say(fn() => alarms::words($alarm) . ' ' . get_string('alert_alarm', 'local_rocket'), 'status.php');
                $known['alarm'] = (int)$alarm->id;
            }
        }
        return $known;
    }

    /**
     * Tells everybody in charge, each in their language.
     *
     * @param string $key
     * @param mixed $a
     * @param string $page
     */
    private static function tell(string $key, mixed $a, string $page): void {
        self::say(fn() => get_string($key, 'local_rocket', $a), $page);
    }

    /**
     * Says something to everybody in charge.
     *
     * @param callable $text asked when the language and the zone are those of whoever reads it
     * @param string $page
     */
    private static function say(callable $text, string $page): void {
        foreach (notification::people_in_charge() as $person) {
            notification::send($person, 'alert', $page, $text);
        }
    }
}
