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
use local_rocket\lifecycle_brake;
use local_rocket\outbox_desk;
use local_rocket\sender;
use local_rocket\sidecar\away;
use local_rocket\sidecar\breaker;
use local_rocket\sidecar\pairing;

/**
 * What people in charge do on the status page.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class act {
    /** @var int seconds that *send now* may take: somebody waits for the page */
    private const SECONDS = 20;

    /**
     * Does it.
     *
     * @param string $name
     * @param array $asked since (a local time such as `2026-11-24T10:00`), ids (of requests, or of an alarm), reason
     * @return string what to tell
     * @throws \moodle_exception
     */
    public static function perform(string $name, array $asked): string {
        return match ($name) {
            'send' => self::send(),
            'pause' => self::pause(true),
            'resume' => self::pause(false),
            'askagain' => self::ask_again(),
            'rotate' => self::rotate(),
            'resend' => get_string('resent', 'local_rocket', outbox_desk::resend(self::moment($asked['since']))),
            'release' => get_string('lifecyclereleased', 'local_rocket', lifecycle_brake::release($asked['ids'])),
            'cancel' => get_string('lifecyclecancelled', 'local_rocket', lifecycle_brake::cancel($asked['ids'])),
            'acknowledge' => self::acknowledge($asked['ids'], $asked['reason']),
            default => throw new \moodle_exception('invalidaction'),
        };
    }

    /**
     * A moment that somebody wrote in their own zone.
     *
     * @param string $text such as `2026-11-24T10:00`, or a day
     * @return int epoch seconds
     * @throws \moodle_exception
     */
    public static function moment(string $text): int {
        $text = trim($text);
        $zone = \core_date::get_user_timezone_object();
        foreach (['!Y-m-d\TH:i', '!Y-m-d\TH:i:s', '!Y-m-d H:i', '!Y-m-d'] as $format) {
            $moment = \DateTimeImmutable::createFromFormat($format, $text, $zone);
            if ($moment && !(\DateTimeImmutable::getLastErrors()['warning_count'] ?? 0)) {
                return $moment->getTimestamp();
            }
        }
        throw new \moodle_exception('badmoment', 'local_rocket', '', s($text));
    }

    /**
     * Sends what waits.
     *
     * @return string
     */
    private static function send(): string {
        if (get_config('local_rocket', 'paused')) {
            throw new away('paused');
        }
        ['sent' => $sent, 'stopped' => $stopped] = (new sender())->run(time() + self::SECONDS);
        return get_string('sentevents', 'local_rocket', $sent) . ($stopped === null ? '' : ' ' . $stopped);
    }

    /**
     * Stops sending, or lets it go on. Who did it stands in the log of configuration changes.
     *
     * @param bool $paused
     * @return string
     */
    private static function pause(bool $paused): string {
        add_to_config_log('paused', (string)(int)get_config('local_rocket', 'paused'), (string)(int)$paused, 'local_rocket');
        set_config('paused', (int)$paused, 'local_rocket');
        return get_string($paused ? 'pausednow' : 'resumednow', 'local_rocket');
    }

    /**
     * Answers for what was found against the ledger.
     *
     * @param int[] $ids
     * @param string $reason
     * @return string
     */
    private static function acknowledge(array $ids, string $reason): string {
        foreach ($ids as $id) {
            alarms::acknowledge($id, $reason);
        }
        return get_string('alarm_acknowledged', 'local_rocket');
    }

    /**
     * Does not wait any longer before the sidecar is asked again.
     *
     * @return string
     */
    private static function ask_again(): string {
        breaker::reset();
        return get_string('askedagain', 'local_rocket');
    }

    /**
     * A new secret.
     *
     * @return string
     */
    private static function rotate(): string {
        pairing::rotate();
        add_to_config_log('secret', '********', '********', 'local_rocket');
        return get_string('rotated', 'local_rocket');
    }
}
