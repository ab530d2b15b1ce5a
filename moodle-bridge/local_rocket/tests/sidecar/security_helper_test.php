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

namespace local_rocket\sidecar;

/**
 * The one address that the administrator chose goes through; the site's protection holds for everything else.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\sidecar\security_helper
 * @covers    \local_rocket\sidecar\pairing
 */
final class security_helper_test extends \advanced_testcase {
    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        set_config('curlsecurityblockedhosts', "127.0.0.0/8\n10.0.0.0/8\nlocalhost");
        set_config('curlsecurityallowedport', "443\n80");
    }

    public function test_lets_exactly_the_chosen_address_through(): void {
        $helper = new security_helper('http://127.0.0.1:4310');
        $this->assertFalse($helper->url_is_blocked('http://127.0.0.1:4310/api/events'));
        $this->assertSame([], $helper->get_resolve_info());
        $others = [
            'http://127.0.0.1:4311/api/events', 'https://127.0.0.1:4310/', 'http://127.0.0.2:4310/', 'http://localhost:4310/',
            'http://127.0.0.1/', 'http://10.0.0.1:4310/', 'http://127.0.0.1:4310@10.0.0.1/', 'ftp://127.0.0.1:4310/', 'nonsense',
        ];
        foreach ($others as $other) {
            $this->assertTrue((new security_helper('http://127.0.0.1:4310'))->url_is_blocked($other), $other);
        }
    }

    public function test_the_rest_of_the_site_is_protected_as_before(): void {
        (new security_helper('http://127.0.0.1:4310'))->url_is_blocked('http://127.0.0.1:4310/');
        $this->assertTrue((new \core\files\curl_security_helper())->url_is_blocked('http://127.0.0.1:4310/'));
    }

    public function test_an_address_is_kept_in_one_form(): void {
        $this->assertSame('http://127.0.0.1:4310', pairing::clean_address(' http://127.0.0.1:4310/ '));
        $this->assertSame('https://rocket.example.org', pairing::clean_address('https://rocket.example.org'));
        $this->assertSame('http://sidecar:4310', pairing::clean_address('http://sidecar:4310'));
        $this->assertSame('http://[::1]:4310', pairing::clean_address('http://[::1]:4310'));
        $this->assertSame('http://192.168.3.4:4310', pairing::clean_address('http://192.168.3.4:4310'));
    }

    /**
     * Addresses that are refused.
     *
     * @return array
     */
    public static function refused_addresses(): array {
        return [
            ['rocket.example.org', 'badaddress'], ['ftp://x', 'badaddress'], ['http://user:word@127.0.0.1', 'badaddress'],
            ['http://127.0.0.1/?a=b', 'badaddress'], ['', 'badaddress'], ['http://rocket.example.org', 'plainhttp'],
            ['http://8.8.8.8:4310', 'plainhttp'],
        ];
    }

    /**
     * What is no address, or would show the secret to others.
     *
     * @dataProvider refused_addresses
     * @param string $address
     * @param string $why
     */
    public function test_an_address_that_is_refused(string $address, string $why): void {
        try {
            pairing::clean_address($address);
            $this->fail('It was taken.');
        } catch (\moodle_exception $e) {
            $this->assertSame($why, $e->errorcode);
        }
    }

    public function test_a_secret_in_config_php_is_used_and_not_rotated(): void {
        global $CFG;
        set_config('address', 'http://127.0.0.1:4310', 'local_rocket');
        set_config('source', 'moodle', 'local_rocket');
        set_config('secret', 'k1:of the database', 'local_rocket');
        $CFG->forced_plugin_settings['local_rocket']['secret'] = 'k9:of config.php';
        $this->assertSame('k9:of config.php', get_config('local_rocket', 'secret'));
        $this->assertSame('k9:of config.php', get_config('local_rocket')->secret);
        $this->expectExceptionMessage(get_string('secretinconfig', 'local_rocket'));
        pairing::rotate();
    }
}
