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

namespace local_rocket\output;

use local_rocket\money;
use local_rocket\reasons;

defined('MOODLE_INTERNAL') || die();
global $CFG;
require_once($CFG->libdir . '/classes/qrcode.php');

/**
 * One redemption: what to show, how to use it, the receipt.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class redemption_view {
    /**
     * Takes a redemption.
     *
     * @param array $redemption as its learner may see it
     */
    public function __construct(
        /** @var array as its learner may see it */
        private readonly array $redemption
    ) {
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        $one = $this->redemption;
        $when = get_string('strftimedatetimeshort', 'langconfig');
        $moment = fn($time) => $time === null ? null : userdate(strtotime($time), $when);
        $plain = ['escape' => false];
        return [
            'id' => $one['redemption_id'],
            'title' => format_string($one['title'], true, $plain),
            'state' => get_string('state_' . $one['status'], 'local_rocket'),
            'token' => $one['token'],
            'qr' => $one['token'] === null ? null : self::qr($one['token']),
            'code' => $one['code'],
            'validtext' => self::valid($one),
            'secret' => $one['token'] !== null || $one['code'] !== null,
            'used' => $moment($one['consumed_at']),
            'instructions' => $one['instructions'] === null ? null : format_string($one['instructions'], true, $plain),
            'terms' => $one['terms'] === null ? null : format_string($one['terms'], true, $plain),
            'worth' => money::worth($one['value'], $one['discount']),
            'created' => $moment($one['created_at']),
            'costtext' => reasons::points($one['cost']),
            'cancellable' => $moment($one['cancellable_until']),
            'sesskey' => sesskey(),
            'urlmine' => (new \moodle_url('/local/rocket/view.php', ['tab' => 'mine']))->out(false),
        ];
    }

    /**
     * Until when what is shown can be used.
     *
     * @param array $one
     * @return string|null
     */
    private static function valid(array $one): ?string {
        if ($one['code_expires'] !== null) {
            return get_string('codevaliduntil', 'local_rocket', reasons::moment($one['code_expires']));
        }
        return $one['status'] === 'issued' && $one['expires_at'] !== null
            ? get_string('validuntil', 'local_rocket', reasons::moment($one['expires_at'])) : null;
    }

    /**
     * The token as a QR code: the address of the counter page, the token in its fragment, which no browser sends anywhere
     * and no server writes into a log.
     *
     * @param string $token
     * @return string a data address of a picture
     */
    private static function qr(string $token): string {
        $counter = (new \moodle_url('/local/rocket/counter.php'))->out(false) . '#' . str_replace([' ', '-'], '', $token);
        $svg = (new \core_qrcode($counter))->getBarcodeSVGcode(4, 4);
        return 'data:image/svg+xml;base64,' . base64_encode($svg);
    }
}
