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
 * Money, as people read it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class money {
    /** @var string[] currencies (ISO 4217) that have no minor unit */
    private const WHOLE = [
        'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF',
    ];

    /** @var string[] currencies whose minor unit is a thousandth */
    private const THOUSANDTHS = ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'];

    /**
     * An amount in the form of the page's language.
     *
     * @param int $minor in the currency's minor unit
     * @param string $currency ISO 4217
     * @return string
     */
    public static function text(int $minor, string $currency): string {
        $digits = in_array($currency, self::WHOLE, true) ? 0 : (in_array($currency, self::THOUSANDTHS, true) ? 3 : 2);
        $amount = $minor / 10 ** $digits;
        if (class_exists(\NumberFormatter::class)) {
            $locale = str_replace('.UTF-8', '', get_string('locale', 'langconfig'));
            $format = new \NumberFormatter($locale, \NumberFormatter::CURRENCY);
            $text = $format->formatCurrency($amount, $currency);
            if ($text !== false) {
                return $text;
            }
        }
        $separators = [get_string('decsep', 'langconfig'), get_string('thousandssep', 'langconfig')];
        return number_format($amount, $digits, ...$separators) . ' ' . $currency;
    }

    /**
     * What a reward is worth: an amount, a percentage, or nothing that has a number.
     *
     * @param array|null $value amount_minor and currency
     * @param array|null $discount the same, or percent
     * @return string|null
     */
    public static function worth(?array $value, ?array $discount): ?string {
        if ($value !== null) {
            return get_string('worth', 'local_rocket', self::text($value['amount_minor'], $value['currency']));
        }
        if (isset($discount['percent'])) {
            return get_string('percentoff', 'local_rocket', $discount['percent']);
        }
        return $discount === null ? null
            : get_string('amountoff', 'local_rocket', self::text($discount['amount_minor'], $discount['currency']));
    }
}
