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

namespace local_rocket;

/**
 * A list of learners as a teacher pastes or uploads it: one a line, by username, email address or ID number. Every line that
 * names nobody is said.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class award_list {
    /** @var string[] columns by which a learner is known */
    private const KEYS = ['username', 'email', 'idnumber'];

    /** @var array<string, array<int, true>> ids of learners by what names them, in small letters */
    private array $index = [];

    /** @var int[] ids of the learners who were found */
    public array $found = [];

    /** @var string[] what is wrong, a sentence for each line */
    public array $faults = [];

    /**
     * Takes the learners among whom to look.
     *
     * @param \stdClass[] $learners username, email, idnumber by id
     */
    public function __construct(array $learners) {
        foreach ($learners as $id => $learner) {
            foreach (self::KEYS as $key) {
                $this->index[self::small($learner->$key)][$id] = true;
            }
        }
        unset($this->index['']);
    }

    /**
     * Reads a list.
     *
     * @param string $text
     */
    public function read(string $text): void {
        $text = \core_text::trim_utf8_bom($text);
        $separator = self::separator($text);
        $column = null;
        foreach (preg_split('/\R/', $text) as $number => $line) {
            if (trim($line, " \t,;") === '') {
                continue;
            }
            $cells = array_map('trim', str_getcsv($line, $separator, '"', ''));
            // A first line may say which column it is; without one, it is the first.
            if ($column === null) {
                $header = array_intersect(array_map([self::class, 'small'], $cells), self::KEYS);
                $column = array_key_first($header) ?? 0;
                if ($header !== []) {
                    continue;
                }
            }
            $this->line($number + 1, $cells[$column] ?? '');
        }
    }

    /**
     * One line.
     *
     * @param int $number
     * @param string $name
     */
    private function line(int $number, string $name): void {
        $ids = array_keys($this->index[self::small($name)] ?? []);
        if (count($ids) === 1) {
            $this->found[] = $ids[0];
            return;
        }
        $key = $name === '' ? 'award_lineempty' : ($ids === [] ? 'award_lineunknown' : 'award_lineseveral');
        $this->faults[] = get_string($key, 'local_rocket', ['line' => $number, 'name' => $name]);
    }

    /**
     * What separates the cells: whichever of them comes first in the first line that holds anything.
     *
     * @param string $text
     * @return string
     */
    private static function separator(string $text): string {
        return preg_match('/^[^,;\t\r\n]*([,;\t])/', ltrim($text), $first) ? $first[1] : ',';
    }

    /**
     * Without capitals and surrounding space.
     *
     * @param string|null $text
     * @return string
     */
    private static function small(?string $text): string {
        return \core_text::strtolower(trim((string)$text));
    }
}
