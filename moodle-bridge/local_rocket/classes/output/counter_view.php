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
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;

/**
 * The counter page: a field for a token, what it is worth, and what was done with it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class counter_view {
    /** @var string what was last written down: the next one is mostly handed over at the same place */
    public string $reference = '';

    /** @var string the token that was asked about */
    private string $token = '';

    /** @var array what is shown of the answer */
    private array $shown = [];

    /**
     * Keeps what was asked.
     *
     * @param string $token
     * @param string $reference
     */
    public function asked(string $token, string $reference): void {
        $this->token = $token;
        $this->reference = $reference;
    }

    /**
     * The sidecar said what the token is, or that it was done.
     *
     * @param string $act `look`, `handover` or `takeback`
     * @param array $state of the token
     */
    public function answered(string $act, array $state): void {
        $usable = in_array($state['status'], ['issued', 'delivering', 'delivered'], true);
        $this->shown = [
            'found' => [
                'title' => format_string($state['title'], true, ['escape' => false]),
                'worth' => money::worth($state['value'], $state['discount']),
                'until' => $usable && $state['valid_until'] !== null ? self::moment($state['valid_until']) : null,
                'said' => $act === 'look' && !$usable ? self::unusable($state['status'], $state) : null,
                'done' => match ($act) {
                    'handover' => get_string('counter_handedover', 'local_rocket', self::moment($state['consumed_at'])),
                    'takeback' => get_string('counter_takenback', 'local_rocket'),
                    default => null,
                },
            ],
            'handover' => $usable ? $this->form(null) : null,
            'takeback' => $act === 'handover' ? $this->form(null) : null,
        ];
        $this->shown['found']['usable'] = $act === 'look' && $usable;
    }

    /**
     * Nobody can say whether it went through: the same key again is the same act.
     *
     * @param string $act
     * @param string $key
     * @param away $e
     */
    public function unanswered(string $act, string $key, away $e): void {
        if ($e->reason === 'toomany') {
            $wait = max(1, $e->retryafter ?? MINSECS);
            $this->shown = ['failure' => get_string('counter_toomany', 'local_rocket', $wait)];
            return;
        }
        $this->shown = ['failure' => $e->getMessage(), 'written' => $act === 'look' ? $this->token : null];
        if ($act !== 'look') {
            $this->shown['unsure'] = true;
            $this->shown[$act === 'takeback' ? 'takeback' : 'handover'] = $this->form($key);
        }
    }

    /**
     * The sidecar said no.
     *
     * @param refused $e
     */
    public function refused(refused $e): void {
        $known = match ($e->codename) {
            'token_mistyped', 'token_unknown' => get_string('counter_' . $e->codename, 'local_rocket'),
            'token_consumed' => self::unusable('consumed', $e->problem),
            'token_lapsed' => self::unusable('expired', $e->problem),
            'too_late' => get_string('counter_toolate', 'local_rocket'),
            'state_conflict' => self::unusable($e->problem['state'] ?? '', $e->problem),
            default => $e->getMessage(),
        };
        // A slip of the finger is mended, not typed anew.
        $this->shown = ['failure' => $known, 'written' => $e->codename === 'token_mistyped' ? $this->token : null];
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        return $this->shown + [
            'url' => (new \moodle_url('/local/rocket/counter.php'))->out(false),
            'sesskey' => sesskey(),
            'reference' => $this->reference,
        ];
    }

    /**
     * What a button sends.
     *
     * @param string|null $key null: a new act
     * @return array
     */
    private function form(?string $key): array {
        return ['token' => $this->token, 'key' => $key ?? \core\uuid::generate()];
    }

    /**
     * Why a token cannot be used.
     *
     * @param string $status of its redemption
     * @param array $known consumed_at and, where they are said, consumed_by and reference; valid_until
     * @return string
     */
    private static function unusable(string $status, array $known): string {
        if ($status === 'consumed' && isset($known['consumed_at'])) {
            $when = self::moment($known['consumed_at']);
            $where = self::place($known['consumed_by'] ?? null, $known['reference'] ?? null);
            return $where === null ? get_string('counter_used', 'local_rocket', $when)
                : get_string('counter_usedat', 'local_rocket', ['when' => $when, 'where' => $where]);
        }
        if ($status === 'expired' && isset($known['valid_until'])) {
            return get_string('counter_lapsed', 'local_rocket', self::moment($known['valid_until']));
        }
        return match ($status) {
            'cancelled', 'refused', 'expired' => get_string('counter_' . $status, 'local_rocket'),
            default => get_string('counter_changed', 'local_rocket'),
        };
    }

    /**
     * Where a token was used: what the counter wrote down, or the partner.
     *
     * @param string|null $by `counter` or a partner's id
     * @param string|null $reference
     * @return string|null null: not known
     */
    public static function place(?string $by, ?string $reference): ?string {
        if ($by === null || $by === 'counter') {
            return $reference ?? ($by === null ? null : get_string('counter_here', 'local_rocket'));
        }
        return $reference === null ? $by : "$by ($reference)";
    }

    /**
     * A moment, as short as it can be said.
     *
     * @param string $moment RFC 3339
     * @return string
     */
    private static function moment(string $moment): string {
        $time = strtotime($moment);
        $same = userdate($time, '%Y') === userdate(time(), '%Y');
        return userdate($time, get_string($same ? 'strftimerecent' : 'strftimerecentfull', 'langconfig'));
    }
}
