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

namespace local_rocket\sidecar;

use local_rocket\state;

/**
 * Whether the sidecar is worth asking. After two failures nobody asks for a while, on any web node and in no cron run, so
 * that a page waits for a dead sidecar at most once; then one caller tries for all.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class breaker {
    /** @var int failures in a row before everybody waits */
    private const PATIENCE = 2;

    /** @var int seconds of the first wait; it doubles with each further failure */
    private const FIRST = 10;

    /** @var int seconds of the longest wait */
    private const LONGEST = 300;

    /** @var string under which it is kept */
    private const NAME = 'breaker';

    /**
     * Lets a call through, or says that it is not worth trying.
     *
     * @param float $seconds how long the call may take: nobody else tries meanwhile
     * @throws away `waiting`
     */
    public static function admit(float $seconds): void {
        $known = state::get(self::NAME);
        if ($known === null || $known['failures'] < self::PATIENCE) {
            return;
        }
        $wait = $known['until'] - time();
        if ($wait > 0) {
            throw new away('waiting', $known['why'], $wait);
        }
        $after = ['until' => time() + (int)ceil($seconds) + 1] + $known;
        if (!state::replace(self::NAME, $known, $after)) {
            throw new away('waiting', $known['why'], 1);
        }
    }

    /**
     * How things stand, for people in charge.
     *
     * @return array failures in a row, until (epoch seconds), why
     */
    public static function status(): array {
        return (state::get(self::NAME) ?? []) + ['failures' => 0, 'until' => 0, 'why' => ''];
    }

    /**
     * Whether callers are turned away at present.
     *
     * @return bool
     */
    public static function is_open(): bool {
        $known = self::status();
        return $known['failures'] >= self::PATIENCE && $known['until'] > time();
    }

    /**
     * It answered.
     */
    public static function succeeded(): void {
        if (self::status()['failures'] > 0) {
            self::reset();
        }
    }

    /**
     * Forgets every failure: somebody has changed the address or the secret.
     */
    public static function reset(): void {
        state::set(self::NAME, ['failures' => 0, 'until' => 0, 'why' => '']);
    }

    /**
     * It did not answer, or could not.
     *
     * @param string $why
     * @param int|null $retryafter seconds, where it said itself when
     */
    public static function failed(string $why, ?int $retryafter = null): void {
        $failures = self::status()['failures'] + 1;
        $wait = min(self::LONGEST, self::FIRST * 2 ** min(10, max(0, $failures - self::PATIENCE)));
        // Up to a fifth more, so that many sites do not all come back in the same second.
        $wait = $retryafter ?? (int)($wait * (1 + random_int(0, 200) / 1000));
        state::set(self::NAME, ['failures' => $failures, 'until' => time() + $wait, 'why' => shorten_text($why, 300)]);
    }
}
