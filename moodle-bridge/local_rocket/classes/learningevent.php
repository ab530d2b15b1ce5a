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
 * What a learner did, as it goes to the sidecar (LearningEvent in its OpenAPI document).
 *
 * Calls nothing of Moodle, so that it can be tried without one.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class learningevent {
    /** @var string|null who caused it, as the LMS knows them */
    public ?string $actor = null;

    /** @var string|null the course's id */
    public ?string $course = null;

    /** @var string|null the institution's own ID number of the course */
    public ?string $courseidnumber = null;

    /** @var string|null `module:cmid`, such as `quiz:123` */
    public ?string $activity = null;

    /** @var string|null `table:id`, such as `quiz_attempts:991` */
    public ?string $object = null;

    /** @var string|null `web`, `ws`, `cli`, `sweep`, `backfill` */
    public ?string $origin = null;

    /** @var array<string, int|float|bool|string> numbers, truths and short texts, never what a learner wrote */
    public array $data = [];

    /** @var bool keep what this proves, decide nothing */
    public bool $factsonly = false;

    /**
     * What every event has.
     *
     * @param string $id the idempotency key
     * @param string $event Moodle's class with its leading backslash, or a declared `custom.*` name
     * @param int $time when it happened, epoch seconds
     * @param string $user the learner
     */
    public function __construct(
        /** @var string the idempotency key */
        public string $id,
        /** @var string Moodle's class with its leading backslash, or a declared `custom.*` name */
        public string $event,
        /** @var int when it happened, epoch seconds */
        public int $time,
        /** @var string the learner */
        public string $user
    ) {
    }

    /**
     * An id made from what happened, so that the same finding has the same id however often it is found.
     *
     * @param string ...$parts such as the road, the act, the state and the time
     * @return string
     */
    public static function id_of(string ...$parts): string {
        return substr(hash('sha256', implode("\n", $parts)), 0, 40);
    }

    /**
     * The wire form: what is not known is left out.
     *
     * @return array
     */
    public function to_array(): array {
        $wire = [
            'id' => $this->id,
            'event' => $this->event,
            'time' => gmdate('Y-m-d\TH:i:s\Z', $this->time),
            'user' => $this->user,
            'actor' => $this->actor,
            'course' => $this->course,
            'course_idnumber' => $this->courseidnumber,
            'activity' => $this->activity,
            'object' => $this->object,
            'origin' => $this->origin,
            'data' => $this->data ?: null,
            'facts_only' => $this->factsonly ?: null,
        ];
        return array_filter($wire, fn($value) => $value !== null);
    }

    /**
     * The wire form as text.
     *
     * @return string
     */
    public function to_json(): string {
        return json_encode($this->to_array(), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
    }
}
