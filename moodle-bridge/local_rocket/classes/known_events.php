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
 * Every event class that has a meaning for the sidecar: what is kept before its own list was ever fetched.
 *
 * A test holds it against the sidecar's table (sidecar/domain/moodle-events.ts).
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class known_events {
    /** @var string[] class names with their leading backslash */
    public const ALL = [
        '\assignsubmission_comments\event\comment_created',
        '\assignsubmission_comments\event\comment_deleted',
        '\block_comments\event\comment_created',
        '\block_comments\event\comment_deleted',
        '\core\event\badge_awarded',
        '\core\event\badge_revoked',
        '\core\event\blog_entry_created',
        '\core\event\blog_entry_deleted',
        '\core\event\cohort_member_added',
        '\core\event\course_completed',
        '\core\event\course_module_completion_updated',
        '\core\event\course_viewed',
        '\core\event\group_member_added',
        '\core\event\section_viewed',
        '\core\event\user_enrolment_created',
        '\core\event\user_graded',
        '\core\event\user_loggedin',
        '\mod_assign\event\assessable_submitted',
        '\mod_assign\event\course_module_viewed',
        '\mod_assign\event\submission_graded',
        '\mod_assign\event\submission_removed',
        '\mod_bigbluebuttonbn\event\course_module_viewed',
        '\mod_book\event\course_module_viewed',
        '\mod_chat\event\course_module_viewed',
        '\mod_choice\event\answer_created',
        '\mod_choice\event\course_module_viewed',
        '\mod_data\event\comment_created',
        '\mod_data\event\comment_deleted',
        '\mod_data\event\course_module_viewed',
        '\mod_data\event\record_created',
        '\mod_data\event\record_deleted',
        '\mod_feedback\event\course_module_viewed',
        '\mod_feedback\event\response_submitted',
        '\mod_folder\event\course_module_viewed',
        '\mod_forum\event\course_module_viewed',
        '\mod_forum\event\discussion_created',
        '\mod_forum\event\discussion_deleted',
        '\mod_forum\event\post_created',
        '\mod_forum\event\post_deleted',
        '\mod_glossary\event\comment_created',
        '\mod_glossary\event\comment_deleted',
        '\mod_glossary\event\course_module_viewed',
        '\mod_glossary\event\entry_approved',
        '\mod_glossary\event\entry_created',
        '\mod_glossary\event\entry_deleted',
        '\mod_h5pactivity\event\course_module_viewed',
        '\mod_h5pactivity\event\statement_received',
        '\mod_imscp\event\course_module_viewed',
        '\mod_label\event\course_module_viewed',
        '\mod_lesson\event\course_module_viewed',
        '\mod_lesson\event\lesson_ended',
        '\mod_lti\event\course_module_viewed',
        '\mod_page\event\course_module_viewed',
        '\mod_qbank\event\course_module_viewed',
        '\mod_quiz\event\attempt_deleted',
        '\mod_quiz\event\attempt_graded',
        '\mod_quiz\event\attempt_manual_grading_completed',
        '\mod_quiz\event\attempt_regraded',
        '\mod_quiz\event\attempt_submitted',
        '\mod_quiz\event\course_module_viewed',
        '\mod_quiz\event\question_manually_graded',
        '\mod_resource\event\course_module_viewed',
        '\mod_scorm\event\course_module_viewed',
        '\mod_scorm\event\scoreraw_submitted',
        '\mod_subsection\event\course_module_viewed',
        '\mod_survey\event\course_module_viewed',
        '\mod_url\event\course_module_viewed',
        '\mod_wiki\event\comment_created',
        '\mod_wiki\event\comment_deleted',
        '\mod_wiki\event\course_module_viewed',
        '\mod_wiki\event\page_created',
        '\mod_workshop\event\course_module_viewed',
        '\mod_workshop\event\submission_assessed',
        '\mod_workshop\event\submission_created',
    ];
}
