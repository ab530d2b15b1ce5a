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
 * What checks and the comparison of weeks found, in the words of the page: for people in charge.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class evidence {
    /** @var string[] what a rule about weeks goes by, by the rule's id (sidecar/domain/week-feature.ts; a test compares) */
    public const WEEK_RULES = [
        'burst' => 'burst',
        'long_session' => 'session',
        'night' => 'night',
        'even_clicks' => 'even_gaps',
        'regular_clicks' => 'equal_run',
        'many_attempts' => 'attempts',
        'quick_attempts' => 'quick_attempts',
        'rapid_answers' => 'rapid_share',
        'right_and_fast' => 'right_and_fast',
        'few_words' => 'blank_texts',
        'near_copies' => 'near_copies',
        'quick_posts' => 'quick_posts',
        'deleted_after_earning' => 'taken_back',
        'ring_address' => 'sync_address',
        'ring' => 'sync',
        'reply_ring' => 'mutual',
    ];

    /**
     * What found something.
     *
     * @param string $by a check, `rule`, `anomaly` or `blacklist:ID`
     * @return string plain text
     */
    public static function found_by(string $by): string {
        if (str_starts_with($by, 'blacklist:')) {
            return get_string('review_found_blacklist', 'local_rocket', substr($by, strlen('blacklist:')));
        }
        return in_array($by, ['rule', 'anomaly'], true) ? get_string("review_found_$by", 'local_rocket') : self::check($by);
    }

    /**
     * The name of a check.
     *
     * @param string $id
     * @return string
     */
    public static function check(string $id): string {
        return self::string('checkname_', $id) ?? $id;
    }

    /**
     * What a check counts.
     *
     * @param string $id
     * @param string $text in English, for one that this bridge does not know
     * @return string
     */
    public static function counts(string $id, string $text): string {
        return self::string('checkcounts_', $id) ?? $text;
    }

    /**
     * What a check found in an event.
     *
     * @param array $finding check, version, threshold, observed
     * @return string
     */
    public static function finding(array $finding): string {
        return get_string('review_finding', 'local_rocket', [
            'check' => self::check($finding['check']),
            'version' => $finding['version'],
            'observed' => reasons::number($finding['observed']),
            'counts' => self::counts($finding['check'], $finding['check']),
            'threshold' => reasons::number($finding['threshold']),
        ]);
    }

    /**
     * What stands out in a week.
     *
     * @param array $sentence code, params, text (the English fallback)
     * @return string
     */
    public static function week(array $sentence): string {
        ['code' => $code, 'params' => $params, 'text' => $text] = $sentence;
        $rare = isset($params['reach']);
        $feature = $rare ? $code : self::WEEK_RULES[$code] ?? '';
        $value = reasons::number($params[$rare ? 'value' : 'observed'] ?? 0);
        $what = self::string('feature_', $feature, $value);
        if ($what === null) {
            return $text;
        }
        if (!$rare) {
            $said = ['what' => $what, 'threshold' => reasons::number($params['threshold'])];
            return get_string('week_rule', 'local_rocket', $said);
        }
        $usual = $params['usual_of'] === 'learner' ? 'week_usual_learner' : 'week_usual_all';
        $form = match ($params['reach']) {
            0 => '_none',
            1 => '_one',
            default => '',
        };
        return get_string('week_rare' . $form, 'local_rocket', [
            'what' => $what,
            'reach' => reasons::number($params['reach']),
            'of' => reasons::number($params['of']),
            'usual' => get_string($usual, 'local_rocket', reasons::number($params['usual'])),
        ]);
    }

    /**
     * A string for an id that comes from the sidecar.
     *
     * @param string $prefix
     * @param string $id
     * @param string|null $value
     * @return string|null null: this bridge does not know it
     */
    private static function string(string $prefix, string $id, ?string $value = null): ?string {
        $key = $prefix . clean_param($id, PARAM_ALPHANUMEXT);
        return get_string_manager()->string_exists($key, 'local_rocket') ? get_string($key, 'local_rocket', $value) : null;
    }
}
