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

namespace local_rocket\sweep;

/**
 * Forum posts. A discussion is its first post, as the bridge sends it, but in the outbox it stands as a discussion until then.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class posts extends source {
    #[\Override]
    public function events(): array {
        return ['\mod_forum\event\post_created', '\mod_forum\event\discussion_created'];
    }

    #[\Override]
    protected function event(\stdClass $found): string {
        return $this->events()[$found->parent > 0 ? 0 : 1];
    }

    #[\Override]
    protected function objecttable(): string {
        return 'forum_posts';
    }

    #[\Override]
    protected function columns(): array {
        return [
            'id' => 'p.id', 'userid' => 'p.userid', 'courseid' => 'd.course', 'contextid' => 'x.id', 'objectid' => 'p.id',
            'time' => 'p.created', 'parent' => 'p.parent',
        ];
    }

    #[\Override]
    protected function from(bool $standing): string {
        return '{forum_posts} p JOIN {forum_discussions} d ON d.id = p.discussion ' . self::activity('forum', 'd.forum') . '
                 WHERE p.deleted = 0';
    }

    #[\Override]
    protected function same(): string {
        return "o.userid = p.userid AND (o.objecttable = 'forum_posts' AND o.objectid = p.id
                OR o.objecttable = 'forum_discussions' AND o.objectid = d.id AND p.parent = 0)";
    }
}
