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

namespace local_rocket\ledger;

use local_rocket\checkpoints;
use local_rocket\fixtures\sidecar_double;
use local_rocket\fixtures\signed_ledger;
use local_rocket\sidecar\client;
use local_rocket\task\audit;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/../fixtures/sidecar_double.php');
require_once(__DIR__ . '/../fixtures/signed_ledger.php');

/**
 * Whoever looks after the ledger gets its newest checkpoint, whole, once.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\ledger\audit_mail
 * @covers    \local_rocket\task\audit
 * @covers    \local_rocket\check\ledger
 */
final class audit_mail_test extends \advanced_testcase {
    /** @var signed_ledger */
    private signed_ledger $ledger;

    protected function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        $this->ledger = signed_ledger::of(1000);
        client::set_for_testing(new sidecar_double(fn() => ['ledger_keys' => [$this->ledger->vkey()]]));
        keys::ask();
        $this->answer();
        $this->contact('audit@example.org');
    }

    protected function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * The next checkpoint comes in.
     */
    private function answer(): void {
        $kept = checkpoints::newest();
        checkpoints::take($kept, $this->ledger->answer($kept));
    }

    /**
     * The institution names somebody.
     *
     * @param string|null $contact
     */
    private function contact(?string $contact): void {
        set_config('subscriptions', json_encode(['events' => [], 'audit_contact' => $contact]), 'local_rocket');
    }

    /**
     * What one night's run mails.
     *
     * @return \stdClass[]
     */
    private function mailed(): array {
        $sink = $this->redirectEmails();
        ob_start();
        (new audit())->execute();
        ob_end_clean();
        $mails = $sink->get_messages();
        $sink->close();
        return $mails;
    }

    public function test_mails_the_note_with_its_key(): void {
        [$mail] = $this->mailed();
        $this->assertSame('audit@example.org', $mail->to);
        $this->assertStringContainsString('1000 entries', $mail->subject);
        [, $text, $file] = preg_split('/^--\S+$/m', str_replace("\r", '', $mail->body));
        $flat = fn($lines) => preg_replace('/\s+/', ' ', trim($lines));
        $this->assertStringContainsString($flat($this->ledger->note()), $flat($text));
        $this->assertStringContainsString($this->ledger->vkey(), $text);
        $this->assertStringContainsString('scripts/rocket ledger verify --against', $flat($text));
        [$head, $content] = explode("\n\n", $file, 2);
        $this->assertStringContainsString('checkpoint-1000.txt', $head);
        $this->assertSame($this->ledger->note(), base64_decode($content));
    }

    public function test_mails_each_once(): void {
        $this->assertCount(1, $this->mailed());
        $this->assertSame([], $this->mailed());
        $this->ledger->append(1);
        $this->answer();
        $this->assertCount(1, $this->mailed());
        // Somebody else has none yet.
        $this->contact('new@example.org');
        $this->assertCount(1, $this->mailed());
        $this->assertSame([], $this->mailed());
    }

    public function test_where_nobody_is_named_nothing_is_mailed(): void {
        foreach ([null, '', 'not an address'] as $nobody) {
            $this->contact($nobody);
            $this->assertSame([], $this->mailed());
        }
        $this->assertNull(audit_mail::last()['failed']);
    }

    public function test_what_was_found_against_the_ledger_is_in_it(): void {
        $this->ledger->entries[3] = 'forged';
        $this->answer();
        [$mail] = $this->mailed();
        $alarm = array_values(alarms::open())[0];
        $text = preg_replace('/\s+/', ' ', quoted_printable_decode($mail->body));
        $this->assertStringContainsString(alarms::words($alarm), $text);
    }

    public function test_a_mail_that_fails_is_tried_again_and_shown(): void {
        global $CFG;
        $check = fn() => (new \local_rocket\check\ledger())->get_result()->get_status();
        $this->assertSame(\core\check\result::OK, $check());
        // An address that Moodle's mailer takes for none.
        $CFG->divertallemailsto = 'nowhere';
        try {
            $this->mailed();
            $this->fail();
        } catch (\moodle_exception $e) {
            ob_end_clean();
            $this->assertSame('auditmail_failed', $e->errorcode);
        }
        $this->assertDebuggingCalled();
        $this->assertSame(\core\check\result::WARNING, $check());
        $CFG->divertallemailsto = '';
        $this->assertCount(1, $this->mailed());
        $this->assertSame(\core\check\result::OK, $check());
        $this->assertNull(audit_mail::last()['failed']);
    }
}
