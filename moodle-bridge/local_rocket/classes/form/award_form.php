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

namespace local_rocket\form;

use local_rocket\award_check;
use local_rocket\award_list;
use local_rocket\awards;
use local_rocket\course_people;

defined('MOODLE_INTERNAL') || die();
global $CFG;
require_once($CFG->libdir . '/formslib.php');

/**
 * Awarding points by hand: what for, and to whom (chosen, a group, or a list).
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class award_form extends \moodleform {
    /** @var int learners that a field to choose from can hold; in larger courses they come by group or list */
    private const MOST = 2000;

    /** @var int bytes of an uploaded list */
    private const LARGEST = 1048576;

    /** @var int[] who was chosen, once it is validated */
    private array $chosen = [];

    /**
     * Who was chosen.
     *
     * @return int[]
     */
    public function chosen(): array {
        return $this->chosen;
    }

    #[\Override]
    protected function definition() {
        global $USER;
        $form = $this->_form;
        $people = $this->people();
        $form->addElement('hidden', 'courseid', $people->course->id);
        $form->setType('courseid', PARAM_INT);
        // Sent twice, it is awarded once.
        $form->addElement('hidden', 'batch', \core\uuid::generate());
        $form->setType('batch', PARAM_ALPHANUMEXT);

        $form->addElement('select', 'event', get_string('award_event', 'local_rocket'), awards::events());
        $learners = $people->learners();
        unset($learners[$USER->id]);
        if (count($learners) <= self::MOST) {
            $names = array_map('fullname', $learners);
            $label = get_string('award_learners', 'local_rocket');
            $form->addElement('autocomplete', 'learners', $label, $names, ['multiple' => true]);
        }
        $groups = $people->groups();
        if ($groups !== []) {
            $choice = [0 => get_string('award_nogroup', 'local_rocket')] + $groups;
            $form->addElement('select', 'groupid', get_string('award_group', 'local_rocket'), $choice);
        }
        $form->addElement('textarea', 'list', get_string('award_list', 'local_rocket'), ['rows' => 3]);
        $form->setType('list', PARAM_RAW);
        $form->addHelpButton('list', 'award_list', 'local_rocket');
        $accepted = ['accepted_types' => ['.csv', '.txt'], 'maxbytes' => self::LARGEST];
        $form->addElement('filepicker', 'listfile', get_string('award_file', 'local_rocket'), null, $accepted);
        $form->addElement('text', 'note', get_string('award_note', 'local_rocket'), ['maxlength' => 255, 'size' => 48]);
        $form->setType('note', PARAM_TEXT);
        $form->addHelpButton('note', 'award_note', 'local_rocket');
        $this->add_action_buttons(false, get_string('award_give', 'local_rocket'));
    }

    #[\Override]
    public function validation($data, $files) {
        global $USER;
        $errors = parent::validation($data, $files);
        $people = $this->people();
        if (!isset(awards::events()[$data['event'] ?? ''])) {
            $errors['event'] = get_string('award_noevent', 'local_rocket');
        }
        if (\core_text::strlen($data['note']) > 255) {
            $errors['note'] = get_string('maximumchars', '', 255);
        }
        $list = new award_list($people->learners());
        $list->read($data['list']);
        $errors += self::said('list', $list->faults);
        $file = new award_list($people->learners());
        $file->read(self::uploaded((int)($data['listfile'] ?? 0)));
        $errors += self::said('listfile', $file->faults);

        $group = empty($data['groupid']) ? [] : array_keys($people->learners((int)$data['groupid']));
        // Whoever awards to a group they are in means the others.
        $group = array_diff($group, [$USER->id]);
        $ids = array_map('intval', array_merge($data['learners'] ?? [], $group, $list->found, $file->found));
        $this->chosen = array_values(array_unique($ids));
        if ($errors !== []) {
            return $errors;
        }
        return self::said('event', $this->chosen === [] ? [get_string('award_nobody', 'local_rocket')]
            : (new award_check($people))->faults($this->chosen));
    }

    /**
     * The course's people.
     *
     * @return course_people
     */
    private function people(): course_people {
        return $this->_customdata['people'];
    }

    /**
     * Sentences as the errors of a field.
     *
     * @param string $field
     * @param string[] $faults plain text
     * @return string[]
     */
    private static function said(string $field, array $faults): array {
        return $faults === [] ? [] : [$field => implode('<br>', array_map('s', $faults))];
    }

    /**
     * What is in an uploaded file.
     *
     * @param int $draft the id of its draft area
     * @return string
     */
    private static function uploaded(int $draft): string {
        global $USER;
        $context = \context_user::instance($USER->id);
        $files = $draft === 0 ? []
            : get_file_storage()->get_area_files($context->id, 'user', 'draft', $draft, 'id DESC', false, 0, 0, 1);
        return $files === [] ? '' : reset($files)->get_content();
    }
}
