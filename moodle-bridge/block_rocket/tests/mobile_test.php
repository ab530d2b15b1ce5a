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

namespace block_rocket;

use block_rocket\output\mobile;
use local_rocket\fixtures\sidecar_double;
use local_rocket\sidecar\client;
use tool_mobile\external;

defined('MOODLE_INTERNAL') || die();
global $CFG;
require_once($CFG->dirroot . '/local/rocket/tests/fixtures/sidecar_double.php');

/**
 * The mobile app: static templates, and data beside them.
 *
 * @package   block_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \block_rocket\output\mobile
 */
final class mobile_test extends \advanced_testcase {
    /** @var sidecar_double */
    private sidecar_double $sidecar;

    protected function setUp(): void {
        global $CFG;
        parent::setUp();
        $this->resetAfterTest();
        $answers = json_decode(file_get_contents($CFG->dirroot . '/local/rocket/tests/fixtures/answers.json'), true);
        $answers['decisions']['events'][0]['event'] = 'custom.{{evil()}}';
        $this->sidecar = new sidecar_double(fn($method, $path) => $answers[basename($path)]);
        client::set_for_testing($this->sidecar);
        $this->setUser($this->getDataGenerator()->create_user());
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * A page, as the app gets it.
     *
     * @param string $method
     * @param array $args name => value
     * @return array html, and the data by name
     */
    private function page(string $method, array $args = []): array {
        $list = array_map(fn($name, $value) => ['name' => $name, 'value' => $value], array_keys($args), $args);
        $answer = external::get_content('block_rocket', $method, $list);
        $answer = \core_external\external_api::clean_returnvalue(external::get_content_returns(), $answer);
        $data = array_map(fn($json) => json_decode($json, true), array_column($answer['otherdata'], 'value', 'name'));
        return ['html' => $answer['templates'][0]['html']] + $data;
    }

    public function test_the_block(): void {
        ['html' => $html, 'account' => $account] = $this->page('mobile_block_view', ['userid' => 2]);
        $this->assertSame(['45 points', true], [$account['balancetext'], $account['known']]);
        $this->assertStringContainsString('As of', $account['stands']);
        $this->assertStringContainsString('{{ CONTENT_OTHERDATA.account.balancetext }}', $html);
    }

    public function test_no_name_that_somebody_gave_is_compiled_by_the_app(): void {
        ['html' => $html, 'account' => $account] = $this->page('mobile_block_view');
        $this->assertStringContainsString('{{', json_encode($account['events']));
        $this->assertStringNotContainsStringIgnoringCase('evil', $html);
    }

    public function test_each_question_has_its_own_key(): void {
        ['asked' => $first] = $this->page('mobile_redeem', ['reward' => 'coffee', 'cost' => '20']);
        ['asked' => $second] = $this->page('mobile_redeem', ['reward' => 'coffee', 'cost' => '20']);
        $this->assertSame('Redeem A coffee for 20 points?', $first['question']);
        $this->assertNotSame($first['key'], $second['key']);
    }

    public function test_what_was_redeemed(): void {
        ['mine' => $mine] = $this->page('mobile_redemptions');
        ['one' => $one] = $this->page('mobile_redemption', ['redemption' => $mine['redemptions'][0]['id']]);
        $this->assertSame('2RPM-G3R2-R1M1-A801-9HYT-J91C-3', $one['token']);
        $this->expectExceptionMessage('nothing of this number');
        $this->page('mobile_redemption', ['redemption' => 'rdm_of_somebody_else']);
    }

    public function test_it_is_always_the_session_user(): void {
        global $USER;
        $this->page('mobile_redemptions', ['userid' => 2]);
        $this->assertSame((int)$USER->id, $this->sidecar->calls[0][4]);
    }

    public function test_every_string_of_the_templates_is_sent_to_the_app_and_exists(): void {
        global $CFG;
        $addons = [];
        require($CFG->dirroot . '/blocks/rocket/db/mobile.php');
        $sent = array_column($addons['block_rocket']['lang'], 1, 0);
        $used = [];
        foreach (glob($CFG->dirroot . '/blocks/rocket/templates/mobile_*.mustache') as $file) {
            preg_match_all("/'plugin\.block_rocket\.(\w+)'/", file_get_contents($file), $found);
            $used = array_merge($used, $found[1]);
        }
        $this->assertEqualsCanonicalizing(array_keys($sent), array_values(array_unique($used)));
        foreach ($sent as $key => $component) {
            $this->assertTrue(get_string_manager()->string_exists($key, $component), $key);
        }
        $this->assertTrue(method_exists(mobile::class, $addons['block_rocket']['handlers']['account']['method']));
    }
}
