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

use local_rocket\reasons;
use local_rocket\sidecar\refused;
use local_rocket\target;

/**
 * The question before a redemption.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class redeem_view {
    /**
     * Takes what is asked.
     *
     * @param array $account as {@see account_view} shows it
     * @param string $reward the reward's id
     * @param int|null $cost which of its prices; null: its first
     * @param string|null $failure why the attempt before did not work
     * @param string|null $retry the idempotency key of an attempt of which nobody knows what became of it
     */
    public function __construct(
        /** @var array the account, as it is shown */
        private readonly array $account,
        /** @var string the reward's id */
        private readonly string $reward,
        /** @var int|null which of its prices */
        private readonly ?int $cost,
        /** @var string|null why the attempt before did not work */
        private readonly ?string $failure = null,
        /** @var string|null the idempotency key of an attempt of which nobody knows what became of it */
        private readonly ?string $retry = null
    ) {
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        $shown = [
            'failure' => $this->failure,
            'urlrewards' => $this->account['urlrewards'],
            'url' => (new \moodle_url('/local/rocket/redeem.php'))->out(false),
            'sesskey' => sesskey(),
            // Made when the question is drawn: a double tap or a reload is one redemption.
            'key' => $this->retry ?? \core\uuid::generate(),
        ];
        foreach ($this->account['rewards'] ?? [] as $reward) {
            if ($reward['id'] !== $this->reward) {
                continue;
            }
            $prices = $reward['options'] ?: [$reward];
            $chosen = array_values(array_filter($prices, fn($price) => $price['cost'] === $this->cost))[0] ?? $prices[0];
            $after = $this->account['balance'] - $chosen['cost'];
            return $shown + [
                'reward' => array_merge($reward, $chosen),
                // What went through already looks locked now, and is to be tried again all the same.
                'confirmable' => $chosen['available'] || $this->retry !== null,
                'question' => get_string('confirmredeem', 'local_rocket', (object)[
                    'title' => $reward['title'], 'cost' => $chosen['costtext'],
                ]),
                'balances' => get_string('confirmbalance', 'local_rocket', (object)[
                    'balance' => $this->account['balancetext'], 'after' => reasons::points($after),
                ]),
                'prices' => array_map(fn($price) => $price + ['url' => (new \moodle_url('/local/rocket/redeem.php', [
                    'reward' => $this->reward, 'cost' => $price['cost'],
                ]))->out(false)], $reward['options']),
                'hasprices' => $reward['options'] !== [],
            ];
        }
        return $shown + ['unknown' => $this->account['known']];
    }

    /**
     * Why the sidecar refused, in words.
     *
     * @param refused $e
     * @return string
     */
    public static function why(refused $e): string {
        if ($e->codename === 'price_changed') {
            return get_string('pricechanged', 'local_rocket');
        }
        $reasons = reasons::texts(target::named_in($e->problem['locked_because'] ?? []));
        return $reasons === [] ? $e->getMessage() : implode(get_string('joinlist', 'local_rocket'), $reasons);
    }
}
