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
use local_rocket\output\holds_view;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/fixtures/sidecar_double.php');

/**
 * Points that are set aside, drawn for their learner from what the real sidecar answers (fixtures/answers.json).
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\holds
 * @covers    \local_rocket\output\holds_view
 */
final class holds_test extends \advanced_testcase {
    /** @var array what the sidecar answers */
    private array $answers;

    /** @var sidecar_double */
    private sidecar_double $sidecar;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setTimezone('Europe/London');
        $this->setUser($this->getDataGenerator()->create_user());
        $this->answers = json_decode(file_get_contents(__DIR__ . '/fixtures/answers.json'), true)['review'];
        $this->sidecar = new sidecar_double(fn($method) => $this->answers[$method === 'GET' ? 'holds' : 'appealed']);
        client::set_for_testing($this->sidecar);
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * An account with so many points set aside.
     *
     * @param int $held
     * @param away|null $failure
     * @return account_state
     */
    private static function account(int $held, ?away $failure = null): account_state {
        return new account_state(['points' => ['held' => $held]], time(), $failure);
    }

    public function test_says_how_many_why_and_until_when_and_asks_for_the_learner_of_the_session(): void {
        global $USER;
        $shown = holds_view::beside(self::account(45));
        $said = str_replace("\u{202f}", ' ', $shown['holds'][0]['text']);
        $this->assertSame('5 points were set aside until a person has looked: the same text was handed in before. This is not a '
            . 'finding of misconduct. If nobody decides by 7 December 2026, 9:00 AM, they are yours.', $said);
        $this->assertSame(['5 points', '40 points'], array_column($shown['holds'], 'points'));
        $this->assertSame([null, null], array_column($shown['holds'], 'appealed'));
        $this->assertSame([['GET', '/api/user/holds', [], 'learner', (int)$USER->id, null]], $this->sidecar->calls);
    }

    public function test_says_since_when_a_person_is_asked_for(): void {
        $shown = (new holds_view($this->answers['appealedholds']['holds']))->shown();
        $this->assertStringContainsString('23 November 2026', $shown['holds'][0]['appealed']);
        $this->assertNull($shown['holds'][1]['appealed']);
    }

    public function test_draws_one_button_for_each_until_it_was_pressed(): void {
        global $OUTPUT;
        $shown = (new holds_view($this->answers['appealedholds']['holds']))->shown();
        $html = $OUTPUT->render_from_template('local_rocket/holds', $shown + ['url' => '#', 'sesskey' => sesskey()]);
        $this->assertSame(1, substr_count($html, '<button'));
        $this->assertStringContainsString('name="appeal" value="2"', $html);
        $this->assertStringContainsString('method="post"', $html);
        $this->assertStringContainsString(sesskey(), $html);
    }

    public function test_asks_nothing_where_nothing_is_set_aside_or_the_sidecar_is_away(): void {
        $this->assertSame([], holds_view::beside(self::account(0)));
        $this->assertSame([], holds_view::beside(self::account(5, new away('network', 'no route'))));
        $this->assertSame([], holds_view::beside(new account_state(null, null, null)));
        $this->assertSame([], $this->sidecar->calls);
    }

    public function test_says_where_they_cannot_be_read(): void {
        client::set_for_testing(new sidecar_double(fn() => throw new away('network', 'no route')));
        $this->assertSame(['holdsfailure'], array_keys(holds_view::beside(self::account(5))));
    }

    public function test_an_appeal_is_the_learners_own(): void {
        global $USER;
        holds::of_current_user()->appeal(1);
        $this->assertSame([['POST', '/api/user/holds/1/appeal', [], 'learner', (int)$USER->id, null]], $this->sidecar->calls);
    }

    public function test_nobody_appeals_who_is_logged_in_as_somebody_else(): void {
        $learner = $this->getDataGenerator()->create_user();
        $this->setAdminUser();
        \core\session\manager::loginas($learner->id, \context_system::instance());
        try {
            holds::of_current_user()->appeal(1);
            $this->fail('It went out.');
        } catch (\moodle_exception $e) {
            $this->assertSame('notasanother', $e->errorcode);
        }
        $this->assertSame([], $this->sidecar->calls);
    }

    public function test_guests_have_none(): void {
        $this->setGuestUser();
        $this->expectException(\require_login_exception::class);
        holds::of_current_user();
    }
}
