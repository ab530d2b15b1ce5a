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

use local_rocket\learningevent;

/**
 * Quiz attempts: every road to a grade ends here, and an attempt without one yet simply has no score.
 *
 * Moodle 4.5 grades before it says "submitted", 5.0 after it; a person may grade days later. The score is that of the
 * attempt, in percent of what could be reached.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class quiz extends family {
    /** @var string every question of an attempt is graded: only where learners are written to about it */
    private const GRADED_BY_PERSON = '\mod_quiz\event\attempt_manual_grading_completed';

    /** @var string somebody graded one question of an attempt */
    private const QUESTION_GRADED = '\mod_quiz\event\question_manually_graded';

    /** @var int seconds below which an answer may have been too fast to have been read */
    private const RAPID = 10;

    /** @var float part of the item's usual time below which it is */
    private const RAPID_PART = 0.1;

    #[\Override]
    public static function events(): array {
        return [
            '\mod_quiz\event\attempt_submitted',
            '\mod_quiz\event\attempt_graded',
            self::GRADED_BY_PERSON,
            self::QUESTION_GRADED,
            '\mod_quiz\event\attempt_regraded',
        ];
    }

    #[\Override]
    public function subjects(\stdClass $row): array {
        global $DB;
        if ($row->eventname !== self::QUESTION_GRADED) {
            return parent::subjects($row);
        }
        $learner = $DB->get_field('quiz_attempts', 'userid', ['id' => self::attempt_of($row)]);
        return $learner ? [(int)$learner] : [];
    }

    #[\Override]
    public function enrich(\stdClass $row, learningevent $event): void {
        global $DB;
        $sql = "SELECT a.*, q.sumgrades AS most, q.grade AS quizgrade, gi.gradepass
                  FROM {quiz_attempts} a
                  JOIN {quiz} q ON q.id = a.quiz
             LEFT JOIN {grade_items} gi ON gi.itemtype = 'mod' AND gi.itemmodule = 'quiz' AND gi.iteminstance = q.id
                       AND gi.itemnumber = 0
                 WHERE a.id = :id";
        $attempt = $DB->get_record_sql($sql, ['id' => self::attempt_of($row)]);
        if (!$attempt) {
            return;
        }
        if ($attempt->preview) {
            throw new not_counted('preview');
        }
        $graded = $attempt->sumgrades !== null;
        if ($row->eventname === self::QUESTION_GRADED) {
            if (!$graded) {
                throw new not_counted('notgradedyet');
            }
            // The last question of the attempt: that it is graded now is what the sidecar waits for.
            $event->event = self::GRADED_BY_PERSON;
            $event->object = 'quiz_attempts:' . $attempt->id;
        }
        $score = self::percent($graded ? (float)$attempt->sumgrades : null, (float)$attempt->most);
        $passes = (float)$attempt->gradepass > 0 && $score !== null;
        $spent = $attempt->timefinish > 0 ? $attempt->timefinish - $attempt->timestart : null;
        self::add($event, [
            'score' => $score,
            'passed' => $passes ? $score / 100 * $attempt->quizgrade >= (float)$attempt->gradepass : null,
            'attempt' => (int)$attempt->attempt,
            'duration_seconds' => $spent === null ? null : max(0, (int)$spent),
            'items' => $items = $this->items($attempt),
            'rapid_items' => $this->rapid_items($attempt, $items),
            'graded_by' => $event->event === self::GRADED_BY_PERSON ? 'person' : null,
        ]);
    }

    /**
     * The attempt that an event is about.
     *
     * @param \stdClass $row
     * @return int
     */
    private static function attempt_of(\stdClass $row): int {
        return (int)($row->eventname === self::QUESTION_GRADED ? $row->other['attemptid'] ?? 0 : $row->objectid);
    }

    /**
     * How many questions the attempt has; a text between them is none.
     *
     * @param \stdClass $attempt
     * @return int
     */
    private function items(\stdClass $attempt): int {
        global $DB;
        $where = "questionusageid = :usage AND behaviour <> 'informationitem'";
        return $DB->count_records_select('question_attempts', $where, ['usage' => $attempt->uniqueid]);
    }

    /**
     * How many items were answered too fast to have been read: in less than a tenth of what an item of this quiz usually
     * takes, and less than ten seconds.
     *
     * Moodle keeps when a page was saved, not when an item was read: the time since the page before is shared among the
     * items of a page. An item that was never answered is not among them.
     *
     * @param \stdClass $attempt
     * @param int $items
     * @return int|null null: not to be told
     */
    private function rapid_items(\stdClass $attempt, int $items): ?int {
        global $DB;
        if ($items === 0 || $attempt->timefinish <= 0) {
            return null;
        }
        $usual = $DB->get_field_sql(
            "SELECT AVG(timefinish - timestart) FROM {quiz_attempts} WHERE quiz = :quiz AND timefinish > 0 AND preview = 0",
            ['quiz' => $attempt->quiz]
        ) / $items;
        $answered = $DB->get_fieldset_sql(
            "SELECT MIN(s.timecreated)
               FROM {question_attempts} qa
               JOIN {question_attempt_steps} s ON s.questionattemptid = qa.id AND s.sequencenumber > 0
                    AND s.state <> 'gaveup'
              WHERE qa.questionusageid = :usage AND qa.behaviour <> 'informationitem'
           GROUP BY qa.id",
            ['usage' => $attempt->uniqueid]
        );
        $pages = array_count_values($answered);
        ksort($pages);
        $rapid = 0;
        $before = (int)$attempt->timestart;
        foreach ($pages as $time => $count) {
            if (($time - $before) / $count < min(self::RAPID, self::RAPID_PART * $usual)) {
                $rapid += $count;
            }
            $before = $time;
        }
        return $rapid;
    }
}
