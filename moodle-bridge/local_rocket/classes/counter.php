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

use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

/**
 * The counter, for the member of staff who is logged in: what a token is worth, used once, taken back.
 *
 * The sidecar stops whoever tries too many wrong tokens in a minute, and to it the whole site is one caller. So each member of
 * staff is stopped here first: one who guesses, or has a bad scanner, does not close everybody's counter.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class counter {
    /** @var int wrong tokens that one member of staff may try in a minute; the sidecar's limit for the site is 30 */
    private const MISSES = 10;

    /** @var float seconds that somebody at a counter waits */
    private const PATIENCE = 10.0;

    /** @var int characters of a reference that the sidecar takes */
    private const REFERENCE = 128;

    /**
     * Opens the counter.
     *
     * @param int $userid
     */
    private function __construct(
        /** @var int who stands there */
        private readonly int $userid
    ) {
    }

    /**
     * The counter of the session's user.
     *
     * @return self
     * @throws \required_capability_exception
     */
    public static function of_current_user(): self {
        global $USER;
        require_capability('local/rocket:handover', \context_system::instance());
        return new self((int)$USER->id);
    }

    /**
     * The token in what was typed or scanned: a scanner may type the whole address of a QR code.
     *
     * @param string $written
     * @return string
     */
    public static function token_in(string $written): string {
        $hash = strrpos($written, '#');
        $token = $hash === false ? $written : substr($written, $hash + 1);
        // Without its check symbol it counts only where a code with error correction of its own was scanned.
        return $hash !== false && preg_match('/^[0-9a-z]{24}$/i', $token) ? 'ROCKET:' . $token : $token;
    }

    /**
     * What a token is worth, and whether it is used.
     *
     * @param string $token
     * @return array status, title, value, discount, valid_until, consumed_at; never whose it is
     * @throws away
     * @throws refused
     */
    public function look(string $token): array {
        return $this->call('verify', ['token' => $token], null);
    }

    /**
     * Uses a token. The same key is the same handing over, however often it is tried.
     *
     * @param string $token
     * @param string $key made when the question was drawn
     * @param string $reference what the counter writes down: a place, a receipt; may be empty
     * @return array
     * @throws away
     * @throws refused
     */
    public function hand_over(string $token, string $key, string $reference): array {
        $reference = \core_text::substr(trim($reference), 0, self::REFERENCE);
        return $this->use('consume', ['token' => $token] + ($reference === '' ? [] : ['reference' => $reference]), $key);
    }

    /**
     * Makes a used token count again, within a day.
     *
     * @param string $token
     * @param string $key made when the button was drawn
     * @return array
     * @throws away
     * @throws refused
     */
    public function take_back(string $token, string $key): array {
        return $this->use('reverse', ['token' => $token], $key);
    }

    /**
     * One use of a token, or the end of one: its receipt is kept.
     *
     * @param string $name
     * @param array $body
     * @param string $key
     * @return array
     */
    private function use(string $name, array $body, string $key): array {
        $answer = $this->call($name, $body, $key);
        receipts::keep($answer);
        return $answer;
    }

    /**
     * One call; wrong tokens are counted. Calls of one session follow each other, for its session is locked.
     *
     * @param string $name
     * @param array $body
     * @param string|null $key
     * @return array
     */
    private function call(string $name, array $body, ?string $key): array {
        $cache = \cache::make_from_params(\cache_store::MODE_APPLICATION, 'local_rocket', 'counter', [], ['simplekeys' => true]);
        $misses = $cache->get($this->userid);
        if (!$misses || $misses['until'] <= time()) {
            $misses = ['count' => 0, 'until' => time() + MINSECS];
        }
        if ($misses['count'] >= self::MISSES) {
            throw new away('toomany', get_string('counter_misses', 'local_rocket'), $misses['until'] - time());
        }
        try {
            $client = client::configured()->within(self::PATIENCE);
            return $client->post('/api/tokens/' . $name, $body, 'admin', $this->userid, $key);
        } catch (refused $e) {
            if (in_array($e->codename, ['token_mistyped', 'token_unknown'], true)) {
                $cache->set($this->userid, ['count' => $misses['count'] + 1] + $misses);
            }
            throw $e;
        }
    }
}
