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

namespace local_rocket;

use local_rocket\sidecar\client;

/**
 * Which events the sidecar needs: its subscriptions, kept in plugin configuration so that an outage changes nothing.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class allowlist {
    /** @var string|false|null the text that was read; null: none yet */
    private static string|false|null $text = null;

    /** @var array the subscriptions in it */
    private static array $read = [];

    /** @var array<string, true> the event names in it */
    private static array $names = [];

    /**
     * Whether an event is wanted. Asked of every event on the site, so it costs one look-up.
     *
     * @param string $eventname with its leading backslash
     * @return bool
     */
    public static function has(string $eventname): bool {
        self::read();
        return isset(self::$names[$eventname]);
    }

    /**
     * What teachers may award by hand: the institution's custom events.
     *
     * @return string[] names such as `custom.helpfulness`
     */
    public static function custom_events(): array {
        return self::read()['custom_events'] ?? [];
    }

    /**
     * What the bridge looks for, so that the sidecar only hears which of it was found.
     *
     * @return array patterns, cohorts, roles, address_ranges
     */
    public static function screen(): array {
        return (self::read()['screen'] ?? []) + ['patterns' => [], 'cohorts' => [], 'roles' => [], 'address_ranges' => []];
    }

    /**
     * Who looks after the institution's ledger, and is mailed its checkpoints.
     *
     * @return string|null an address; null: nobody
     */
    public static function audit_contact(): ?string {
        $contact = self::read()['audit_contact'] ?? null;
        return is_string($contact) && validate_email($contact) ? $contact : null;
    }

    /**
     * Fetches the subscriptions where the sidecar's are not those that are kept.
     *
     * @param string|null $etag what the sidecar says theirs are; null: fetch in any case
     */
    public static function refresh(?string $etag = null): void {
        if ($etag !== null && get_config('local_rocket', 'subscriptions_etag') === $etag) {
            return;
        }
        $answer = client::configured()->get('/api/events/subscriptions', [], 'events');
        // Each change empties a cache on every web node: only where there is one.
        if (get_config('local_rocket', 'subscriptions_etag') !== $answer['etag']) {
            set_config('subscriptions', json_encode($answer), 'local_rocket');
            set_config('subscriptions_etag', $answer['etag'], 'local_rocket');
        }
    }

    /**
     * The subscriptions as they are kept, made sense of once for as long as the text is the same.
     *
     * @return array
     */
    private static function read(): array {
        $text = get_config('local_rocket', 'subscriptions');
        if ($text !== self::$text) {
            self::$text = $text;
            self::$read = $text ? json_decode($text, true) : [];
            self::$names = array_fill_keys(self::$read['events'] ?? known_events::ALL, true);
        }
        return self::$read;
    }
}
