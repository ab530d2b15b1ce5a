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
 * Reasons in words: each code of the closed list, in each of its forms.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\reasons
 */
final class reasons_test extends \advanced_testcase {
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setTimezone('Europe/London');
    }

    /** @var string a moment, London 14:02 */
    private const THEN = '2026-05-03T13:02:00.000Z';

    /** @var string the same, as people in London read it */
    private const READ = '3 May 2026, 2:02 PM';

    /**
     * A reason that is a part of another.
     *
     * @param string $code
     * @param array $params
     * @return array
     */
    private static function part(string $code, array $params = []): array {
        return ['code' => $code, 'params' => $params, 'text' => 'The English fallback.'];
    }

    /**
     * Reasons: code, parameters, what is read.
     *
     * @return array[]
     */
    public static function reasons(): array {
        [$then, $read] = [self::THEN, self::READ];
        $cap = ['per' => 'week', 'limit' => 50];
        return [
            ['granted', ['points' => 1], 'You earned 1 point.'],
            ['granted', ['points' => 1200], 'You earned 1,200 points.'],
            ['capped', ['points' => 4, 'of' => 10] + $cap,
                'You earned 4 points of 10: with them you have reached the most that this can pay this week (50).'],
            ['held', ['points' => 5], '5 points were set aside until a person has looked. This is not a finding of misconduct.'],
            ['held', ['points' => 1, 'release' => null],
                '1 point was set aside until a person has looked. This is not a finding of misconduct.'],
            ['held', ['points' => 1200, 'of' => 1300, 'release' => $then] + $cap, '1,200 points were set aside until a person has '
                . "looked. This is not a finding of misconduct. If nobody decides by $read, they are yours. More (1,300) would "
                . 'pass the most that this can pay this week (50).'],
            ['held', ['points' => 5, 'release' => $then, 'because' => [
                self::part('held_rapid_answers', ['observed' => 35]), self::part('held_same_text', ['observed' => 1]),
                self::part('held_from_the_future'),
            ]], '5 points were set aside until a person has looked: 35 % of the questions were answered faster than they can be '
                . 'read; the same text was handed in before; The English fallback.. This is not a finding of misconduct. If '
                . "nobody decides by $read, they are yours."],
            ['held_blacklist', ['because' => 'filler text'], 'Filler text'],
            ['held_blacklist', ['because' => null], 'The institution wants to look at such activity'],
            ['held_rapid_answers', ['observed' => 35], '35 % of the questions were answered faster than they can be read'],
            ['held_same_text', ['observed' => 2], 'The same text was handed in before'],
            ['held_near_copy', ['observed' => 90], '90 % of the text is like another one'],
            ['held_same_file', ['observed' => 2], 'The same file was handed in before'],
            ['held_quick_attempts', ['observed' => 4],
                '4 attempts within a day came less than two minutes after the one before'],
            ['held_many_attempts', ['observed' => 9], 'It was attempt 9 at the same quiz within seven days'],
            ['held_quick_posts', ['observed' => 4], '4 posts within a day came less than a minute after the one before'],
            ['held_burst', ['observed' => 60], '60 activities within ten minutes'],
            ['held_regular_clicks', ['observed' => 8], '8 activities followed each other like clockwork'],
            ['held_reply_ring', ['observed' => 4], '4 answers to and fro with the same person within seven days'],
            ['held_deleted_after_earning', ['observed' => 3],
                '3 things were deleted after they had earned points, within seven days'],
            ['not_qualifying', ['because' => 'filler text earns nothing'],
                'This does not qualify for points under the institution’s rules: filler text earns nothing.'],
            ['not_qualifying', ['because' => null], 'This does not qualify for points under the institution’s rules.'],
            ['few_words', ['at' => 5, 'words' => 0],
                'There is nothing in it that could earn points: it needs at least 5 words, or a file.'],
            ['few_words', ['at' => 5, 'words' => 3], 'A text earns points from 5 words on; this one has 3.'],
            ['hold_made', ['points' => 5], '5 points were set aside until a person has looked; the page of your points says why, '
                . 'and until when. This is not a finding of misconduct.'],
            ['hold_released', ['points' => 1], '1 point was set aside; a person has looked, and they are yours.'],
            ['hold_lapsed', ['points' => 5], '5 points were set aside; nobody decided in time, so they are yours.'],
            ['hold_confirmed', ['points' => 5, 'why' => 'copied from the book'], '5 points were set aside, and a person has '
                . 'decided that they are not granted: copied from the book.'],
            ['flag_confirmed', ['points' => 1, 'why' => 'copied from the book'], '1 point was taken back by a person: copied from '
                . 'the book. If you think that this is wrong, ask your institution.'],
            ['appeal_received', ['points' => 5],
                'Your appeal about 5 points has come in. A person will look at it first.'],
            ['appeal_made', ['points' => 1, 'review' => 1234],
                'A learner has appealed against 1 point being set aside (review 1234).'],
            ['review_waiting', ['count' => 1], '1 item waits for review.'],
            ['review_waiting', ['count' => 1200], '1,200 items wait for review.'],
            ['revoked', ['points' => 5], 'Taken back: 5 points, because what earned them no longer stands.'],
            ['withdrawn', ['withdrawn' => $then], "What this was for was undone on $read."],
            ['waiting_for_grade', [], 'This has no grade yet. It is decided when the grade is there.'],
            ['condition_not_met', ['field' => 'score', 'test' => '>=80', 'value' => 62.5],
                'This pays where the score in percent is at least 80; here it was 62.5.'],
            ['condition_not_met', ['field' => 'late', 'test' => 'no', 'value' => true],
                'This pays where “handed in late” is no; here it was yes.'],
            ['condition_not_met', ['field' => 'words', 'test' => '80..100', 'value' => null],
                'This pays where the number of words is from 80 to 100; here it was not given.'],
            ['frozen', [], 'Your account is frozen: it earns and redeems nothing until the institution changes that. '
                . 'Your points stay.'],
            ['excluded', [], 'This does not qualify for points under the institution’s rules.'],
            ['outside_window', ['opens' => $then], "This pays only at certain times, next from $read."],
            ['outside_window', ['opens' => null], 'The time for this has passed.'],
            ['requires', ['missing' => [self::part('needs_rule', ['rule' => 'quiz']), self::part('needs_points', ['points' => 1])]],
                'Something comes first: earn points by quiz and 1 more point.'],
            ['requires', ['missing' => array_fill(0, 5, self::part('needs_rule', ['rule' => 'a'])), 'more' => 3],
                'Something comes first: ' . implode('; ', array_fill(0, 5, 'earn points by a')) . ', and 3 more.'],
            ['needs_badge', ['badge' => 'badge:17'], 'Earn badge 17'],
            ['needs_badge', ['badge' => 'R & D'], 'Earn the badge R & D'],
            ['needs_rule', ['rule' => 'quiz'], 'Earn points by quiz'],
            ['needs_completed', ['target' => 'Chemistry'], 'Complete Chemistry'],
            ['needs_completion_rate', ['course' => 'Chemistry', 'at_least' => 80, 'rate' => 55.5],
                'Complete 80 % of Chemistry (now 55.5 %)'],
            ['needs_points', ['points' => 15], '15 more points'],
            ['needs_all', ['missing' => [self::part('needs_rule', ['rule' => 'a']), self::part('needs_rule', ['rule' => 'b'])]],
                'Earn points by a and earn points by b'],
            ['needs_any', ['options' => [self::part('needs_rule', ['rule' => 'a']), self::part('needs_rule', ['rule' => 'b'])]],
                'Earn points by a, or earn points by b'],
            ['no_object', ['scope' => 'activity'], 'This can be counted only where it names its activity, and it named none.'],
            ['already_granted', ['granted' => $then, 'act' => 'x'], "You had the points for this on $read."],
            ['once_only', ['scope' => 'course', 'granted' => $then], "This course paid already, on $read. It pays once."],
            ['frequency', ['granted' => $then, 'again' => $then, 'count' => 2],
                "You had these points already on $read; they come again from $read."],
            ['frequency', ['granted' => $then, 'again' => null, 'count' => 2],
                "You had these points already twice, last on $read; they come no more often."],
            ['cap_reached', ['per' => 'day', 'limit' => 50, 'unit' => 'points', 'again' => $then],
                "You have reached the most that this can pay today (50 points). It pays again from $read."],
            ['cap_reached', ['per' => '48h', 'limit' => 3, 'unit' => 'count', 'again' => null],
                'You have reached the most that this can pay in 48h (3).'],
            ['no_points', ['field' => 'score'], 'By the score in percent, this is worth no points.'],
            ['needs_tier', ['tier' => 'gold', 'title' => 'Gold', 'missing' => [self::part('needs_points', ['points' => 410])]],
                'Reach the tier Gold: 410 more points'],
            ['needs_balance', ['points' => 1], '1 more point'],
            ['not_active', [], 'This reward is switched off.'],
            ['not_approved', [], 'This reward waits for the institution’s approval.'],
            ['not_funded', [], 'At present only rewards that the institution pays for can be redeemed.'],
            ['reward_window', ['opens' => $then], "This can be had only at certain times, next from $read."],
            ['reward_window', ['opens' => null], 'The time in which this could be had has passed.'],
            ['limit_reached', ['count' => 1, 'per' => 'month', 'again' => $then],
                "You have had this once this month, and that is the most. It can be had again from $read."],
            ['limit_reached', ['count' => 3, 'per' => 'ever', 'again' => null],
                'You have had this 3 times in all, and that is the most.'],
            ['out_of_stock', [], 'None of these are left.'],
            ['budget_used_up', ['again' => $then], "The money for this is used up for this month. It begins anew on $read."],
            ['partner_closed', [], 'The partner who hands this over takes no redemptions at present.'],
            ['redeeming_paused', [], 'Redeeming is paused for the moment. Your points are safe.'],
            ['tier_reached', ['title' => 'Gold'], 'You have reached the tier Gold.'],
            ['redeemed', ['title' => 'A coffee', 'points' => 20], 'You redeemed A coffee for 20 points.'],
            ['delivered', ['title' => 'A coffee'], 'A coffee was handed over.'],
            ['refused', ['title' => 'A coffee', 'points' => 20], 'A coffee could not be handed over. You have 20 points back.'],
            ['cancelled', ['title' => 'A coffee', 'points' => 20], 'A coffee was cancelled. You have 20 points back.'],
            ['token_lapses', ['title' => 'A coffee', 'expires' => $then], "Your token for A coffee lapses on $read."],
            ['token_lapsed', ['title' => 'A coffee', 'points' => 20],
                'Your token for A coffee lapsed unused. You have 20 points back.'],
            ['token_lapsed', ['title' => 'A coffee', 'points' => 0], 'Your token for A coffee lapsed unused.'],
            ['token_replaced', ['title' => 'A coffee'],
                'There is a new token for A coffee: the one before it no longer counts.'],
            ['points_lapse', ['points' => 30, 'expires' => '2026-12-31'], 'Lapsing on 31 December 2026: 30 points.'],
            ['ledger_renamed', ['origin' => 'rocket/moodle/00000002', 'former' => 'rocket/moodle/00000001', 'why' => 'restored'],
                'The ledger goes on under another name, rocket/moodle/00000002 instead of rocket/moodle/00000001: restored. ' .
                'Entries that were under its checkpoints may be lost; tell whoever keeps checkpoints.'],
            ['budget_short', ['budget' => 'main', 'month' => '2026-11', 'reward' => 'coffee'],
                'What the budget main has left for 2026-11 is less than coffee pays: nobody can redeem it before next month.'],
            ['budget_warning', ['budget' => 'main', 'percent' => 80, 'month' => '2026-11'],
                'The budget main is used to 80 % for 2026-11.'],
            ['codes_low', ['left' => 5, 'of' => 100, 'reward' => 'books'], 'Only 5 codes of 100 are left for books.'],
            ['codes_empty', ['reward' => 'books'], 'No code is left for books: import more with scripts/rocket codes import.'],
            ['codes_lapse', ['reward' => 'books', 'expires' => '2026-12-31', 'count' => 7],
                'Codes for books that lapse by 31 December 2026 and are not handed out yet: 7.'],
            ['delivery_stuck', ['redemption' => 'rdm_1', 'partner' => 'Shop', 'why' => 'no answer'],
                'The redemption rdm_1 could not be sent to Shop: no answer. It goes on with scripts/rocket redemption replay '
                . 'rdm_1, or ends with redemption cancel.'],
            ['partner_gone', ['partner' => 'Shop'], 'Shop answered that its address is gone. Its rewards are locked until '
                . 'scripts/rocket partner test Shop succeeds.'],
        ];
    }

    /**
     * Each is said as people read it.
     *
     * @dataProvider reasons
     * @param string $code
     * @param array $params
     * @param string $said
     */
    public function test_says_it_in_words(string $code, array $params, string $said): void {
        $this->assertSame($said, str_replace("\u{202f}", ' ', reasons::text(self::part($code, $params))));
    }

    public function test_every_sentence_was_said_above(): void {
        $strings = get_string_manager()->load_component_strings('local_rocket', 'en');
        $named = array_filter(array_keys($strings), fn($key) => str_starts_with($key, 'reason_'));
        $codes = array_unique(preg_replace('/^reason_|_(over|none|one)$/', '', $named));
        $this->assertEqualsCanonicalizing(array_values($codes), array_values(array_unique(array_column(self::reasons(), 0))));
    }

    public function test_a_code_that_this_bridge_does_not_know_is_said_as_the_sidecar_said_it(): void {
        $this->assertSame('The English fallback.', reasons::text(self::part('from_the_future', ['x' => 1])));
    }

    public function test_times_are_in_the_zone_of_who_reads(): void {
        $user = $this->getDataGenerator()->create_user(['timezone' => 'Asia/Tokyo']);
        $this->setUser($user);
        $this->assertStringContainsString('10:02', reasons::text(self::part('withdrawn', ['withdrawn' => self::THEN])));
        $lapse = self::part('points_lapse', ['points' => 1, 'expires' => '2026-12-31']);
        $this->assertSame('Lapsing on 31 December 2026: 1 point.', reasons::text($lapse));
    }
}
