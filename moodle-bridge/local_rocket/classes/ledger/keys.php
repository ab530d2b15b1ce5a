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

namespace local_rocket\ledger;

use local_rocket\sidecar\client;

/**
 * Who may sign the ledger, as far as this site believes it: the keys that were seen first, and those that they vouched for.
 *
 * A key is itself under whatever name it signs: a ledger that gets another name has the same key.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class keys {
    /** @var string the setting with the keys that are believed */
    private const PINNED = 'ledger_keys';

    /** @var string the setting with those that the sidecar named since, which nobody vouched for yet */
    private const OFFERED = 'ledger_keys_offered';

    /**
     * The keys that are believed.
     *
     * @return string[] as C2SP writes them (name+id+key), the newest first
     */
    public static function pinned(): array {
        return self::list(self::PINNED);
    }

    /**
     * Whether a key that is believed signed a checkpoint.
     *
     * @param checkpoint $checkpoint
     * @return bool
     */
    public static function signed(checkpoint $checkpoint): bool {
        foreach (self::bytes(self::pinned()) as $key) {
            if ($checkpoint->is_signed_by($key)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Asks the sidecar which keys sign now.
     *
     * @throws \local_rocket\sidecar\away
     * @throws \local_rocket\sidecar\refused
     */
    public static function ask(): void {
        self::hear(client::configured()->get('/api/handshake', [], 'events')['ledger_keys'] ?? null);
    }

    /**
     * The sidecar says which keys sign now. The first are believed; later ones, once those before them vouch for them.
     *
     * @param mixed $named its `ledger_keys`
     */
    public static function hear(mixed $named): void {
        $is = fn($vkey) => is_string($vkey) && checkpoint::public_key($vkey) !== null;
        $named = is_array($named) ? array_values(array_filter($named, $is)) : [];
        $pinned = self::pinned();
        if ($named === [] || $named === $pinned) {
            return;
        }
        $new = array_diff(self::bytes($named), self::bytes($pinned));
        if ($pinned === [] || $new === []) {
            self::pin($named);
            return;
        }
        if (self::list(self::OFFERED) !== $named) {
            set_config(self::OFFERED, json_encode($named), 'local_rocket');
        }
        $newest = \local_rocket\checkpoints::newest();
        $newest = $newest === null ? null : checkpoint::read($newest->note);
        if (($newest === null || !self::vouch($newest)) && array_intersect(self::bytes($named), self::bytes($pinned)) === []) {
            alarms::raise(alarms::KEYS, $newest, null, ['keys' => $named]);
        }
    }

    /**
     * Believes the new keys, where a checkpoint is signed by one that is believed and by all of them.
     *
     * @param checkpoint $checkpoint
     * @return bool whether it does
     */
    public static function vouch(checkpoint $checkpoint): bool {
        $offered = self::list(self::OFFERED);
        if ($offered === [] || !self::signed($checkpoint)) {
            return false;
        }
        foreach (self::bytes($offered) as $key) {
            if (!$checkpoint->is_signed_by($key)) {
                return false;
            }
        }
        self::pin($offered);
        return true;
    }

    /**
     * Believes these keys and no others.
     *
     * @param string[] $vkeys
     */
    public static function pin(array $vkeys): void {
        set_config(self::PINNED, json_encode($vkeys), 'local_rocket');
        unset_config(self::OFFERED, 'local_rocket');
    }

    /**
     * The keys in a setting.
     *
     * @param string $setting
     * @return string[]
     */
    private static function list(string $setting): array {
        return json_decode(get_config('local_rocket', $setting) ?: '[]', true);
    }

    /**
     * The keys themselves, without their names.
     *
     * @param string[] $vkeys
     * @return string[] 32 bytes each
     */
    private static function bytes(array $vkeys): array {
        return array_map([checkpoint::class, 'public_key'], $vkeys);
    }
}
