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

/**
 * What pairing gave: which key signs, the key, and this site's name on the ledger.
 *
 * Key id and secret are kept as one text, so that nobody ever reads the one of today with the other of yesterday.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class credentials {
    /**
     * Takes the three as they are.
     *
     * @param string $kid the key's id
     * @param string $secret the HMAC key, as this very text
     * @param string $source this site's name on the ledger
     */
    public function __construct(
        /** @var string the key's id */
        public readonly string $kid,
        /** @var string the HMAC key, as this very text */
        public readonly string $secret,
        /** @var string this site's name on the ledger */
        public readonly string $source
    ) {
    }

    /**
     * Reads key id and secret from the one text in which they are kept.
     *
     * @param string $kept `KID:SECRET`
     * @param string $source
     * @return self|null null: it is not such a text
     */
    public static function from_text(string $kept, string $source): ?self {
        [$kid, $secret] = explode(':', $kept, 2) + [1 => ''];
        return $kid === '' || $secret === '' || $source === '' ? null : new self($kid, $secret, $source);
    }

    /**
     * The one text in which key id and secret are kept.
     *
     * @return string `KID:SECRET`
     */
    public function to_text(): string {
        return $this->kid . ':' . $this->secret;
    }
}
