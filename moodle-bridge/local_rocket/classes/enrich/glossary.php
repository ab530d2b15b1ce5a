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

/**
 * Glossary entries: how much was written. Who approves one is not its author: the author earns.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class glossary extends family {
    #[\Override]
    public static function events(): array {
        return ['\mod_glossary\event\entry_created', '\mod_glossary\event\entry_approved'];
    }

    #[\Override]
    public function subjects(\stdClass $row): array {
        global $DB;
        $author = $DB->get_field('glossary_entries', 'userid', ['id' => $row->objectid]);
        return $author ? [(int)$author] : parent::subjects($row);
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $definition = $DB->get_field('glossary_entries', 'definition', ['id' => $row->objectid]);
        if ($definition === false) {
            return;
        }
        $text = new text($definition);
        self::add($event, [
            'words' => $text->words(),
            'characters' => $text->characters(),
            'text_hash' => $text->words() > 0 ? hasher::of($text->normal) : null,
        ]);
    }
}
