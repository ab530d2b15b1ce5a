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

use local_rocket\evidence;
use local_rocket\reasons;
use local_rocket\review;
use local_rocket\review_filter;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;
use local_rocket\support;

/**
 * The review queue, and what each check finds.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class review_view {
    /** @var int people that a search finds at most */
    private const FOUND = 25;

    /** @var string[] what went wrong */
    private array $failures = [];

    /** @var int[] items that are chosen */
    private array $chosen = [];

    /** @var string the reason that was typed */
    private string $reason = '';

    /**
     * Takes what to show.
     *
     * @param review $review
     * @param review_filter $filter
     * @param string $search what is looked for among people; empty: nothing
     * @param bool $all whether all items of the page are chosen
     */
    public function __construct(
        /** @var review */
        private readonly review $review,
        /** @var review_filter */
        private readonly review_filter $filter,
        /** @var string what is looked for among people; empty: nothing */
        private readonly string $search = '',
        /** @var bool whether all items of the page are chosen */
        private readonly bool $all = false
    ) {
    }

    /**
     * A decision that did not go through, or of which nobody knows.
     *
     * @param \moodle_exception $e
     * @param int[] $chosen the items
     * @param string $reason as it was typed
     */
    public function failed(\moodle_exception $e, array $chosen, string $reason): void {
        $this->failures[] = $e->getMessage() . ($e instanceof away ? ' ' . get_string('review_unsure', 'local_rocket') : '');
        $this->chosen = $chosen;
        $this->reason = $reason;
    }

    /**
     * Who fits what is looked for.
     *
     * @return \stdClass[] by id
     */
    public function found(): array {
        return $this->search === '' ? [] : support::search($this->search, self::FOUND);
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        $url = $this->url();
        $checks = [];
        $queue = null;
        try {
            $queue = $this->review->queue($this->filter);
            $checks = $this->review->checks();
        } catch (away | refused $e) {
            $this->failures[] = $e->getMessage();
        }
        return [
            'url' => $url->out(false),
            'urlall' => (new \moodle_url($url, ['all' => 1]))->out(false),
            'baseurl' => $url->out_omit_querystring(),
            'sesskey' => sesskey(),
            'failures' => array_values(array_unique($this->failures)),
            'filter' => $this->filter($checks),
            'search' => $this->search,
            'several' => $this->several(),
            'learner' => $queue === null || $this->filter->userid === 0 ? null : $this->learner($queue['exempt']),
            'known' => $queue !== null,
            'checks' => (new review_checks_view($checks))->shown(),
            'haschecks' => $checks !== [],
            'reason' => $this->reason,
        ] + ($queue === null ? [] : $this->queue($queue));
    }

    /**
     * A page of the queue.
     *
     * @param array $queue
     * @return array
     */
    private function queue(array $queue): array {
        ['items' => $items, 'waiting' => $waiting, 'next_cursor' => $next] = $queue;
        $names = self::names(array_merge([], ...array_map([review_item::class, 'people'], $items)));
        $words = new review_item($names, has_capability('local/rocket:support', \context_system::instance()));
        $shown = array_map(
            fn($item) => $words->shown($item, $this->all || in_array($item['id'], $this->chosen, true)),
            $items
        );
        return [
            'waiting' => reasons::number($waiting),
            'items' => $shown,
            'hasitems' => $shown !== [],
            'canchoose' => in_array(true, array_column($shown, 'choosable'), true),
            'next' => $next === null ? null : $this->url(['cursor' => $next])->out(false),
        ];
    }

    /**
     * Names of people, of deleted accounts too.
     *
     * @param int[] $ids
     * @return array<int, string> by id
     */
    private static function names(array $ids): array {
        global $DB;
        $fields = implode(', ', array_merge(['id'], \core_user\fields::get_name_fields()));
        return array_map('fullname', $DB->get_records_list('user', 'id', array_unique($ids), '', $fields));
    }

    /**
     * The address of the page.
     *
     * @param array $params in place of those of the filter
     * @return \moodle_url
     */
    private function url(array $params = []): \moodle_url {
        return new \moodle_url('/local/rocket/review.php', array_filter($params + $this->filter->params()));
    }

    /**
     * What can be chosen to look at.
     *
     * @param array[] $checks
     * @return array
     */
    private function filter(array $checks): array {
        $options = fn(array $names, string $chosen) => array_map(
            fn($value, $name) => ['value' => $value, 'name' => $name, 'selected' => (string)$value === $chosen],
            array_keys($names),
            $names
        );
        $strings = fn(array $values, string $prefix) => array_combine(
            $values,
            array_map(fn($value) => get_string($prefix . $value, 'local_rocket'), $values)
        );
        $any = ['' => get_string('review_anything', 'local_rocket')];
        $finders = array_merge(['rule', 'anomaly'], array_column($checks, 'id'), array_filter([$this->filter->foundby]));
        $finders = array_unique($finders);
        return [
            'states' => $options($strings(review_filter::STATES, 'review_state_'), $this->filter->state),
            'kinds' => $options($any + $strings(review_filter::KINDS, 'review_kind_'), $this->filter->kind),
            'finders' => $options(
                $any + array_combine($finders, array_map([evidence::class, 'found_by'], $finders)),
                $this->filter->foundby
            ),
            'userid' => $this->filter->userid === 0 ? null : $this->filter->userid,
        ];
    }

    /**
     * Those who fit what was looked for, where it is not clear who is meant.
     *
     * @return array
     */
    private function several(): array {
        $identity = has_capability('moodle/site:viewuseridentity', \context_system::instance());
        return array_values(array_map(fn($user) => [
            'name' => fullname($user),
            'known' => $identity ? implode(' · ', array_filter([$user->username, $user->email, $user->idnumber])) : '',
            'url' => $this->url(['userid' => $user->id, 'cursor' => 0])->out(false),
        ], $this->found()));
    }

    /**
     * The learner whose items are shown.
     *
     * @param bool $exempt
     * @return array
     */
    private function learner(bool $exempt): array {
        global $USER;
        $id = $this->filter->userid;
        $name = self::names([$id])[$id] ?? get_string('review_account', 'local_rocket', $id);
        return [
            'name' => $name,
            'exempt' => $exempt,
            'said' => get_string($exempt ? 'review_isexempt' : 'review_exempthelp', 'local_rocket', $name),
            'self' => $id == $USER->id,
            'everybody' => $this->url(['userid' => 0, 'cursor' => 0])->out(false),
        ];
    }
}
