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

/**
 * A checkpoint: how many entries the ledger has, and the root that stands for all of them, signed (c2sp.org/tlog-checkpoint in a
 * c2sp.org/signed-note).
 *
 * Calls nothing of Moodle, so that it can be tried without one.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class checkpoint {
    /** @var string the kind of key that is understood: Ed25519 */
    private const ED25519 = "\x01";

    /** @var int characters of the longest note that is looked at */
    private const LONGEST = 4096;

    /**
     * Takes its parts.
     *
     * @param string $note
     * @param string $text
     * @param string $origin
     * @param int $size
     * @param string $root
     * @param array[] $lines
     */
    private function __construct(
        /** @var string all of it, as it was given */
        public readonly string $note,
        /** @var string what is signed */
        private readonly string $text,
        /** @var string the ledger's name */
        public readonly string $origin,
        /** @var int how many entries are under it */
        public readonly int $size,
        /** @var string their root, 32 bytes */
        public readonly string $root,
        /** @var array[] who signed: name, and key id with signature (68 bytes) */
        private readonly array $lines
    ) {
    }

    /**
     * Reads a note. Whether anybody signed it is another question.
     *
     * @param string $note
     * @return self|null null: it is no checkpoint
     */
    public static function read(string $note): ?self {
        $end = strrpos($note, "\n\n");
        if ($end === false || strlen($note) > self::LONGEST || !str_ends_with($note, "\n")) {
            return null;
        }
        $text = substr($note, 0, $end + 1);
        if (!preg_match('~^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n~', $text, $parts)) {
            return null;
        }
        $lines = [];
        foreach (explode("\n", substr($note, $end + 2, -1)) as $line) {
            $is = preg_match('~^\x{2014} ([^+\s]+) ([A-Za-z0-9+/]+=*)$~u', $line, $signed);
            $bytes = $is ? self::bytes($signed[2]) : null;
            if ($bytes === null) {
                return null;
            }
            $lines[] = [$signed[1], $bytes];
        }
        $root = self::bytes($parts[3]);
        return $root === null ? null : new self($note, $text, $parts[1], (int)$parts[2], $root, $lines);
    }

    /**
     * Whether somebody signed it, under the ledger's name.
     *
     * @param string $key a public key, 32 bytes
     * @return bool
     */
    public function is_signed_by(string $key): bool {
        $id = self::key_id($this->origin, $key);
        foreach ($this->lines as [$name, $bytes]) {
            if ($name === $this->origin && strlen($bytes) === 4 + SODIUM_CRYPTO_SIGN_BYTES && str_starts_with($bytes, $id)) {
                return sodium_crypto_sign_verify_detached(substr($bytes, 4), $this->text, $key);
            }
        }
        return false;
    }

    /**
     * The public key in a text as C2SP writes keys: `name+id+base64`.
     *
     * @param string $vkey
     * @return string|null 32 bytes; null: it is none
     */
    public static function public_key(string $vkey): ?string {
        if (!preg_match('~^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$~', $vkey, $parts)) {
            return null;
        }
        $bytes = base64_decode($parts[3], true);
        $key = substr($bytes, 1);
        return $bytes[0] === self::ED25519 && bin2hex(self::key_id($parts[1], $key)) === $parts[2] ? $key : null;
    }

    /**
     * Bytes as they are written in a note: in one way only, so that nothing in it can be changed.
     *
     * @param string $text base64
     * @return string|null null: it is none
     */
    private static function bytes(string $text): ?string {
        $bytes = base64_decode($text, true);
        return $bytes !== false && base64_encode($bytes) === $text ? $bytes : null;
    }

    /**
     * What tells a key from others of the same name.
     *
     * @param string $name
     * @param string $key
     * @return string four bytes
     */
    private static function key_id(string $name, string $key): string {
        return substr(hash('sha256', $name . "\n" . self::ED25519 . $key, true), 0, 4);
    }
}
