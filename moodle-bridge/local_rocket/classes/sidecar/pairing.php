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

use local_rocket\allowlist;
use local_rocket\facts;
use local_rocket\ledger\keys;
use local_rocket\resending;

/**
 * Joins this site and a sidecar: a one-time code becomes a shared secret, which can be rotated.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class pairing {
    /**
     * Exchanges the pairing code for a secret, and keeps address, secret and source.
     *
     * @param string $address of the sidecar, such as `http://127.0.0.1:4310`
     * @param string $code what `scripts/rocket pair` printed
     * @return array the report of {@see self::report()}
     * @throws \moodle_exception where the address is none, or may not be used
     * @throws away
     * @throws refused
     */
    public static function pair(string $address, string $code): array {
        global $CFG;
        $address = self::clean_address($address);
        breaker::reset();
        $answer = (new client($address, null))->post('/api/pair', [
            'code' => trim($code),
            'wwwroot' => $CFG->wwwroot,
            'site_hash' => hash('sha256', get_site_identifier()),
        ], '');
        set_config('address', $address, 'local_rocket');
        self::keep($answer);
        keys::hear($answer['ledger_keys'] ?? null);
        allowlist::refresh();
        facts::queue();
        return self::report();
    }

    /**
     * A new secret in place of the old one, which the sidecar honours for another day: no call on its way is lost.
     *
     * @throws \moodle_exception where config.php holds the secret
     * @throws away
     * @throws refused
     */
    public static function rotate(): void {
        global $CFG;
        if (isset($CFG->forced_plugin_settings['local_rocket']['secret'])) {
            throw new \moodle_exception('secretinconfig', 'local_rocket');
        }
        // One at a time: a rotation that overlaps another would keep a secret that the sidecar has already replaced.
        $lock = \core\lock\lock_config::get_lock_factory('local_rocket')->get_lock('rotate', 10);
        if (!$lock) {
            throw new \moodle_exception('rotatebusy', 'local_rocket');
        }
        try {
            self::keep(client::configured()->post('/api/pair/rotate', [], 'events'));
        } finally {
            $lock->release();
        }
    }

    /**
     * How the connection is.
     *
     * @return array version, min_bridge, source, rules (how many), features, latency (milliseconds), skew (seconds by which
     *     the clock there is ahead)
     * @throws away
     * @throws refused
     */
    public static function report(): array {
        $client = client::configured()->within(5);
        $before = microtime(true);
        $answer = $client->get('/api/handshake', [], 'events');
        $after = microtime(true);
        keys::hear($answer['ledger_keys'] ?? null);
        resending::hear($answer['resend'] ?? null);
        return [
            'version' => $answer['version'],
            'min_bridge' => $answer['min_bridge'],
            'source' => $answer['source'],
            'rules' => $answer['rules'],
            'features' => $answer['features'],
            'latency' => (int)round(($after - $before) * 1000),
            // Against the middle of the call.
            'skew' => (int)round((float)(new \DateTimeImmutable($answer['time']))->format('U.u') - ($before + $after) / 2),
        ];
    }

    /**
     * An address as it is kept.
     *
     * @param string $address
     * @return string
     */
    public static function clean_address(string $address): string {
        $address = rtrim(trim($address), '/');
        $parts = parse_url($address);
        if (security_helper::origin($address) === null || isset($parts['user']) || isset($parts['query'])) {
            throw new \moodle_exception('badaddress', 'local_rocket', '', s($address));
        }
        if (strtolower($parts['scheme']) === 'http' && !self::is_near($parts['host'])) {
            throw new \moodle_exception('plainhttp', 'local_rocket', '', s($address));
        }
        return $address;
    }

    /**
     * Whether a host is this machine or in a private network, where HTTP without TLS may do.
     *
     * @param string $host
     * @return bool
     */
    private static function is_near(string $host): bool {
        if ($host === 'localhost') {
            return true;
        }
        $address = filter_var(trim($host, '[]'), FILTER_VALIDATE_IP);
        // A name without a dot is one of the network here: a container, a machine in the next rack.
        return $address === false ? !str_contains($host, '.')
            : !filter_var($address, FILTER_VALIDATE_IP, FILTER_FLAG_NO_PRIV_RANGE | FILTER_FLAG_NO_RES_RANGE);
    }

    /**
     * Keeps what pairing or rotation gave.
     *
     * @param array $answer kid, secret, source
     */
    private static function keep(array $answer): void {
        $credentials = new credentials($answer['kid'], $answer['secret'], $answer['source']);
        set_config('source', $credentials->source, 'local_rocket');
        set_config('secret', $credentials->to_text(), 'local_rocket');
    }
}
