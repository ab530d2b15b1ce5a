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

/**
 * What the sidecar tells people, in the language of the page: a code from a closed list and its parameters become the string
 * `reason_CODE`. Some have a form of their own: `reason_CODE_over` where something never comes again, `reason_CODE_none` where
 * there is nothing of what the sentence is about, `reason_CODE_one` for a single one.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class reasons {
    /** @var string[] parameters that are moments or days, by which a sentence without them is another one */
    private const MOMENTS = ['granted', 'again', 'opens', 'withdrawn', 'expires', 'release'];

    /**
     * The sentence for a reason.
     *
     * @param array $reason code, params, text (the English fallback)
     * @return string plain text: not escaped
     */
    public static function text(array $reason): string {
        $said = self::part($reason);
        return \core_text::strtoupper(\core_text::substr($said, 0, 1)) . \core_text::substr($said, 1);
    }

    /**
     * The sentences for several reasons.
     *
     * @param array $reasons
     * @return string[] plain text
     */
    public static function texts(array $reasons): array {
        return array_values(array_map([self::class, 'text'], $reasons));
    }

    /**
     * So many points.
     *
     * @param int $points
     * @return string
     */
    public static function points(int $points): string {
        return $points === 1 ? get_string('onepoint', 'local_rocket')
            : get_string('npoints', 'local_rocket', self::number($points));
    }

    /**
     * A moment (RFC 3339) in the reader's zone, or a day.
     *
     * @param string $moment
     * @return string
     */
    public static function moment(string $moment): string {
        if (preg_match('/^\d{4}-\d\d-\d\d$/', $moment)) {
            // A day is the same day in every zone.
            return userdate(strtotime($moment . 'T12:00:00Z'), get_string('strftimedate', 'langconfig'), 'UTC');
        }
        return userdate(strtotime($moment), get_string('strftimedatetime', 'langconfig'));
    }

    /**
     * A reason as a part of a sentence.
     *
     * @param array $reason
     * @return string
     */
    private static function part(array $reason): string {
        ['code' => $code, 'params' => $params, 'text' => $text] = $reason + ['params' => [], 'text' => ''];
        $key = 'reason_' . clean_param($code, PARAM_ALPHANUMEXT);
        if (!get_string_manager()->string_exists($key, 'local_rocket')) {
            // A sidecar newer than this bridge.
            return $text;
        }
        $values = self::values($params);
        $said = get_string($key . self::form($code, $params), 'local_rocket', $values);
        if ($code !== 'held') {
            return $said;
        }
        $more = array_filter(['heldrelease' => !empty($params['release']), 'heldcapped' => !empty($params['of'])]);
        $sentences = array_map(
            fn($name) => get_string($name, 'local_rocket', $values),
            array_merge(['heldnofinding'], array_keys($more))
        );
        return implode(' ', array_merge([$said], $sentences));
    }

    /**
     * Which form of a sentence it is.
     *
     * @param string $code
     * @param array $params
     * @return string what is added to the name of its string
     */
    private static function form(string $code, array $params): string {
        return match ($code) {
            'outside_window', 'reward_window' => empty($params['opens']) ? '_over' : '',
            'frequency', 'cap_reached', 'limit_reached' => empty($params['again']) ? '_over' : '',
            'token_lapsed' => empty($params['points']) ? '_over' : '',
            'held', 'held_blacklist', 'not_qualifying' => empty($params['because']) ? '_none' : '',
            'few_words' => empty($params['words']) ? '_none' : '',
            'review_waiting' => ($params['count'] ?? 0) === 1 ? '_one' : '',
            default => '',
        };
    }

    /**
     * The parameters, as people read them.
     *
     * @param array $params
     * @return \stdClass
     */
    private static function values(array $params): \stdClass {
        $values = [];
        foreach ($params as $key => $value) {
            $values[$key] = match (true) {
                $value === null => get_string('notgiven', 'local_rocket'),
                in_array($key, self::MOMENTS, true) => self::moment((string)$value),
                $key === 'missing' => self::joined($value, count($params['missing']) > 2 ? 'joinlist' : 'joinand')
                    . self::more($params),
                $key === 'options' => self::joined($value, 'joinor') . self::more($params),
                $key === 'because' && is_array($value) => self::joined($value, 'joinlist'),
                $key === 'points' => self::points((int)$value),
                $key === 'review' => (string)$value,
                $key === 'limit' => ($params['unit'] ?? '') === 'points' ? self::points((int)$value) : self::number($value),
                $key === 'per' => self::period((string)$value),
                $key === 'scope' => get_string('scope_' . clean_param($value, PARAM_ALPHA), 'local_rocket'),
                $key === 'badge' => self::badge((string)$value),
                $key === 'field' => self::field((string)$value),
                $key === 'test' => self::test((string)$value),
                is_bool($value) => \core_text::strtolower(get_string($value ? 'yes' : 'no')),
                is_int($value) || is_float($value) => self::number($value),
                is_scalar($value) => (string)$value,
                default => '',
            };
        }
        $points = (int)($params['points'] ?? 0);
        $values['morepoints'] = $points === 1 ? get_string('onemorepoint', 'local_rocket')
            : get_string('nmorepoints', 'local_rocket', self::number($points));
        $values['pointswere'] = $points === 1 ? get_string('onepointwas', 'local_rocket')
            : get_string('npointswere', 'local_rocket', self::number($points));
        $values['times'] = self::times((int)($params['count'] ?? 0));
        $values['value'] ??= get_string('notgiven', 'local_rocket');
        return (object)$values;
    }

    /**
     * What a rule looks at: in words where there are some, else by its name.
     *
     * @param string $field
     * @return string
     */
    private static function field(string $field): string {
        $key = 'field_' . clean_param($field, PARAM_ALPHANUMEXT);
        return get_string_manager()->string_exists($key, 'local_rocket') ? get_string($key, 'local_rocket') : $field;
    }

    /**
     * What a rule asks of it, as its author wrote it: `>=80`, `80..100`, `!=x`.
     *
     * @param string $test
     * @return string
     */
    private static function test(string $test): string {
        $words = ['>=' => 'test_atleast', '<=' => 'test_atmost', '>' => 'test_above', '<' => 'test_below', '!=' => 'test_not'];
        foreach ($words as $sign => $key) {
            if (str_starts_with($test, $sign)) {
                return get_string($key, 'local_rocket', trim(substr($test, strlen($sign))));
            }
        }
        if (preg_match('/^(\S+?)\.\.(\S+)$/', $test, $range)) {
            return get_string('test_range', 'local_rocket', (object)['from' => $range[1], 'to' => $range[2]]);
        }
        return $test;
    }

    /**
     * Several reasons as one.
     *
     * @param array $reasons
     * @param string $with the string between them
     * @return string
     */
    private static function joined(array $reasons, string $with): string {
        return implode(get_string($with, 'local_rocket'), array_map([self::class, 'part'], $reasons));
    }

    /**
     * How many there are besides those that are said.
     *
     * @param array $params
     * @return string
     */
    private static function more(array $params): string {
        return empty($params['more']) ? '' : get_string('andmore', 'local_rocket', (int)$params['more']);
    }

    /**
     * How often.
     *
     * @param int $count
     * @return string
     */
    private static function times(int $count): string {
        return match ($count) {
            1 => get_string('timesonce', 'local_rocket'),
            2 => get_string('timestwice', 'local_rocket'),
            default => get_string('timesmany', 'local_rocket', self::number($count)),
        };
    }

    /**
     * In which time: a civil period, or a length such as `48h`.
     *
     * @param string $per
     * @return string
     */
    private static function period(string $per): string {
        return in_array($per, ['day', 'week', 'month', 'term', 'ever'], true)
            ? get_string('period_' . $per, 'local_rocket')
            : get_string('period_other', 'local_rocket', $per);
    }

    /**
     * A badge: one that nobody has earned yet is known by its number alone.
     *
     * @param string $badge
     * @return string
     */
    private static function badge(string $badge): string {
        return str_starts_with($badge, 'badge:')
            ? get_string('badge_numbered', 'local_rocket', substr($badge, 6))
            : get_string('badge_named', 'local_rocket', format_string($badge, true, ['escape' => false]));
    }

    /**
     * A number with the separators of the language.
     *
     * @param int|float $number
     * @return string
     */
    public static function number(int|float $number): string {
        $decimals = is_int($number) ? 0 : strlen(substr(strrchr((string)round($number, 2), '.') ?: '', 1));
        return number_format($number, $decimals, get_string('decsep', 'langconfig'), get_string('thousandssep', 'langconfig'));
    }
}
