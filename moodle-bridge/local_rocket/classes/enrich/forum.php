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

use local_rocket\hasher;
use local_rocket\learningevent;
use local_rocket\screen;

/**
 * Forum posts: how much was written and how new it is; the text itself stays here.
 *
 * A new discussion is its first post, so that one post is one object on every road.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class forum extends family {
    /** @var int posts of the course that a new one is compared with */
    private const COMPARED = 50;

    #[\Override]
    public static function events(): array {
        return ['\mod_forum\event\post_created', '\mod_forum\event\discussion_created'];
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $postid = $row->objecttable === 'forum_discussions'
            ? $DB->get_field('forum_discussions', 'firstpost', ['id' => $row->objectid])
            : $row->objectid;
        $post = $postid ? $DB->get_record('forum_posts', ['id' => $postid]) : false;
        if (!$post) {
            return;
        }
        $event->object = 'forum_posts:' . $post->id;
        $text = new text($post->message);
        $before = $DB->get_field_sql(
            'SELECT MAX(created) FROM {forum_posts} WHERE userid = :user AND id < :id',
            ['user' => $post->userid, 'id' => $post->id]
        );
        self::add($event, [
            'words' => $text->words(),
            'characters' => $text->characters(),
            'files' => self::files((int)$post->id),
            'text_hash' => $text->words() > 0 ? hasher::of($text->normal) : null,
            'similarity' => $this->similarity($text, $post, (int)$row->courseid),
            'reply_to' => $post->parent > 0 ? 'forum_posts:' . $post->parent : null,
            'seconds_since_last' => $before ? max(0, $post->created - $before) : null,
        ]);
        screen::add($event, screen::of_text($text->normal));
    }

    /**
     * How many files came with it, a recording or a picture within the text included.
     *
     * @param int $postid
     * @return int
     */
    private static function files(int $postid): int {
        global $DB;
        $areas = "component = 'mod_forum' AND filearea IN ('attachment', 'post') AND itemid = ? AND filename <> '.'";
        return $DB->count_records_select('files', $areas, [$postid]);
    }

    /**
     * How like it is to the most similar of the course's last posts.
     *
     * @param text $text
     * @param \stdClass $post
     * @param int $courseid
     * @return float 0 to 100
     */
    private function similarity(text $text, \stdClass $post, int $courseid): float {
        global $DB;
        $others = $DB->get_records_sql(
            "SELECT p.id, p.message
               FROM {forum_posts} p
               JOIN {forum_discussions} d ON d.id = p.discussion
              WHERE d.course = :course AND p.id < :id
           ORDER BY p.id DESC",
            ['course' => $courseid, 'id' => $post->id],
            0,
            self::COMPARED
        );
        return max([0.0, ...array_map(fn($other) => $text->similarity(new text($other->message)), array_values($others))]);
    }
}
