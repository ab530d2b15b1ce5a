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

use local_rocket\account;
use local_rocket\account_state;
use local_rocket\money;
use local_rocket\reasons;

/**
 * An account as the block, the page and the mobile app show it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class account_view {
    /** @var int seconds after which a page asks again behind its back */
    private const FRESH = 60;

    /** @var int rewards that a block has room for */
    private const SHORT = 4;

    /** @var int of as many or fewer it is said how many are left */
    private const SCARCE = 50;

    /**
     * Takes an account.
     *
     * @param account $account
     * @param account_state $state
     * @param bool $short only what a block has room for
     */
    public function __construct(
        /** @var account whose it is */
        private readonly account $account,
        /** @var account_state what is known of it */
        private readonly account_state $state,
        /** @var bool only what a block has room for */
        private readonly bool $short = true
    ) {
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        $value = $this->state->value;
        $links = [
            'urlall' => (new \moodle_url('/local/rocket/view.php'))->out(false),
            'urlrewards' => (new \moodle_url('/local/rocket/view.php', ['tab' => 'rewards']))->out(false),
            'urlmine' => (new \moodle_url('/local/rocket/view.php', ['tab' => 'mine']))->out(false),
            'urlheld' => (new \moodle_url('/local/rocket/view.php', null, 'holds'))->out(false),
            'urlhelp' => (new \moodle_url('/local/rocket/view.php', ['tab' => 'help']))->out(false),
            'takespart' => $this->account->takes_part(),
            'away' => $this->state->failure !== null,
        ];
        if ($value === null) {
            return $links + ['known' => false];
        }
        ['points' => $points] = $value;
        ['rewards' => $rewards] = $value;
        // Only those that are shown are put into words, which is most of what a block costs its page.
        $chosen = $this->short ? array_slice(self::best($rewards), 0, self::SHORT) : $rewards;
        $goal = array_column($rewards, null, 'id')[$this->account->goal()] ?? null;
        return $links + $this->balance($points) + [
            'known' => true,
            'asof' => userdate($this->state->time, get_string('strftimedatetimeshort', 'langconfig')),
            'refresh' => $this->state->failure === null && $this->state->time < time() - self::FRESH,
            'goal' => $goal === null ? null : $this->reward($goal),
            'hasgoal' => $goal !== null,
            'rewards' => array_map(fn($reward) => $this->reward($reward), $chosen),
            'hasrewards' => $rewards !== [],
            'morerewards' => $this->short && count($rewards) > self::SHORT,
            'events' => array_map([self::class, 'event'], $value['recent']),
            'hasrecent' => $value['recent'] !== [],
        ];
    }

    /**
     * Balance and tier.
     *
     * @param array $points
     * @return array
     */
    private function balance(array $points): array {
        $next = $points['next_tier'];
        $title = $next === null ? null : format_string($next['title'], true, ['escape' => false]);
        $from = $points['tier_points'];
        $span = $next === null ? 0 : $next['points'] - $from;
        $progress = $span <= 0 ? 100 : (int)floor(100 * max(0, min(1, ($points['lifetime'] - $from) / $span)));
        return [
            'balance' => $points['balance'],
            'balancetext' => reasons::points($points['balance']),
            'debt' => $points['balance'] < 0,
            'held' => $points['held'],
            'heldtext' => $points['held'] > 0 ? get_string('heldpoints', 'local_rocket', reasons::points($points['held'])) : null,
            'lifetimetext' => reasons::points($points['lifetime']),
            'hastier' => $points['tier'] !== null || $next !== null,
            'tier' => $points['tier_title'] === null ? null : format_string($points['tier_title'], true, ['escape' => false]),
            'hasnext' => $next !== null,
            'next' => $title,
            'nexttext' => $next === null ? null : get_string('nexttier', 'local_rocket', $title),
            'progress' => $progress,
            'nextreasons' => $next === null ? [] : reasons::texts($next['locked_because']),
        ];
    }

    /**
     * One reward, with what is missing for it.
     *
     * @param array $reward
     * @return array
     */
    private function reward(array $reward): array {
        $short = self::short($reward);
        $plain = ['escape' => false];
        $worth = money::worth($reward['value'], $reward['discount']);
        $few = $reward['remaining'] > 0 && $reward['remaining'] <= self::SCARCE;
        $left = $few ? get_string('remaining', 'local_rocket', $reward['remaining']) : null;
        $category = $reward['category'] === null || $this->short ? null : self::category($reward['category']);
        return [
            'id' => $reward['id'],
            'title' => format_string($reward['title'], true, $plain),
            'hasdescription' => $reward['description'] !== null && !$this->short,
            'description' => $reward['description'] === null ? null : format_string($reward['description'], true, $plain),
            'terms' => $reward['terms'] === null ? null : format_string($reward['terms'], true, $plain),
            'facts' => implode(' · ', array_filter([$category, $worth, $left])),
            'cost' => $reward['cost'],
            'costtext' => reasons::points($reward['cost']),
            'worth' => $worth,
            'available' => $reward['available'],
            'locked' => reasons::texts($reward['locked_because']),
            'short' => $short,
            'togo' => get_string('togo', 'local_rocket', reasons::points($short)),
            'isgoal' => $reward['id'] === $this->account->goal(),
            'pinnable' => !$this->short,
            'options' => count($reward['options']) < 2 ? [] : array_map([$this, 'option'], $reward['options']),
            'urlredeem' => (new \moodle_url('/local/rocket/redeem.php', [
                'reward' => $reward['id'], 'cost' => $reward['cost'],
            ]))->out(false),
        ];
    }

    /**
     * One of several prices of a reward.
     *
     * @param array $option
     * @return array
     */
    private function option(array $option): array {
        return [
            'cost' => $option['cost'],
            'costtext' => reasons::points($option['cost']),
            'worth' => money::worth($option['value'], $option['discount']),
            'available' => $option['available'],
            'locked' => reasons::texts($option['locked_because']),
        ];
    }

    /**
     * A category: one of the known labels, or as the institution wrote it.
     *
     * @param string $category
     * @return string
     */
    private static function category(string $category): string {
        $key = 'category_' . clean_param($category, PARAM_ALPHANUMEXT);
        return get_string_manager()->string_exists($key, 'local_rocket') ? get_string($key, 'local_rocket') : $category;
    }

    /**
     * The rewards that a learner wants to see first: those that can be had, then those that are nearest.
     *
     * @param array $rewards
     * @return array
     */
    private static function best(array $rewards): array {
        $rank = fn($reward) => [!$reward['available'], self::short($reward), $reward['cost']];
        usort($rewards, fn($a, $b) => $rank($a) <=> $rank($b));
        return $rewards;
    }

    /**
     * How many points are missing for a reward.
     *
     * @param array $reward
     * @return int
     */
    private static function short(array $reward): int {
        $missing = array_column($reward['locked_because'], 'params', 'code')['needs_balance'] ?? [];
        return (int)($missing['points'] ?? 0);
    }

    /**
     * One event, and what each rule said of it.
     *
     * @param array $event
     * @return array
     */
    public static function event(array $event): array {
        $changed = $event['points'] !== 0 || $event['held'] !== 0;
        $decisions = $event['decisions'] ?? [];
        // Where something was paid, what did not pay besides is of no interest.
        $told = $changed ? array_filter($decisions, fn($one) => $one['points'] !== 0 || $one['held'] !== 0) : $decisions;
        return [
            'what' => $event['what'],
            'when' => userdate(strtotime($event['time']), get_string('strftimedatetimeshort', 'langconfig')),
            'points' => ($event['points'] > 0 ? '+' : '') . $event['points'],
            'changed' => $event['points'] !== 0,
            'lines' => array_values(array_map(fn($one) => [
                'rule' => isset($one['title']) ? format_string($one['title'], true, ['escape' => false]) : null,
                'text' => reasons::text($one['reason']),
            ], $told)),
            'nothing' => $decisions === [],
        ];
    }
}
