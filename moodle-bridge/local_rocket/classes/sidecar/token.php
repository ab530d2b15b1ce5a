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
 * The signed token that goes with every call to the sidecar: a JWT (RFC 7519), HS256 and nothing else.
 *
 * Calls nothing of Moodle, so that it can be tried without one.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class token {
    /** @var int seconds that a token lives. The sidecar takes at most 300. */
    private const LIFETIME = 120;

    /**
     * A token for one call.
     *
     * @param credentials $credentials the paired secret
     * @param string $scope what the call needs, separated by spaces
     * @param string|null $sub the person for whom it is made
     * @param int $now epoch seconds
     * @param array|null $call method, path and body of a call that changes something: the token is good for no other
     * @return string
     */
    public static function sign(credentials $credentials, string $scope, ?string $sub, int $now, ?array $call = null): string {
        $header = ['alg' => 'HS256', 'kid' => $credentials->kid, 'typ' => 'JWT'];
        $claims = [
            'aud' => 'rocket',
            'exp' => $now + self::LIFETIME,
            'iat' => $now,
            'iss' => $credentials->source,
            'scope' => $scope,
        ];
        if ($sub !== null) {
            $claims['sub'] = $sub;
        }
        if ($call !== null) {
            $claims['method'] = $call['method'];
            $claims['path'] = $call['path'];
            $claims['bh'] = self::base64url(hash('sha256', $call['body'], true));
        }
        $signed = self::part($header) . '.' . self::part($claims);
        return $signed . '.' . self::base64url(hash_hmac('sha256', $signed, $credentials->secret, true));
    }

    /**
     * One part of a token.
     *
     * @param array $content
     * @return string
     */
    private static function part(array $content): string {
        return self::base64url(json_encode($content, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR));
    }

    /**
     * Base64 as URLs take it (RFC 4648, section 5), without padding.
     *
     * @param string $bytes
     * @return string
     */
    private static function base64url(string $bytes): string {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
