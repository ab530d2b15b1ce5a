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

namespace local_rocket\admin;

use local_rocket\fixtures\sidecar_double;
use local_rocket\handover\records;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\state;

defined('MOODLE_INTERNAL') || die();

global $CFG;
require_once($CFG->libdir . '/adminlib.php');
require_once(__DIR__ . '/../fixtures/sidecar_double.php');
require_once($CFG->dirroot . '/local/rocket/lib.php');

/**
 * Settings, and what the pages say of the connection.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\admin\checklist
 * @covers    \local_rocket\admin\connection
 * @covers    \local_rocket\admin\connection_view
 * @covers    \local_rocket\admin\setting_address
 * @covers    \local_rocket\admin\setting_number
 * @covers    \local_rocket\admin\setting_pairingcode
 * @covers    \local_rocket\admin\status_view
 * @covers    \local_rocket\admin\text_report
 */
final class settings_test extends \advanced_testcase {
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->setAdminUser();
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * A sidecar that answers.
     *
     * @param int $ahead seconds by which its clock is ahead
     */
    private function sidecar(int $ahead = 0): void {
        set_config('secret', 'k:s', 'local_rocket');
        client::set_for_testing(new sidecar_double(fn($method, $path) => match ($path) {
            '/api/handshake' => ['version' => '0.1.0', 'min_bridge' => '0.1.0', 'source' => 'moodle', 'rules' => 3,
                'features' => [], 'time' => gmdate('Y-m-d\TH:i:s', time() + $ahead) . '.000Z'],
            '/api/rewards' => ['rewards' => [['id' => 'mug']]],
            '/api/redemptions' => ['redemptions' => []],
        }));
    }

    public function test_takes_only_an_address(): void {
        $setting = new setting_address('local_rocket/address', '', '', '', PARAM_RAW_TRIMMED);
        $this->assertSame('', $setting->write_setting(' http://127.0.0.1:4310/ '));
        $this->assertSame('http://127.0.0.1:4310', get_config('local_rocket', 'address'));
        foreach (['ftp://x', 'rocket', 'http://rocket.example.org', 'https://u:p@rocket.example.org'] as $wrong) {
            $this->assertNotSame('', $setting->write_setting($wrong), $wrong);
        }
        $this->assertSame('http://127.0.0.1:4310', get_config('local_rocket', 'address'));
    }

    public function test_keeps_numbers_within_their_bounds(): void {
        $setting = new setting_number('local_rocket/keepdays', '', '', 14, 1, 30);
        $this->assertSame('', $setting->write_setting('30'));
        foreach (['0', '31', '-1', 'x', '1.5'] as $wrong) {
            $this->assertNotSame('', $setting->write_setting($wrong), $wrong);
        }
        $this->assertSame('30', get_config('local_rocket', 'keepdays'));
    }

    public function test_a_pairing_code_needs_an_address_and_is_kept_nowhere(): void {
        $setting = new setting_pairingcode('local_rocket/code', '', '', '');
        $this->assertSame('', $setting->write_setting(' '));
        $this->assertSame(get_string('pairnoaddress', 'local_rocket'), $setting->write_setting('ABCD-EFGH'));
        // Nobody listens there.
        set_config('address', 'http://127.0.0.1:9', 'local_rocket');
        $this->assertStringContainsString('could not be reached', $setting->write_setting('ABCD-EFGH'));
        $this->assertFalse(get_config('local_rocket', 'code'));
        $this->assertFalse(get_config('local_rocket', 'secret'));
    }

    public function test_says_what_to_do_before_pairing(): void {
        $shown = connection_view::shown();
        $this->assertFalse($shown['connected']);
        $this->assertSame(get_string('advice_notpaired', 'local_rocket'), $shown['problem']['advice']);
        $this->assertSame([false, false, false, null, false, null, null], array_values(checklist::steps(new connection())));
    }

    public function test_warns_of_clocks_and_cron(): void {
        $this->sidecar(90);
        $warnings = (new connection())->warnings();
        $this->assertStringContainsString('clocks differ', $warnings[0]);
        $this->assertSame(get_string('sendnever', 'local_rocket'), $warnings[1]);
    }

    public function test_what_happened_once_stays_done(): void {
        $this->sidecar();
        $this->assertTrue(checklist::steps(new connection())['reward']);
        $this->assertFalse(checklist::steps(new connection())['redemption']);
        client::set_for_testing(new sidecar_double(fn() => throw new away('network', 'gone')));
        $steps = checklist::steps(new connection());
        $this->assertTrue($steps['reward']);
        $this->assertNull($steps['redemption']);
    }

    public function test_people_in_charge_of_rocket_alone_can_open_its_pages_and_nobody_else(): void {
        global $DB;
        $manager = $this->getDataGenerator()->create_user();
        role_assign($DB->get_field('role', 'id', ['shortname' => 'manager']), $manager->id, \context_system::instance());
        $this->setUser($manager);
        foreach (['local_rocket_status', 'local_rocket_outbox'] as $page) {
            $this->assertTrue(admin_get_root(true)->locate($page)->check_access());
        }
        $this->setUser($this->getDataGenerator()->create_user());
        $this->assertFalse(admin_get_root(true)->locate('local_rocket_status')->check_access());
    }

    public function test_the_status_page_can_be_drawn(): void {
        global $DB, $PAGE;
        $this->sidecar();
        $PAGE->set_url('/local/rocket/status.php');
        state::set('sweep', ['time' => time(), 'since' => time() - DAYSECS, 'missed' => ['posts' => 2, 'badges' => 0]]);
        $actions = [['enrol' => ['course' => 'EXTRA', 'days' => 30]], ['enrol' => ['course' => 'EXTRA', 'days' => null]],
            ['badge' => 'badge:3'], ['cohort' => 'lounge'], ['teleport' => 'moon']];
        foreach ($actions as $number => $action) {
            records::add(['redemption_id' => "r$number", 'user_id' => '3', 'action' => $action], 'no');
        }
        state::set('handover', ['time' => time(), 'failures' => ['rdm_1' => 'It <b>broke</b>.']]);
        $learner = $this->getDataGenerator()->create_user(['firstname' => 'Ann', 'lastname' => 'Lee']);
        foreach (['held', 'pending'] as $status) {
            $DB->insert_record('local_rocket_request', ['kind' => 'erase_deleted', 'userid' => $learner->id, 'status' => $status,
                'timedue' => time() + DAYSECS, 'timecreated' => time(), 'timemodified' => time()]);
        }
        $page = $PAGE->get_renderer('core')->render_from_template('local_rocket/admin_status', status_view::shown());
        $this->assertStringContainsString('Ann Lee', $page);
        $this->assertStringContainsString('It &lt;b&gt;broke&lt;/b&gt;.', $page);
        $this->assertSame(1, substr_count($page, 'type="checkbox"'));
        $this->assertStringContainsString('Enrol in EXTRA for 30 days', $page);
        $this->assertStringContainsString('teleport', $page);
    }

    public function test_status_for_monitoring(): void {
        $this->sidecar();
        $status = text_report::status(new connection(), local_rocket_status_checks());
        $this->assertFalse($status['ok']);
        $this->assertTrue($status['connected']);
        $this->assertSame(['warning', 'ok', 'ok', 'ok', 'ok', 'ok'], array_column($status['checks'], 'status'));
        $this->assertSame(0, $status['queue']['dead']);
    }
}
