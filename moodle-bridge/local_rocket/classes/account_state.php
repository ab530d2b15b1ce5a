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
use local_rocket\sidecar\refused;

/**
 * What is known of an account, since when, and why nothing newer is.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class account_state {
    /**
     * Takes what is known.
     *
     * @param array|null $value lang, points, rewards, recent; null: nothing was ever known
     * @param int|null $time epoch seconds since when
     * @param away|refused|null $failure why nothing newer is known
     */
    public function __construct(
        /** @var array|null lang, points, rewards, recent; null: nothing was ever known */
        public readonly ?array $value,
        /** @var int|null epoch seconds */
        public readonly ?int $time,
        /** @var away|refused|null why nothing newer is known */
        public readonly away|refused|null $failure
    ) {
    }
    /**
     * Whether nothing was ever earned, as far as is known.
     *
     * @return bool
     */
    public function is_blank(): bool {
        $points = $this->value['points'] ?? ['balance' => 0, 'held' => 0, 'lifetime' => 0];
        return [$points['balance'], $points['held'], $points['lifetime']] === [0, 0, 0];
    }
}
