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

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->libdir . '/filelib.php');

/**
 * Calls the sidecar: signs, sends, and tells an answer from a refusal from silence.
 *
 * Only Moodle's server talks to the sidecar; a browser never does.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class client {
    /** @var float seconds to connect */
    private const CONNECT = 2.0;

    /** @var client|null what tests put in its place */
    private static ?client $double = null;

    /** @var float seconds for a whole call */
    private float $timeout = 15.0;

    /** @var bool whether the answer is a text, not JSON */
    private bool $plain = false;

    /**
     * Takes what pairing gave.
     *
     * @param string $address scheme, host and port
     * @param credentials|null $credentials null: only open calls can be made
     */
    public function __construct(
        /** @var string scheme, host and port */
        private readonly string $address,
        /** @var credentials|null null: only open calls can be made */
        private readonly ?credentials $credentials
    ) {
    }

    /**
     * The client for the sidecar this site is paired with.
     *
     * @return self
     * @throws away where nothing is paired
     */
    public static function configured(): self {
        if (self::$double !== null) {
            return self::$double;
        }
        $config = get_config('local_rocket');
        $credentials = credentials::from_text($config->secret ?? '', $config->source ?? '');
        if ($credentials === null || empty($config->address)) {
            throw new away('notpaired');
        }
        return new self($config->address, $credentials);
    }

    /**
     * Puts another client in its place, for unit tests.
     *
     * @param client|null $double null: the real one again
     */
    public static function set_for_testing(?client $double): void {
        if (!PHPUNIT_TEST) {
            throw new \coding_exception('Only tests put another client in place.');
        }
        self::$double = $double;
    }

    /**
     * The same client, which waits no longer than this.
     *
     * @param float $seconds
     * @return static
     */
    public function within(float $seconds): static {
        $client = clone $this;
        $client->timeout = $seconds;
        return $client;
    }

    /**
     * Asks for something.
     *
     * @param string $path such as `/api/user/points`; parts that come from outside are encoded with rawurlencode
     * @param array $query
     * @param string $scope separated by spaces
     * @param int|null $sub the person who asks: the session's, never the request's
     * @return array
     * @throws away
     * @throws refused
     */
    public function get(string $path, array $query, string $scope, ?int $sub = null): array {
        return $this->call('GET', $path, http_build_query($query, '', '&', PHP_QUERY_RFC3986), null, $scope, $sub, null);
    }

    /**
     * Asks for something that is a text.
     *
     * @param string $path
     * @param array $query
     * @param string $scope separated by spaces
     * @return string
     * @throws away
     * @throws refused
     */
    public function text(string $path, array $query, string $scope): string {
        $client = clone $this;
        $client->plain = true;
        return $client->call('GET', $path, http_build_query($query, '', '&', PHP_QUERY_RFC3986), null, $scope, null, null);
    }

    /**
     * Changes something.
     *
     * @param string $path
     * @param array|string $body an array, or JSON as it is
     * @param string $scope separated by spaces; empty: an open call
     * @param int|null $sub the person who asks: the session's, never the request's
     * @param string|null $key the idempotency key: the same one when it is tried again
     * @return array
     * @throws away
     * @throws refused
     */
    public function post(string $path, array|string $body, string $scope, ?int $sub = null, ?string $key = null): array {
        // An empty array is an empty object: no body of the sidecar's is a list.
        $json = is_string($body) ? $body
            : json_encode($body ?: new \stdClass(), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
        return $this->call('POST', $path, '', $json, $scope, $sub, $key);
    }

    /**
     * One call.
     *
     * @param string $method
     * @param string $path
     * @param string $query
     * @param string|null $body
     * @param string $scope
     * @param int|null $sub
     * @param string|null $key
     * @return array|string
     */
    private function call(
        string $method,
        string $path,
        string $query,
        ?string $body,
        string $scope,
        ?int $sub,
        ?string $key
    ): array|string {
        breaker::admit($this->timeout);
        $curl = new \curl(['securityhelper' => new security_helper($this->address)]);
        $curl->setHeader($this->headers($method, $path, $body, $scope, $sub, $key));
        $url = rtrim($this->address, '/') . $path . ($query === '' ? '' : '?' . $query);
        $options = $this->options();
        $text = $method === 'GET' ? $curl->get($url, [], $options) : $curl->post($url, (string)$body, $options);
        if ($curl->get_errno()) {
            breaker::failed($curl->error);
            throw new away('network', $curl->error);
        }
        return $this->answer((int)($curl->get_info()['http_code'] ?? 0), (string)$text, $curl->getResponse());
    }

    /**
     * Headers of one call.
     *
     * @param string $method
     * @param string $path
     * @param string|null $body
     * @param string $scope
     * @param int|null $sub
     * @param string|null $key
     * @return string[]
     */
    private function headers(string $method, string $path, ?string $body, string $scope, ?int $sub, ?string $key): array {
        // Without "Expect: 100-continue", which would cost a large batch a round trip.
        $headers = ['Accept: application/json', 'Content-Type: application/json', 'Expect:'];
        if ($scope !== '' && $this->credentials !== null) {
            $bound = $method === 'GET' ? null : ['method' => $method, 'path' => $path, 'body' => (string)$body];
            $who = $sub === null ? null : (string)$sub;
            $headers[] = 'Authorization: Bearer ' . token::sign($this->credentials, $scope, $who, time(), $bound);
        }
        if ($key !== null) {
            $headers[] = 'Idempotency-Key: ' . $key;
        }
        return $headers;
    }

    /**
     * How cURL is to behave. Proxy settings are those of the site, by Moodle's own cURL.
     *
     * @return array
     */
    private function options(): array {
        $options = [
            'CURLOPT_FOLLOWLOCATION' => 0,
            'CURLOPT_CONNECTTIMEOUT_MS' => (int)(min(self::CONNECT, $this->timeout) * 1000),
            'CURLOPT_TIMEOUT_MS' => (int)($this->timeout * 1000),
            'CURLOPT_SSL_VERIFYPEER' => true,
            'CURLOPT_SSL_VERIFYHOST' => 2,
        ];
        $cafile = get_config('local_rocket', 'cafile');
        if ($cafile) {
            $options['CURLOPT_CAINFO'] = $cafile;
        }
        return $options;
    }

    /**
     * What came back.
     *
     * @param int $status
     * @param string $text
     * @param array $headers
     * @return array|string
     */
    private function answer(int $status, string $text, array $headers): array|string {
        $json = json_decode($text, true);
        $headers = array_change_key_case($headers);
        $retryafter = isset($headers['retry-after']) && is_numeric($headers['retry-after']) ? (int)$headers['retry-after'] : null;
        $detail = is_array($json) && is_string($json['detail'] ?? null) ? $json['detail'] : 'HTTP ' . $status;
        if ($status === 429) {
            throw new away('toomany', $detail, $retryafter);
        }
        if ($status >= 400 && $status < 500) {
            // It answered: it is there.
            breaker::succeeded();
            throw new refused($status, is_array($json) ? $json : ['detail' => $detail]);
        }
        if ($status < 200 || $status >= 300 || !($this->plain || is_array($json))) {
            breaker::failed($detail, $retryafter);
            throw new away('server', $detail, $retryafter);
        }
        breaker::succeeded();
        return $this->plain ? $text : $json;
    }
}
