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

namespace local_rocket\enrich;

use local_rocket\fixtures\deeds_testcase;

defined('MOODLE_INTERNAL') || die();
require_once(__DIR__ . '/../fixtures/deeds_testcase.php');

/**
 * Forum posts: how much, how new, whom it answers; and one object for one post on every road.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 * @covers    \local_rocket\enrich\forum
 * @covers    \local_rocket\enrich\text
 * @covers    \local_rocket\hasher
 */
final class forum_test extends deeds_testcase {
    /** @var \stdClass */
    private \stdClass $forum;

    protected function setUp(): void {
        parent::setUp();
        $this->forum = $this->getDataGenerator()->create_module('forum', ['course' => $this->course->id]);
    }

    /**
     * Starts a discussion.
     *
     * @param string $message
     * @return \stdClass
     */
    private function discuss(string $message): \stdClass {
        $this->setUser($this->learner);
        $discussion = $this->getDataGenerator()->get_plugin_generator('mod_forum')->create_discussion([
            'course' => $this->course->id, 'forum' => $this->forum->id, 'userid' => $this->learner->id, 'message' => $message,
        ]);
        \mod_forum\event\discussion_created::create([
            'context' => \context_module::instance($this->forum->cmid), 'objectid' => $discussion->id,
            'other' => ['forumid' => $this->forum->id],
        ])->trigger();
        return $discussion;
    }

    /**
     * Answers in a discussion.
     *
     * @param \stdClass $discussion
     * @param string $message
     * @param int $later seconds after now
     * @return \stdClass
     */
    private function reply(\stdClass $discussion, string $message, int $later = 0): \stdClass {
        $this->setUser($this->learner);
        $post = $this->getDataGenerator()->get_plugin_generator('mod_forum')->create_post([
            'discussion' => $discussion->id, 'parent' => $discussion->firstpost, 'userid' => $this->learner->id,
            'message' => $message, 'created' => time() + $later,
        ]);
        \mod_forum\event\post_created::create([
            'context' => \context_module::instance($this->forum->cmid), 'objectid' => $post->id,
            'other' => ['discussionid' => $discussion->id, 'forumid' => $this->forum->id, 'forumtype' => 'general'],
        ])->trigger();
        return $post;
    }

    public function test_a_discussion_is_its_first_post(): void {
        $discussion = $this->discuss('<p>Why is the sky blue?</p>');
        $envelope = $this->envelope('mod_forum\event\discussion_created');
        $this->assertSame("forum_posts:$discussion->firstpost", $envelope['object']);
        $this->assertSame('forum:' . $this->forum->cmid, $envelope['activity']);
        $data = $envelope['data'];
        $this->assertEquals([5, 20, 0], [$data['words'], $data['characters'], $data['similarity']]);
        $this->assertArrayNotHasKey('reply_to', $data);
        $this->assertArrayNotHasKey('seconds_since_last', $data);
        $this->assertStringNotContainsString('sky', json_encode($envelope));
    }

    public function test_an_answer_says_what_it_answers_and_how_soon(): void {
        $discussion = $this->discuss('First of all');
        $post = $this->reply($discussion, 'And then', 90);
        $envelope = $this->envelope('mod_forum\event\post_created');
        $this->assertSame("forum_posts:$post->id", $envelope['object']);
        $this->assertSame("forum_posts:$discussion->firstpost", $envelope['data']['reply_to']);
        $this->assertEqualsWithDelta(90, $envelope['data']['seconds_since_last'], 2);
    }

    public function test_an_empty_post_has_no_words_however_it_is_marked_up(): void {
        $discussion = $this->discuss('x');
        $this->reply($discussion, '<p>&nbsp;</p><p><br></p>');
        $data = $this->envelope('mod_forum\event\post_created')['data'];
        $this->assertSame([0, 0], [$data['words'], $data['characters']]);
        $this->assertArrayNotHasKey('text_hash', $data);
    }

    public function test_the_same_text_in_other_clothes_is_the_same(): void {
        $discussion = $this->discuss('The cat sat on the mat');
        $this->reply($discussion, '<div><b>the CAT</b> sat  on<br>the mat</div>');
        $this->reply($discussion, 'the cat sat on the sofa');
        [$first] = $this->envelopes('mod_forum\event\discussion_created');
        [$same, $like] = $this->replies_of_last_time($discussion);
        $this->assertSame($first['data']['text_hash'], $same['text_hash']);
        $this->assertEquals(100, $same['similarity']);
        // Three of five runs of three words are in both.
        $this->assertEquals(60, $like['similarity']);
        $this->assertNotSame($first['data']['text_hash'], $like['text_hash']);
    }

    /**
     * What was told of the answers in a discussion.
     *
     * @param \stdClass $discussion
     * @return array[] data
     */
    private function replies_of_last_time(\stdClass $discussion): array {
        global $DB;
        $where = ['eventname' => '\mod_forum\event\post_created'];
        $payloads = $DB->get_fieldset('local_rocket_outbox', 'payload', $where);
        return array_map(fn($payload) => json_decode($payload, true)['data'], $payloads);
    }

    public function test_other_writing_systems_have_words_too(): void {
        $discussion = $this->discuss('Привет, мир!');
        $this->reply($discussion, 'مرحبا بالعالم don’t e-mail');
        $this->assertSame(2, $this->envelopes('mod_forum\event\discussion_created')[0]['data']['words']);
        $this->assertSame(4, $this->replies_of_last_time($discussion)[0]['words']);
    }

    public function test_a_deleted_discussion_takes_back_each_of_its_posts(): void {
        global $CFG;
        require_once($CFG->dirroot . '/mod/forum/lib.php');
        $discussion = $this->discuss('x');
        $post = $this->reply($discussion, 'y');
        $this->envelopes('');
        $this->setUser($this->teacher);
        $cm = get_coursemodule_from_id('forum', $this->forum->cmid);
        forum_delete_discussion($discussion, false, $this->course, $cm, $this->forum);
        $envelopes = $this->envelopes('mod_forum\event\post_deleted');
        $expected = ["forum_posts:$discussion->firstpost", "forum_posts:$post->id"];
        $this->assertEqualsCanonicalizing($expected, array_column($envelopes, 'object'));
        $this->assertSame([(string)$this->learner->id], array_unique(array_column($envelopes, 'user')));
    }
}
