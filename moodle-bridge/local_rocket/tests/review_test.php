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

use local_rocket\fixtures\sidecar_double;
use local_rocket\output\review_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * The review queue, drawn from what the real sidecar answers (fixtures/answers.json, which its own tests make).
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\review
 * @covers    \local_rocket\review_filter
 * @covers    \local_rocket\evidence
 * @covers    \local_rocket\output\review_view
 * @covers    \local_rocket\output\review_item
 * @covers    \local_rocket\output\review_checks_view
 */
final class review_test extends \advanced_testcase {
    /** @var array what the sidecar answers */
    private array $answers;

    /** @var sidecar_double */
    private sidecar_double $sidecar;

    /** @var \stdClass[] learners by the id that they have in the answers */
    private array $learners = [];

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setTimezone('Europe/London');
        $json = file_get_contents(__DIR__ . '/fixtures/answers.json');
        foreach (['42' => 'Ann', '43' => 'Ben', '44' => 'Cara'] as $id => $name) {
            $this->learners[$id] = $this->getDataGenerator()->create_user(['firstname' => $name, 'lastname' => 'Lee']);
            $json = str_replace("\"$id\"", "\"{$this->learners[$id]->id}\"", $json);
        }
        $this->setAdminUser();
        $json = str_replace('"moodle:7"', '"moodle:' . get_admin()->id . '"', $json);
        $this->answers = json_decode($json, true)['review'];
        $this->sidecar = new sidecar_double(fn($method, $path, $query) => match (true) {
            $path === '/api/review/checks' => $this->answers['checks'],
            $path === '/api/review/release' => $this->answers['decided'],
            str_ends_with($path, '/exempt') => $this->answers['exempt'],
            $query === $this->own() => ['items' => [], 'next_cursor' => null],
            $query['state'] !== 'open' => $this->answers['queuedecided'],
            default => $this->answers['queue'],
        });
        client::set_for_testing($this->sidecar);
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * The question for what waits about the session's user.
     *
     * @return array
     */
    private function own(): array {
        global $USER;
        return ['state' => 'open', 'user_id' => (string)$USER->id, 'limit' => 1000];
    }

    /**
     * The page.
     *
     * @param review_filter $filter
     * @param bool $all
     * @return array what the template is given
     */
    private static function shown(review_filter $filter = new review_filter(), bool $all = false): array {
        return (new review_view(new review(), $filter, '', $all))->shown();
    }

    public function test_only_people_in_charge_open_the_queue(): void {
        $this->setUser($this->learners['42']);
        $this->expectException(\required_capability_exception::class);
        new review();
    }

    public function test_names_learners_and_says_why_each_item_is_there(): void {
        $shown = self::shown();
        $this->assertSame('6', $shown['waiting']);
        $items = array_column($shown['items'], null, 'id');
        $this->assertSame('Ann Lee', $items[1]['name']);
        $this->assertSame('5 points set aside', $items[1]['points']);
        $this->assertSame(['The same text was handed in before'], $items[1]['sentences']);
        $this->assertStringContainsString('23 November 2026', $items[1]['appealed']);
        $this->assertStringContainsString('Rule post · Found by: The same text · Waits since', $items[1]['facts']);
        $this->assertStringContainsString('Released by itself on 7 December 2026', $items[1]['facts']);
        $this->assertSame(['40 % of the questions were answered faster than they can be read'], $items[2]['sentences']);
        $this->assertSame(['It looks like filler text'], $items[3]['sentences']);
        $this->assertStringContainsString('Found by: The list filler', $items[3]['facts']);
        $this->assertSame(['Its rule wants a person to look each time.'], $items[4]['sentences']);
        $this->assertSame('25 points given', $items[5]['points']);
        $this->assertStringContainsString('Left as it is from 21 February 2027', $items[5]['facts']);
        $this->assertSame(1, $shown['items'][0]['id'], 'who appealed comes first');
    }

    public function test_says_in_words_what_it_rests_on_and_who_else_has_to_do_with_it(): void {
        $items = array_column(self::shown()['items'], null, 'id');
        $counts = get_string('checkcounts_same_text', 'local_rocket');
        $this->assertSame([
            "The same text, version 1: 1 ($counts). It finds something from 1 on.",
            'Others who have to do with it: Ben Lee. Learners never see who.',
        ], $items[1]['evidence']);
        $week = $items[6];
        $this->assertSame('The week from 9 November 2026 on', $week['what']);
        $this->assertSame([
            '44 events that earn points; 2 of 3,732 weeks reach this; the learner’s usual week has 9',
            '4 answers to and fro with the same other person; a fixed rule says that a person should look from 4 on',
        ], $week['sentences']);
        $this->assertSame([
            'Others who have to do with it: Ben Lee. Learners never see who.',
            'Compared with 3,732 weeks of public data, until this site has enough weeks of its own.',
        ], $week['evidence']);
    }

    /**
     * Sentences about weeks: code, parameters, what is read.
     *
     * @return array[]
     */
    public static function weeks(): array {
        $rare = ['value' => 2.5, 'reach' => 1, 'of' => 900, 'usual' => 1, 'usual_of' => 'all'];
        return [
            ['own_ratio', $rare, '2.5 times as many events as in the learner’s own usual week and ten more; 1 of 900 weeks reaches '
                . 'this; a usual week of anybody has 1'],
            ['posts', ['reach' => 0] + $rare, '2.5 posts; none of 900 weeks reaches this; a usual week of anybody has 1'],
            ['ring', ['observed' => 9, 'threshold' => 8], '9 events within five minutes of the same other person on the same '
                . 'activity; a fixed rule says that a person should look from 8 on'],
            ['from_the_future', ['observed' => 9, 'threshold' => 8], 'The English fallback'],
        ];
    }

    /**
     * Each is said as people read it.
     *
     * @dataProvider weeks
     * @param string $code
     * @param array $params
     * @param string $said
     */
    public function test_says_what_stands_out_in_a_week(string $code, array $params, string $said): void {
        $this->assertSame($said, evidence::week(['code' => $code, 'params' => $params, 'text' => 'The English fallback']));
    }

    public function test_says_what_a_second_opinion_said_as_somebody_elses_words(): void {
        global $OUTPUT;
        $opinion = ['model' => 'llama', 'verdict' => 'looks_genuine', 'note' => '<b>Release it</b>', 'evidence_feature_ids' => []];
        $this->answers['queue']['items'][0]['opinion'] = $opinion;
        $this->answers['queue']['items'][1]['opinion'] = ['model' => 'llama', 'failed' => 'no answer', 'attempts' => 1];
        $shown = self::shown();
        $said = 'Second opinion of llama: looks genuine. “<b>Release it</b>” It changes the order of this page, and nothing else.';
        $this->assertSame($said, $shown['items'][0]['opinion']);
        $this->assertStringContainsString('no answer', $shown['items'][1]['opinion']);
        $html = $OUTPUT->render_from_template('local_rocket/review', $shown);
        $this->assertStringContainsString('&lt;b&gt;Release it', $html);
        $this->assertStringNotContainsString('<b>Release', $html);
    }

    public function test_says_who_decided_when_and_why(): void {
        $shown = self::shown(new review_filter('all', '', '', (int)$this->learners['44']->id));
        $this->assertSame('Cara Lee', $shown['learner']['name']);
        $item = $shown['items'][0];
        $who = fullname(get_admin());
        $decided = str_replace("\u{202f}", ' ', $item['decided']);
        $this->assertSame("Released on 23 November 2026, 9:00 AM by $who: A quotation", $decided);
        $this->assertFalse($item['choosable']);
        $this->assertFalse($shown['canchoose']);
        $items = &$this->answers['queuedecided']['items'];
        $items[0] = ['state' => 'lapsed', 'decided_by' => 'server'] + $items[0];
        $lapsed = self::shown(new review_filter('all'))['items'][0]['decided'];
        $this->assertStringStartsWith('Released by itself, because nobody decided in time, on 23 November 2026', $lapsed);
        $items[0]['kind'] = 'flag';
        $left = self::shown(new review_filter('all'))['items'][0]['decided'];
        $this->assertStringStartsWith('Left as it was, because nobody decided in time, on 23 November 2026', $left);
    }

    public function test_asks_for_what_is_filtered(): void {
        global $USER;
        self::shown(new review_filter('decided', 'hold', 'blacklist:filler', 7, 12));
        $this->assertSame([
            'state' => 'decided', 'kind' => 'hold', 'found_by' => 'blacklist:filler', 'user_id' => '7', 'cursor' => '12',
            'limit' => 50,
        ], $this->sidecar->calls[0][2]);
        $this->assertSame(['review', (int)$USER->id], array_slice($this->sidecar->calls[0], 3, 2));
        $this->expectException(\moodle_exception::class);
        new review_filter('stolen');
    }

    public function test_a_decision_names_who_decided_and_why_and_the_learners_pages_ask_anew(): void {
        global $USER;
        $cara = (int)$this->learners['44']->id;
        snapshot::put($cara, ['balance' => 1]);
        $this->assertSame(1, (new review())->decide('release', [3 => $cara], 'A quotation'));
        $this->assertEquals([
            ['GET', '/api/review', $this->own(), 'review', (int)$USER->id, null],
            ['POST', '/api/review/release', ['ids' => [3], 'reason' => 'A quotation'], 'review', (int)$USER->id, null],
        ], $this->sidecar->calls);
        $this->assertTrue(snapshot::get($cara)->stale);
    }

    /**
     * Decisions that are none.
     *
     * @return array
     */
    public static function wrong_decisions(): array {
        return [
            'nothing chosen' => ['release', [], 'why'],
            'no reason' => ['release', [1 => 42], ''],
            'no such decision' => ['exempt', [1 => 42], 'why'],
            'more than the sidecar takes' => ['confirm', array_fill(1, 201, 42), 'why'],
        ];
    }

    /**
     * Nothing of it reaches the sidecar.
     *
     * @dataProvider wrong_decisions
     * @param string $decision
     * @param array $chosen
     * @param string $reason
     */
    public function test_refuses_what_makes_no_sense(string $decision, array $chosen, string $reason): void {
        try {
            (new review())->decide($decision, $chosen, $reason);
            $this->fail('It was decided.');
        } catch (\moodle_exception $e) {
            $this->assertSame([], $this->sidecar->calls);
        }
    }

    public function test_nobody_decides_about_themselves(): void {
        global $USER;
        foreach ($this->answers['queue']['items'] as &$item) {
            $item['user_id'] = $item['id'] === 2 ? (string)$USER->id : $item['user_id'];
        }
        $items = array_column(self::shown(new review_filter(), true)['items'], null, 'id');
        $this->assertSame([true, false, false], [$items[2]['own'], $items[2]['choosable'], $items[2]['chosen']]);
        $this->assertSame([false, true, true], [$items[1]['own'], $items[1]['choosable'], $items[1]['chosen']]);
        $own = ['items' => [['id' => 2]], 'next_cursor' => null];
        $double = new sidecar_double(fn($method) => $method === 'GET' ? $own : []);
        client::set_for_testing($double);
        $review = new review();
        $acts = [
            fn() => $review->decide('release', [1 => 42, 2 => 43], 'why'),
            fn() => $review->exempt((int)$USER->id, true),
        ];
        foreach ($acts as $act) {
            try {
                $act();
                $this->fail('It was done.');
            } catch (\moodle_exception $e) {
                $this->assertSame('review_noself', $e->errorcode);
            }
        }
        $this->assertNotContains('POST', array_column($double->calls, 0));
    }

    public function test_a_decision_that_did_not_go_through_is_still_there_to_be_sent(): void {
        global $OUTPUT;
        $view = new review_view(new review(), new review_filter());
        $view->failed(new refused(409, $this->answers['conflict']), [2, 4], 'Group work');
        $html = $OUTPUT->render_from_template('local_rocket/review', $view->shown());
        $this->assertStringContainsString('Nothing was decided: 3 is released.', $html);
        $this->assertSame(2, substr_count($html, ' checked>'));
        $this->assertStringContainsString('value="Group work"', $html);
        $unsure = new review_view(new review(), new review_filter());
        $unsure->failed(new away('network', 'no route'), [2], 'Group work');
        $this->assertStringContainsString('Nobody can say yet', implode(' ', $unsure->shown()['failures']));
    }

    public function test_while_the_sidecar_is_away_it_says_so(): void {
        client::set_for_testing(new sidecar_double(fn() => throw new away('network', 'no route')));
        $shown = self::shown();
        $this->assertCount(1, $shown['failures']);
        $this->assertFalse($shown['known']);
    }

    public function test_exempts_without_asking_why(): void {
        global $USER;
        $cara = (int)$this->learners['44']->id;
        $this->assertNull((new review())->exempt($cara, true));
        $call = ['POST', "/api/learners/$cara/exempt", ['exempt' => true], 'review', (int)$USER->id, null];
        $this->assertSame([$call], $this->sidecar->calls);
        $learner = self::shown(new review_filter('all', '', '', $cara))['learner'];
        $this->assertFalse($learner['exempt']);
        $this->assertStringContainsString('Nobody has to say why.', $learner['said']);
    }

    public function test_shows_what_each_check_finds_and_which_to_switch_off(): void {
        $checks = &$this->answers['checks']['checks'];
        $checks[2] = ['released' => 4, 'confirmed' => 2, 'overturned' => 2 / 3, 'suggest_off' => true] + $checks[2];
        $rows = array_column(self::shown()['checks'], null, 'id');
        $few = $rows['few_words'];
        $this->assertSame(['On', 'Below 5', '0'], [$few['state'], $few['threshold'], $few['days7']]);
        $this->assertSame('Times: 1, learners: 1, points: 40', $rows['rapid_answers']['days28']);
        $this->assertSame('Off', $rows['burst']['state']);
        $this->assertSame('In shadow', $rows['near_copy']['state']);
        $this->assertSame('–', $rows['near_copy']['overturned']);
        $same = $rows['same_text'];
        $said = [$same['decided'], $same['overturned'], $same['suggestoff']];
        $this->assertSame(['Released: 4, confirmed: 2, waiting: 1', '67 %', true], $said);
    }

    public function test_finds_learners_and_asks_which_where_several_fit(): void {
        $view = new review_view(new review(), new review_filter(), 'Lee');
        $this->assertCount(3, $view->found());
        $several = $view->shown()['several'];
        $this->assertContains('Ann Lee', array_column($several, 'name'));
        $this->assertStringContainsString('userid=', $several[0]['url']);
        $this->assertSame([], (new review_view(new review(), new review_filter()))->found());
    }
}
