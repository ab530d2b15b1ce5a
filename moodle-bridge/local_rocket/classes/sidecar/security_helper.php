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

use core\files\curl_security_helper;

/**
 * Lets exactly the sidecar's address through where the site blocks private addresses or ports; all else stays blocked.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class security_helper extends curl_security_helper {
    /** @var bool whether the address that was asked for is the sidecar's */
    private bool $chosen = false;

    /**
     * Takes the address that the administrator chose.
     *
     * @param string $address scheme, host and port
     */
    public function __construct(
        /** @var string scheme, host and port */
        private readonly string $address
    ) {
    }

    #[\Override]
    public function url_is_blocked($urlstring, $notused = null) {
        $this->chosen = self::origin((string)$urlstring) === self::origin($this->address);
        return $this->chosen ? false : parent::url_is_blocked($urlstring);
    }

    #[\Override]
    public function get_resolve_info(): array {
        return $this->chosen ? [] : parent::get_resolve_info();
    }

    /**
     * Scheme, host and port of an address.
     *
     * @param string $url
     * @return string|null null: it is none
     */
    public static function origin(string $url): ?string {
        $parts = parse_url($url);
        $scheme = strtolower($parts['scheme'] ?? '');
        if (!in_array($scheme, ['http', 'https'], true) || empty($parts['host'])) {
            return null;
        }
        $port = $parts['port'] ?? ($scheme === 'https' ? 443 : 80);
        return $scheme . '://' . strtolower($parts['host']) . ':' . $port;
    }
}
