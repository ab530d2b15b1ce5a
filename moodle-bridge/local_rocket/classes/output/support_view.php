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

use local_rocket\admin\queue;
use local_rocket\deed;
use local_rocket\outbox;
use local_rocket\outbox_lookup;
use local_rocket\reasons;
use local_rocket\sidecar\away;
use local_rocket\sidecar\refused;
use local_rocket\snapshot;
use local_rocket\support;

/**
 * A learner's account for people in charge.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class support_view {
    /** @var int learners that a search finds at most */
    private const FOUND = 25;

    /** @var int events of the outbox that are shown */
    private const OUTBOX = 20;

    /** @var array what is shown of the account */
    private array $account = [];

    /** @var string[] what went wrong */
    private array $failures = [];

    /** @var array what was typed into the correction: key, points, reason */
    private array $typed = [];

    /**
     * Takes an account.
     *
     * @param support $support
     * @param string $search what is looked for; empty: nothing
     */
    public function __construct(
        /** @var support */
        private readonly support $support,
        /** @var string what is looked for; empty: nothing */
        private readonly string $search
    ) {
    }

    /**
     * Something that was asked for did not work.
     *
     * @param away|refused $e
     * @param array $typed what is kept of it, so that it can be sent again as it was
     */
    public function failed(away|refused $e, array $typed): void {
        $this->failures[] = $e->getMessage() . ($typed === [] ? '' : ' ' . get_string('support_unsure', 'local_rocket'));
        $this->typed = $typed;
    }

    /**
     * Reads the account. What the sidecar does not say now is what it last said.
     *
     * @param string|null $redemptions cursor of a page
     * @param string|null $events cursor of a page
     */
    public function read(?string $redemptions, ?string $events): void {
        if ($this->support->userid === 0) {
            return;
        }
        try {
            $points = $this->support->points();
            $this->account = $points === null ? ['unheard' => true]
                : self::balance($points) + $this->redemptions($redemptions) + $this->decisions($events);
        } catch (away | refused $e) {
            $this->failures[] = $e->getMessage();
            $kept = snapshot::get($this->support->userid);
            $asof = $kept ? userdate($kept->timefetched, get_string('strftimedatetime', 'langconfig')) : null;
            $this->account = $kept ? self::balance($kept->value['points']) + ['asof' => $asof] : [];
        }
    }

    /**
     * What the template is given.
     *
     * @return array
     */
    public function shown(): array {
        $url = new \moodle_url('/local/rocket/learner.php');
        return [
            'url' => $url->out(false),
            'search' => $this->search,
            'found' => $this->found(),
            'nobody' => $this->search !== '' && $this->found() === [],
            'failures' => array_values(array_unique($this->failures)),
            'learner' => $this->support->userid === 0 ? null : $this->learner(),
        ];
    }

    /**
     * Who was found.
     *
     * @return array[]
     */
    private function found(): array {
        $found = $this->search === '' ? [] : support::search($this->search, self::FOUND);
        return array_values(array_map(fn($user) => [
            'name' => fullname($user),
            'known' => implode(' · ', array_filter([$user->username, $user->email, $user->idnumber])),
            'url' => (new \moodle_url('/local/rocket/learner.php', ['id' => $user->id]))->out(false),
        ], $found));
    }

    /**
     * The learner, and all that is known of the account.
     *
     * @return array
     */
    private function learner(): array {
        $id = $this->support->userid;
        $user = \core_user::get_user($id, '*', MUST_EXIST);
        return $this->account + [
            'id' => $id,
            'name' => fullname($user),
            'profile' => $user->deleted ? null : (new \moodle_url('/user/profile.php', ['id' => $id]))->out(false),
            'deleted' => (bool)$user->deleted,
            'suspended' => (bool)$user->suspended,
            'review' => has_capability('local/rocket:review', \context_system::instance())
                ? (new \moodle_url('/local/rocket/review.php', ['state' => 'all', 'userid' => $id]))->out(false) : null,
            'optedout' => (bool)get_user_preferences('local_rocket_optout', 0, $id),
            'acturl' => (new \moodle_url('/local/rocket/learner.php', ['id' => $id]))->out(false),
            'sesskey' => sesskey(),
            'most' => support::MOST,
            'adjust' => $this->typed + ['key' => \core\uuid::generate(), 'points' => '', 'reason' => ''],
            'outbox' => self::outbox($id),
            'hasoutbox' => outbox_lookup::counts_of($id) !== [],
        ];
    }

    /**
     * Balance and tier.
     *
     * @param array $points as the sidecar says them
     * @return array
     */
    private static function balance(array $points): array {
        return [
            'known' => true,
            'balance' => reasons::points($points['balance']),
            'held' => $points['held'] === 0 ? null : reasons::points($points['held']),
            'lifetime' => reasons::points($points['lifetime']),
            'tier' => $points['tier_title'] === null ? null : format_string($points['tier_title'], true, ['escape' => false]),
        ];
    }

    /**
     * A page of redemptions.
     *
     * @param string|null $cursor
     * @return array
     */
    private function redemptions(?string $cursor): array {
        ['redemptions' => $redemptions, 'next_cursor' => $next] = $this->support->redemptions($cursor);
        return [
            'redemptions' => array_map(fn($one) => support_redemption::shown($one), $redemptions),
            'hasredemptions' => $redemptions !== [],
            'moreredemptions' => $this->more('redemptions', $next),
        ];
    }

    /**
     * A page of decisions: all of them, what did not pay too.
     *
     * @param string|null $cursor
     * @return array
     */
    private function decisions(?string $cursor): array {
        ['events' => $events, 'next_cursor' => $next] = $this->support->decisions($cursor);
        $shown = array_map(fn($event) => ['lines' => array_map(fn($decision) => [
            'rule' => $decision['rule_id'],
            'text' => reasons::text($decision['reason']),
        ], $event['decisions'] ?? [])] + account_view::event($event), $events);
        return ['events' => $shown, 'hasevents' => $shown !== [], 'moreevents' => $this->more('events', $next)];
    }

    /**
     * The address of the next page of something.
     *
     * @param string $what
     * @param string|null $cursor
     * @return string|null
     */
    private function more(string $what, ?string $cursor): ?string {
        $params = ['id' => $this->support->userid, $what => $cursor];
        return $cursor === null ? null : (new \moodle_url('/local/rocket/learner.php', $params, $what))->out(false);
    }

    /**
     * What of the learner is in the outbox: how many, and the latest.
     *
     * @param int $userid
     * @return array
     */
    private static function outbox(int $userid): array {
        $counts = [];
        foreach (outbox_lookup::counts_of($userid) as $status => $count) {
            $counts[] = ['state' => get_string('outbox_' . queue::NAMES[$status], 'local_rocket'), 'count' => $count];
        }
        $latest = outbox_lookup::latest_of($userid, self::OUTBOX);
        return ['counts' => $counts, 'latest' => array_values(array_map(fn($row) => [
            'when' => userdate($row->timecreated, get_string('strftimedatetimeshort', 'langconfig')),
            'what' => deed::kind($row->eventname),
            'state' => get_string('outbox_' . queue::NAMES[$row->status], 'local_rocket'),
            'why' => $row->status == outbox::DONE ? null : self::why($row->reason),
        ], $latest))];
    }

    /**
     * Why a row of the outbox is as it is.
     *
     * @param string|null $reason a code with a string of its own, or a sentence
     * @return string|null
     */
    private static function why(?string $reason): ?string {
        $key = 'skipped_' . $reason;
        $code = $reason !== null && preg_match('/^[a-z]+$/', $reason);
        return $code && get_string_manager()->string_exists($key, 'local_rocket') ? get_string($key, 'local_rocket') : $reason;
    }
}
