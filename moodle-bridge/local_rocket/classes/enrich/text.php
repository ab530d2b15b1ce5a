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
 * What can be told of a text without passing it on.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class text {
    /** @var int words in a row that are compared */
    private const SHINGLE = 3;

    /** @var int characters that are looked at: no honest post is longer, and a dishonest one must not take the memory */
    private const LONGEST = 50000;

    /** @var string letters of scripts that put no space between words: each counts as one, so that nobody has too few */
    private const UNSPACED = '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]';

    /** @var string letters and digits of all other scripts */
    private const WORD = '(?:(?!' . self::UNSPACED . ')[\p{L}\p{N}])+';

    /** @var string without markup, in lower case, one space between words */
    public readonly string $normal;

    /** @var string[] its words */
    private readonly array $words;

    /**
     * Takes a text as it is kept.
     *
     * @param string|null $html
     */
    public function __construct(?string $html) {
        // A tag ends a word: "<p>one</p><p>two</p>" are two.
        $plain = strip_tags(str_replace('<', ' <', \core_text::substr((string)$html, 0, self::LONGEST)));
        $plain = html_entity_decode($plain, ENT_QUOTES | ENT_HTML5, 'UTF-8');
        $this->normal = trim(preg_replace('/[\s\x{00a0}\x{200b}]+/u', ' ', \core_text::strtolower($plain)) ?? '');
        preg_match_all('/' . self::UNSPACED . '|' . self::WORD . '(?:[\'’-]' . self::WORD . ')*/u', $this->normal, $found);
        $this->words = $found[0];
    }

    /**
     * How many words it has.
     *
     * @return int
     */
    public function words(): int {
        return count($this->words);
    }

    /**
     * How many characters it has, spaces between words included.
     *
     * @return int
     */
    public function characters(): int {
        return \core_text::strlen($this->normal);
    }

    /**
     * How alike two texts are: the Jaccard index of their runs of three words.
     *
     * @param text $other
     * @return float 0 to 100
     */
    public function similarity(text $other): float {
        $mine = $this->shingles();
        $theirs = $other->shingles();
        $both = count(array_intersect_key($mine, $theirs));
        $all = count($mine) + count($theirs) - $both;
        return $all === 0 ? 0.0 : round(100 * $both / $all, 2);
    }

    /**
     * Its runs of three words; of a shorter text the whole of it.
     *
     * @return array<string, true>
     */
    private function shingles(): array {
        if (count($this->words) < self::SHINGLE) {
            return $this->words === [] ? [] : [implode(' ', $this->words) => true];
        }
        $shingles = [];
        for ($i = 0; $i <= count($this->words) - self::SHINGLE; $i++) {
            $shingles[implode(' ', array_slice($this->words, $i, self::SHINGLE))] = true;
        }
        return $shingles;
    }
}
