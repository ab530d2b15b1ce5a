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

namespace local_rocket\privacy;

use core_privacy\local\request\approved_contextlist;
use core_privacy\local\request\approved_userlist;
use core_privacy\local\request\userlist;
use core_privacy\local\request\writer;
use local_rocket\fixtures\sidecar_double;
use local_rocket\fixtures\traces;
use local_rocket\lifecycle_brake;
use local_rocket\outbox;
use local_rocket\outbox_lookup;
use local_rocket\request;
use local_rocket\request_sender;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/../fixtures/sidecar_double.php');
require_once(__DIR__ . '/../fixtures/traces.php');

/**
 * What is kept of people is said, exported whole or not at all, and deleted here and there.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\privacy\provider
 * @covers    \local_rocket\privacy\kept_here
 */
final class provider_test extends \core_privacy\tests\provider_testcase {
    /** @var \stdClass a learner of whom there is something in every table */
    private \stdClass $learner;

    /** @var \stdClass another one */
    private \stdClass $other;

    /** @var sidecar_double */
    private sidecar_double $sidecar;

    /** @var bool whether it does not answer */
    private bool $away = false;

    /** @var string|null why it keeps what it has of learners */
    private ?string $hold = null;

    public function setUp(): void {
        parent::setUp();
        $this->resetAfterTest();
        set_config('address', 'http://127.0.0.1:4310', 'local_rocket');
        $this->sidecar = new sidecar_double(fn($method, $path) => match (true) {
            $this->away => throw new away('network', 'no route'),
            $this->hold !== null && $method === 'POST' =>
                throw new refused(409, ['code' => 'legal_hold', 'detail' => $this->hold]),
            $method === 'GET' => ['user_id' => basename(dirname($path)), 'balance' => 120, 'entries' => [['seq' => 7]]],
            default => ['erased' => true],
        });
        client::set_for_testing($this->sidecar);
        $this->learner = $this->getDataGenerator()->create_user();
        $this->other = $this->getDataGenerator()->create_user();
        traces::leave((int)$this->learner->id, (int)$this->other->id);
        traces::leave((int)$this->other->id, (int)$this->learner->id);
    }

    public function tearDown(): void {
        client::set_for_testing(null);
        parent::tearDown();
    }

    /**
     * The learner's own context, approved.
     *
     * @return approved_contextlist
     */
    private function approved(): approved_contextlist {
        $context = \context_user::instance($this->learner->id);
        return new approved_contextlist($this->learner, 'local_rocket', [$context->id]);
    }

    /**
     * Lets a day pass, after which nothing says any more who was erased.
     */
    private function pass_a_day(): void {
        global $DB;
        $DB->execute('UPDATE {local_rocket_request} SET timemodified = timemodified - ?', [DAYSECS + 1]);
        request::cleanup();
    }

    public function test_everybody_has_a_context_of_their_own(): void {
        $context = \context_user::instance($this->learner->id);
        $contexts = $this->get_contexts_for_userid((int)$this->learner->id, 'local_rocket')->get_contextids();
        $this->assertEquals([$context->id], $contexts);
        $userlist = new userlist($context, 'local_rocket');
        provider::get_users_in_context($userlist);
        $this->assertEquals([$this->learner->id], $userlist->get_userids());
        $userlist = new userlist(\context_system::instance(), 'local_rocket');
        provider::get_users_in_context($userlist);
        $this->assertSame([], $userlist->get_userids());
    }

    public function test_exports_what_is_kept_here_and_in_the_sidecar(): void {
        $this->export_all_data_for_user((int)$this->learner->id, 'local_rocket');
        $writer = writer::with_context(\context_user::instance($this->learner->id));
        $read = fn($what) => $writer->get_data(['Rocket', get_string("privacy:path:$what", 'local_rocket')]);
        $this->assertSame(120, $read('sidecar')->balance);
        $events = $read('events')->events;
        $this->assertCount(2, $events);
        $this->assertSame('ready', $events[0]['status']);
        $this->assertSame((string)$this->learner->id, $events[0]['sent']->user);
        $this->assertSame('192.0.2.7', $events[1]['ip']);
        $this->assertSame(120, $read('snapshot')->snapshot['value']->balance);
        // One was given to them, one by them: whose the other is, is the other's.
        $this->assertCount(2, $read('awards')->awards);
        $this->assertArrayNotHasKey('userid', $read('awards')->awards[0]);
        $this->assertCount(1, $read('acts')->acts);
        $this->assertCount(1, $read('handovers')->handovers);
        $this->assertCount(1, $read('requests')->requests);
        $this->assertSame("r-{$this->learner->id}", $read('receipts')->receipts[0]['redemption']);
        $this->assertSame('known', $read('alarms')->alarms[0]['reason']);
        $this->assertSame([['GET', "/api/learners/{$this->learner->id}/export", [], 'privacy', null, null]], $this->sidecar->calls);
    }

    public function test_exports_preferences(): void {
        provider::export_user_preferences((int)$this->learner->id);
        $preferences = (array)writer::with_context(\context_system::instance())->get_user_preferences('local_rocket');
        $this->assertSame('gift-5', $preferences['local_rocket_goal']->value);
        $this->assertEquals(1, $preferences['local_rocket_optout']->value);
    }

    public function test_exports_nothing_rather_than_half_of_it(): void {
        $this->away = true;
        $caught = null;
        try {
            provider::export_user_data($this->approved());
        } catch (away $e) {
            $caught = $e;
        }
        $this->assertInstanceOf(away::class, $caught);
        $writer = writer::with_context(\context_user::instance($this->learner->id));
        // All there is says that all of it is missing.
        $this->assertStringContainsString('missing', $writer->get_data(['Rocket'])->missing);
        $this->assertSame([], (array)$writer->get_data(['Rocket', get_string('privacy:path:events', 'local_rocket')]));
    }

    public function test_without_a_sidecar_exports_what_is_here(): void {
        unset_config('address', 'local_rocket');
        $this->away = true;
        provider::export_user_data($this->approved());
        $writer = writer::with_context(\context_user::instance($this->learner->id));
        $events = $writer->get_data(['Rocket', get_string('privacy:path:events', 'local_rocket')]);
        $this->assertCount(2, $events->events);
        $this->assertSame([], $this->sidecar->calls);
    }

    public function test_deletes_a_learner_here_and_in_the_sidecar(): void {
        $own = fn() => array_filter(traces::of((int)$this->other->id), fn($where) => !str_starts_with($where, 'outbox'));
        $before = $own();
        provider::delete_data_for_user($this->approved());
        $body = ['reason' => 'erasure asked for in Moodle'];
        $this->assertSame(
            [['POST', "/api/learners/{$this->learner->id}/erase", $body, 'privacy', null, null]],
            $this->sidecar->calls
        );
        $this->assertSame(['request.userid'], traces::of((int)$this->learner->id));
        $this->pass_a_day();
        $this->assertSame([], traces::of((int)$this->learner->id));
        // What is the other's stays.
        $this->assertSame(array_values($before), array_values($own()));
        $this->assertSame([0 => 1, 1 => 1], outbox_lookup::counts_of((int)$this->other->id));
    }

    public function test_nothing_of_a_learner_is_left_to_be_sent_when_the_sidecar_is_asked(): void {
        $left = null;
        client::set_for_testing(new sidecar_double(function () use (&$left) {
            $left = traces::of((int)$this->learner->id);
            return ['erased' => true];
        }));
        outbox::done(array_keys(outbox::lease(outbox::READY, 10)), 'recorded');
        provider::delete_data_for_user($this->approved());
        // Only what has the sidecar asked.
        $this->assertSame(['request.userid'], array_values(array_unique($left)));
    }

    public function test_whoever_asked_hears_that_the_sidecar_refuses(): void {
        global $DB;
        $this->hold = 'kept for a court';
        foreach (['first', 'again'] as $time) {
            try {
                provider::delete_data_for_user($this->approved());
                $this->fail($time);
            } catch (\moodle_exception $e) {
                $this->assertStringContainsString('kept for a court', $e->getMessage());
            }
        }
        // A person has to look: it is not tried again by itself.
        (new request_sender())->run();
        $this->assertCount(2, $this->sidecar->calls);
        $this->assertSame(2, $DB->count_records('local_rocket_request', ['kind' => request::ERASE, 'status' => request::FAILED]));
        $this->assertStringContainsString('kept for a court', array_values(lifecycle_brake::held())[0]->reason);
        // The hold is over.
        $this->hold = null;
        provider::delete_data_for_user($this->approved());
        $this->assertSame([], lifecycle_brake::held());
    }

    public function test_an_account_that_is_deleted_after_it_was_forgotten_is_not_made_known_again(): void {
        provider::delete_data_for_user($this->approved());
        delete_user($this->learner);
        $this->assertCount(1, $this->sidecar->calls);
    }

    /**
     * The other two ways by which Moodle asks for a deletion.
     *
     * @return array[]
     */
    public static function ways(): array {
        return [
            'all in the context' => [fn($context, $user) => provider::delete_data_for_all_users_in_context($context)],
            'users in the context' => [fn($context, $user) => provider::delete_data_for_users(
                new approved_userlist($context, 'local_rocket', [$user->id])
            )],
        ];
    }

    /**
     * Either way is the same deletion.
     *
     * @dataProvider ways
     * @param \Closure $delete
     */
    public function test_deletes_by_context(\Closure $delete): void {
        $delete(\context_user::instance($this->learner->id), $this->learner);
        $this->pass_a_day();
        $this->assertSame([], traces::of((int)$this->learner->id));
        $this->assertCount(1, $this->sidecar->calls);
    }

    public function test_other_contexts_delete_nobody(): void {
        $course = \context_course::instance($this->getDataGenerator()->create_course()->id);
        provider::delete_data_for_all_users_in_context($course);
        provider::delete_data_for_users(new approved_userlist($course, 'local_rocket', [$this->learner->id]));
        $foreign = \context_user::instance($this->other->id);
        provider::delete_data_for_users(new approved_userlist($foreign, 'local_rocket', [$this->learner->id]));
        provider::delete_data_for_user(new approved_contextlist($this->learner, 'local_rocket', [$course->id, $foreign->id]));
        $this->assertSame([], $this->sidecar->calls);
        $this->assertNotSame([], traces::of((int)$this->learner->id));
    }

    public function test_a_deletion_waits_for_the_sidecar_and_nothing_is_sent_meanwhile(): void {
        global $DB;
        $this->away = true;
        provider::delete_data_for_user($this->approved());
        $this->assertSame(['request.userid', 'request.userid'], traces::of((int)$this->learner->id));
        $waiting = $DB->get_record('local_rocket_request', ['kind' => request::ERASE], '*', MUST_EXIST);
        $this->assertSame(request::PENDING, $waiting->status);
        $this->assertEquals(1, $waiting->attempts);
        $this->assertGreaterThan(time(), $waiting->timedue);
        $this->assertStringContainsString('no route', $waiting->reason);
        // Asked again, it is the same request.
        provider::delete_data_for_user($this->approved());
        $this->assertSame(1, $DB->count_records('local_rocket_request', ['kind' => request::ERASE]));
        $this->away = false;
        $DB->set_field('local_rocket_request', 'timedue', time(), ['id' => $waiting->id]);
        (new request_sender())->run();
        $this->assertSame(request::DONE, $DB->get_field('local_rocket_request', 'status', ['id' => $waiting->id]));
        $this->pass_a_day();
        $this->assertSame([], traces::of((int)$this->learner->id));
    }
}
