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

/**
 * Rocket's block.
 *
 * @package   block_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use local_rocket\account;
use local_rocket\output\account_view;

/**
 * Shows the account of who looks.
 *
 * @package   block_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class block_rocket extends block_base {
    #[\Override]
    public function init() {
        $this->title = get_string('pluginname', 'block_rocket');
    }

    #[\Override]
    public function specialization() {
        if (!empty($this->config->title)) {
            $this->title = format_string($this->config->title, true, ['context' => $this->context]);
        }
    }

    #[\Override]
    public function applicable_formats() {
        return ['course-view' => true, 'my' => true, 'site' => true, 'mod' => false];
    }

    #[\Override]
    public function instance_allow_multiple() {
        return false;
    }

    #[\Override]
    public function get_content() {
        global $OUTPUT;
        if ($this->content !== null) {
            return $this->content;
        }
        $this->content = (object)['text' => '', 'footer' => ''];
        if (!isloggedin() || isguestuser() || !has_capability('local/rocket:view', context_system::instance())) {
            return $this->content;
        }
        $account = account::of_current_user();
        $state = $account->state();
        $staff = $state->is_blank() ? $this->staff_links() : [];
        if ($staff !== []) {
            $this->content->text = $OUTPUT->render_from_template('block_rocket/staff', ['links' => $staff]);
            return $this->content;
        }
        $shown = (new account_view($account, $state))->shown();
        $this->content->text = $OUTPUT->render_from_template('block_rocket/content', $shown);
        if ($shown['known'] && $shown['refresh']) {
            $this->page->requires->js_call_amd('block_rocket/block', 'refresh');
        }
        return $this->content;
    }

    /**
     * What those who teach here and earn nothing here can do instead.
     *
     * @return array[] name, url; none: they learn here
     */
    private function staff_links(): array {
        $course = $this->page->course;
        $context = context_course::instance($course->id);
        if ($course->id == SITEID || has_capability('local/rocket:earn', $context, null, false)) {
            return [];
        }
        $links = [];
        foreach (['award' => 'local/rocket:award', 'report' => 'local/rocket:viewreport'] as $page => $capability) {
            if (has_capability($capability, $context)) {
                $url = new moodle_url("/local/rocket/$page.php", ['courseid' => $course->id]);
                $links[] = ['name' => get_string($page, 'local_rocket'), 'url' => $url->out(false)];
            }
        }
        return $links;
    }
}
