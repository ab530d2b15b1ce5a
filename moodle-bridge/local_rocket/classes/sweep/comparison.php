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

namespace local_rocket\sweep;

use local_rocket\allowlist;
use local_rocket\facts;
use local_rocket\state;

/**
 * Compares what learners did in the last days with what the outbox has, and puts in what it missed: a page that died between
 * its work and its event, completion that a bulk grading changed, an observer that failed.
 *
 * What was deleted meanwhile it cannot see.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class comparison {
    /** @var int days that are looked at */
    private const DAYS = 8;

    /** @var int seconds that an event may still be under way */
    private const UNDER_WAY = 600;

    /**
     * Compares, and keeps in `state` how it went.
     *
     * @return int[]|null how many were missed, by source; null: not paired yet, so that nobody expects anything
     */
    public function run(): ?array {
        $scope = self::scope();
        if ($scope === null) {
            return null;
        }
        $missed = [];
        foreach (source::all() as $name => $source) {
            $missed[$name] = array_filter($source->events(), [allowlist::class, 'has']) ? self::compare($source, $scope) : 0;
        }
        state::set('sweep', ['time' => time(), 'since' => $scope->since, 'missed' => $missed]);
        return $missed;
    }

    /**
     * What is looked at: no longer ago than the outbox remembers, nor than this site was paired. What was before that, no
     * sweep pays for; that is for a person to decide.
     *
     * @return scope|null null: not paired yet
     */
    private static function scope(): ?scope {
        $paired = facts::since();
        if ($paired === null) {
            return null;
        }
        $config = get_config('local_rocket');
        $days = min((int)($config->sweepdays ?? 0) ?: self::DAYS, (int)($config->keepdays ?? 0) ?: 14);
        return new scope(max($paired, time() - $days * DAYSECS), time() - self::UNDER_WAY, scope::NOT_IN_OUTBOX);
    }

    /**
     * Compares one source.
     *
     * @param source $source
     * @param scope $scope
     * @return int how many were missed
     */
    private static function compare(source $source, scope $scope): int {
        $missed = 0;
        foreach ($source->find($scope) as $found) {
            $rows = array_map(fn($one) => $source->row($one, 'sweep'), $found);
            $missed += intake::add(array_filter($rows, fn($row) => allowlist::has($row['eventname'])));
        }
        return $missed;
    }
}
