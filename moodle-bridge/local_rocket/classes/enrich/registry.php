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

/**
 * Which family an event belongs to.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class registry {
    /** @var string[] every family there is */
    public const FAMILIES = [
        quiz::class, grade::class, submission::class, assessment::class, forum::class, completion::class, course::class,
        badge::class, lesson::class, scorm::class, h5p::class, glossary::class,
    ];

    /** @var array<string, class-string<family>>|null families by event name */
    private static ?array $byevent = null;

    /**
     * The family of an event.
     *
     * @param string $eventname with its leading backslash
     * @return family|null null: the event says all there is
     */
    public static function for(string $eventname): ?family {
        if (self::$byevent === null) {
            self::$byevent = [];
            foreach (self::FAMILIES as $family) {
                self::$byevent += array_fill_keys($family::events(), $family);
            }
        }
        $family = self::$byevent[$eventname] ?? null;
        return $family === null ? null : new $family();
    }
}
