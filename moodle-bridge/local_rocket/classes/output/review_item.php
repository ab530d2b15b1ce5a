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

use local_rocket\deed;
use local_rocket\evidence;
use local_rocket\reasons;
use local_rocket\review_filter;

/**
 * One item of the review queue, in words.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class review_item {
    /**
     * Takes what all items of a page need.
     *
     * @param array<int, string> $names people by id
     * @param bool $linked whether who looks may open learners' accounts
     */
    public function __construct(
        /** @var array<int, string> people by id */
        private readonly array $names,
        /** @var bool whether who looks may open learners' accounts */
        private readonly bool $linked
    ) {
    }

    /**
     * The people in an item: its learner, whoever else has to do with it, who decided.
     *
     * @param array $item
     * @return int[]
     */
    public static function people(array $item): array {
        $others = array_merge([], ...array_column($item['evidence']['found'] ?? [], 'others'));
        $ids = array_merge([(string)$item['user_id'], self::id_in((string)$item['decided_by'])], $others);
        return array_map('intval', array_filter($ids, 'ctype_digit'));
    }

    /**
     * What the template is given.
     *
     * @param array $item as the sidecar shows it
     * @param bool $chosen whether it is chosen already
     * @return array
     */
    public function shown(array $item, bool $chosen): array {
        global $USER;
        $open = $item['state'] === 'open';
        $own = $item['user_id'] === (string)$USER->id;
        $userid = (int)$item['user_id'];
        $page = fn(string $name, array $params) => (new \moodle_url("/local/rocket/$name.php", $params))->out(false);
        $name = $userid === 0 ? get_string('review_erased', 'local_rocket') : $this->name($item['user_id']);
        return [
            'id' => $item['id'],
            'userid' => $userid,
            'name' => $name,
            'choose' => get_string('review_choose', 'local_rocket', $name),
            'account' => $this->linked && $userid !== 0 ? $page('learner', ['id' => $userid]) : null,
            'onlythem' => $userid === 0 ? null : $page('review', (new review_filter('all', '', '', $userid))->params()),
            'choosable' => $open && !$own,
            'chosen' => $chosen && $open && !$own,
            'own' => $open && $own,
            'kind' => get_string('review_kind_' . $item['kind'], 'local_rocket'),
            'points' => match ($item['kind']) {
                'hold' => get_string('review_held', 'local_rocket', reasons::points($item['points'])),
                'flag' => get_string('review_given', 'local_rocket', reasons::points($item['points'])),
                default => null,
            },
            'what' => self::what($item),
            'facts' => implode(' · ', array_filter($this->facts($item, $open))),
            'appealed' => $item['appealed'] === null ? null : reasons::moment($item['appealed']),
            'sentences' => self::sentences($item),
            'evidence' => $this->evidence($item),
            'hasevidence' => $this->evidence($item) !== [],
            'opinion' => $item['opinion'] === null ? null : self::opinion($item['opinion']),
            'decided' => $open ? null : $this->decided($item),
        ];
    }

    /**
     * What it is about, as far as who looks may see it.
     *
     * @param array $item
     * @return string|null
     */
    private static function what(array $item): ?string {
        global $USER;
        if ($item['week'] !== null) {
            return get_string('review_week', 'local_rocket', reasons::moment($item['week']));
        }
        return $item['event'] === null ? null : deed::name($item, (int)$USER->id);
    }

    /**
     * What else is to be known of it at a glance.
     *
     * @param array $item
     * @param bool $open
     * @return array
     */
    private function facts(array $item, bool $open): array {
        return [
            $item['rule_id'] === null ? null : get_string('review_rule', 'local_rocket', $item['rule_id']),
            get_string('review_foundby', 'local_rocket') . ': ' . evidence::found_by($item['found_by']),
            get_string('review_since', 'local_rocket', reasons::moment($item['opened'])),
            // What nobody decides ends in the learner's favour.
            $open && $item['due'] !== null ? get_string(
                $item['kind'] === 'hold' ? 'review_due' : 'review_left',
                'local_rocket',
                reasons::moment($item['due'])
            ) : null,
        ];
    }

    /**
     * Why it is in the queue.
     *
     * @param array $item
     * @return string[]
     */
    private static function sentences(array $item): array {
        if ($item['kind'] === 'week') {
            return array_map([evidence::class, 'week'], $item['evidence']['sentences'] ?? []);
        }
        return $item['reasons'] === [] && $item['found_by'] === 'rule' ? [get_string('review_ruleasks', 'local_rocket')]
            : reasons::texts($item['reasons']);
    }

    /**
     * What it rests on.
     *
     * @param array $item
     * @return string[]
     */
    private function evidence(array $item): array {
        $lines = [];
        foreach ($item['evidence']['found'] ?? [] as $finding) {
            // Of a week the sentences say it.
            $lines[] = $item['kind'] === 'week' ? null : evidence::finding($finding);
            $lines[] = $finding['events'] === [] ? null : get_string('review_events', 'local_rocket', [
                'count' => count($finding['events']), 'ids' => implode(', ', $finding['events']),
            ]);
            $others = implode(', ', array_map([$this, 'name'], $finding['others']));
            $lines[] = $others === '' ? null : get_string('review_others', 'local_rocket', $others);
        }
        $reference = $item['evidence']['reference'] ?? null;
        $lines[] = $reference === null ? null
            : get_string('review_reference_' . $reference['from'], 'local_rocket', reasons::number($reference['weeks']));
        return array_values(array_unique(array_filter($lines)));
    }

    /**
     * What a second opinion said.
     *
     * @param array $opinion
     * @return string
     */
    private static function opinion(array $opinion): string {
        if (!isset($opinion['verdict'])) {
            return get_string('review_opinionfailed', 'local_rocket', $opinion);
        }
        $verdict = get_string('verdict_' . $opinion['verdict'], 'local_rocket');
        return get_string('review_opinion', 'local_rocket', ['verdict' => $verdict] + $opinion);
    }

    /**
     * What was decided, when, by whom and why.
     *
     * @param array $item
     * @return string
     */
    private function decided(array $item): string {
        $by = $item['decided_by'];
        $state = $item['state'] === 'lapsed' && $item['kind'] !== 'hold' ? 'left' : $item['state'];
        return get_string($by === null || $by === 'server' ? 'review_decidedself' : 'review_decided', 'local_rocket', [
            'state' => get_string('review_state_' . $state, 'local_rocket'),
            'when' => reasons::moment($item['decided']),
            'who' => match (true) {
                $by === 'erased' => get_string('review_who_erased', 'local_rocket'),
                ctype_digit(self::id_in((string)$by)) => $this->name(self::id_in($by)),
                default => (string)$by,
            },
            'reason' => (string)$item['reason'],
        ]);
    }

    /**
     * The id of somebody of this site, as the sidecar names who did something.
     *
     * @param string $actor
     * @return string empty: nobody of this site
     */
    private static function id_in(string $actor): string {
        return str_starts_with($actor, 'moodle:') ? substr($actor, strlen('moodle:')) : '';
    }

    /**
     * The name of somebody.
     *
     * @param string $id
     * @return string
     */
    private function name(string $id): string {
        return match (true) {
            isset($this->names[$id]) => $this->names[$id],
            $id === 'erased' => get_string('review_who_erased', 'local_rocket'),
            default => get_string('review_account', 'local_rocket', $id),
        };
    }
}
