/**
 * From the English names that a log export shows to Moodle's own. The names are facts of Moodle's language files
 * (`pluginname` for a component, `event…` for an event): those of 5.x, and what exports of Moodle 3 from 2017 to 2021
 * show. An export holds no class names.
 */

/** Component as shown → as Moodle calls it. Where versions differ, both stand here. */
const COMPONENTS: Readonly<Record<string, string>> = {
  System: 'core',
  Assignment: 'mod_assign',
  'File submissions': 'assignsubmission_file',
  'Online text submissions': 'assignsubmission_onlinetext',
  'Submission comments': 'assignsubmission_comments',
  Attendance: 'mod_attendance',
  BigBlueButton: 'mod_bigbluebuttonbn',
  BigBlueButtonBN: 'mod_bigbluebuttonbn',
  Book: 'mod_book',
  Chat: 'mod_chat',
  Choice: 'mod_choice',
  Comments: 'block_comments',
  'Custom certificate': 'mod_customcert',
  Database: 'mod_data',
  'External tool': 'mod_lti',
  Feedback: 'mod_feedback',
  File: 'mod_resource',
  Folder: 'mod_folder',
  Forum: 'mod_forum',
  Glossary: 'mod_glossary',
  H5P: 'mod_h5pactivity',
  'IMS content package': 'mod_imscp',
  'Interactive Content': 'mod_hvp',
  Label: 'mod_label',
  Lesson: 'mod_lesson',
  Page: 'mod_page',
  'Question bank': 'mod_qbank',
  Questionnaire: 'mod_questionnaire',
  Quiz: 'mod_quiz',
  'SCORM package': 'mod_scorm',
  Subsection: 'mod_subsection',
  Survey: 'mod_survey',
  'Text and media area': 'mod_label',
  'Turnitin Assignment 2': 'mod_turnitintooltwo',
  URL: 'mod_url',
  Wiki: 'mod_wiki',
  Workshop: 'mod_workshop',
}

const COMMENTS = { 'Comment created': 'comment_created', 'Comment deleted': 'comment_deleted' }
const SUBMISSIONS = { 'Submission created.': 'submission_created', 'Submission updated.': 'submission_updated' }

/** Component → event as shown → the last part of its class: what learners do, and what is done about it. */
const EVENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  core: {
    'Badge awarded': 'badge_awarded',
    'Badge revoked': 'badge_revoked',
    'Blog entry added': 'blog_entry_created',
    'Blog entry deleted': 'blog_entry_deleted',
    'Blog entry updated': 'blog_entry_updated',
    // The class that it inherits is abstract; in a log, core's own comments are those on blog entries.
    'Comment created': 'blog_comment_created',
    'Comment deleted': 'blog_comment_deleted',
    'Course activity completion updated': 'course_module_completion_updated',
    'Course completed': 'course_completed',
    'Course viewed': 'course_viewed',
    'Group member added': 'group_member_added',
    'Section viewed': 'section_viewed',
    'User added to a cohort': 'cohort_member_added',
    'User enrolled in course': 'user_enrolment_created',
    'User graded': 'user_graded',
    'User has logged in': 'user_loggedin',
  },
  mod_assign: {
    'A submission has been submitted.': 'assessable_submitted',
    'Feedback viewed': 'feedback_viewed',
    'Submission confirmation form viewed.': 'submission_confirmation_form_viewed',
    'Submission form viewed.': 'submission_form_viewed',
    'Submission removed.': 'submission_removed',
    'The status of the submission has been updated.': 'submission_status_updated',
    'The status of the submission has been viewed.': 'submission_status_viewed',
    'The submission has been graded.': 'submission_graded',
    'The user duplicated their submission.': 'submission_duplicated',
    'The user has accepted the statement of the submission.': 'statement_accepted',
  },
  assignsubmission_file: { ...SUBMISSIONS, 'A file has been uploaded.': 'assessable_uploaded' },
  assignsubmission_onlinetext: { ...SUBMISSIONS, 'An online text has been uploaded.': 'assessable_uploaded' },
  assignsubmission_comments: COMMENTS,
  block_comments: COMMENTS,
  mod_bigbluebuttonbn: {
    // Until it became part of Moodle, the module had its own name for its course_module_viewed.
    'Activity viewed': 'course_module_viewed',
    'Meeting created': 'meeting_created',
    'Meeting joined': 'meeting_joined',
    'Meeting left': 'meeting_left',
    'Recording viewed': 'recording_viewed',
  },
  mod_book: { 'Chapter viewed': 'chapter_viewed' },
  mod_choice: {
    'Choice answer added': 'answer_created',
    'Choice answer deleted': 'answer_deleted',
    'Choice made': 'answer_submitted',
    'Choice updated': 'answer_updated',
  },
  mod_data: {
    ...COMMENTS,
    'Record created': 'record_created',
    'Record deleted': 'record_deleted',
    'Record updated': 'record_updated',
  },
  mod_feedback: { 'Response submitted': 'response_submitted' },
  mod_folder: { 'Zip archive of folder downloaded': 'all_files_downloaded' },
  mod_forum: {
    'Discussion created': 'discussion_created',
    'Discussion deleted': 'discussion_deleted',
    'Discussion viewed': 'discussion_viewed',
    'Post created': 'post_created',
    'Post deleted': 'post_deleted',
    'Post updated': 'post_updated',
    'Some content has been posted.': 'assessable_uploaded',
  },
  mod_glossary: {
    ...COMMENTS,
    'Entry has been approved': 'entry_approved',
    'Entry has been created': 'entry_created',
    'Entry has been deleted': 'entry_deleted',
    'Entry has been updated': 'entry_updated',
    'Entry has been viewed': 'entry_viewed',
  },
  mod_h5pactivity: { 'xAPI statement received': 'statement_received' },
  mod_lesson: {
    'Content page viewed': 'content_page_viewed',
    'Lesson ended': 'lesson_ended',
    'Lesson restarted': 'lesson_restarted',
    'Lesson resumed': 'lesson_resumed',
    'Lesson started': 'lesson_started',
    'Question answered': 'question_answered',
    'Question viewed': 'question_viewed',
  },
  mod_questionnaire: { 'Responses submitted': 'attempt_submitted' },
  mod_quiz: {
    'Quiz attempt abandoned': 'attempt_abandoned',
    'Quiz attempt deleted': 'attempt_deleted',
    'Quiz attempt graded': 'attempt_graded',
    'Quiz attempt manual grading complete': 'attempt_manual_grading_completed',
    'Quiz attempt regraded': 'attempt_regraded',
    'Quiz attempt reviewed': 'attempt_reviewed',
    'Quiz attempt started': 'attempt_started',
    'Quiz attempt submitted': 'attempt_submitted',
    'Quiz attempt summary viewed': 'attempt_summary_viewed',
    'Quiz attempt viewed': 'attempt_viewed',
    'Question manually graded': 'question_manually_graded',
  },
  mod_scorm: {
    'Sco launched': 'sco_launched',
    'Submitted SCORM raw score': 'scoreraw_submitted',
    'Submitted SCORM status': 'status_submitted',
  },
  mod_wiki: {
    ...COMMENTS,
    'Wiki page created': 'page_created',
    'Wiki page updated': 'page_updated',
    'Wiki page viewed': 'page_viewed',
  },
  mod_workshop: {
    'A submission has been uploaded.': 'assessable_uploaded',
    'Submission assessed': 'submission_assessed',
    'Submission created': 'submission_created',
    'Submission re-assessed': 'submission_reassessed',
    'Submission updated': 'submission_updated',
    'Submission viewed': 'submission_viewed',
  },
}

/** `Course module viewed` names its module in the description; some plugins share a display name. */
const MODULE_VIEWED = 'Course module viewed'

/** The class of an event, `\component\event\name`. Null: a name that is not known. */
export function classOf(component: string, name: string, quotedModule: string | null): string | null {
  const known = lookUp(COMPONENTS, component)
  if (name === MODULE_VIEWED) {
    const module = quotedModule ?? moduleOf(component)
    return module === null ? null : `\\mod_${module}\\event\\course_module_viewed`
  }
  const events = known === null ? null : lookUp(EVENTS, known)
  const last = events === null ? null : lookUp(events, name)
  return last === null ? null : `\\${known}\\event\\${last}`
}

/** The activity module behind a component or the first words of an event context, `File` or `Quiz`. Null: none, or unknown. */
export function moduleOf(shown: string): string | null {
  const component = lookUp(COMPONENTS, shown)
  if (component?.startsWith('assignsubmission_')) return 'assign'
  return component?.startsWith('mod_') ? component.slice('mod_'.length) : null
}

/** Every class that a log export can bring, but for the views of plugins' modules. */
export const logClasses: readonly string[] = [
  ...Object.entries(EVENTS).flatMap(([component, names]) =>
    Object.values(names).map((name) => `\\${component}\\event\\${name}`),
  ),
  ...Object.values(COMPONENTS)
    .filter((component) => component.startsWith('mod_'))
    .map((component) => `\\${component}\\event\\course_module_viewed`),
]

function lookUp<T>(table: Readonly<Record<string, T>>, key: string): T | null {
  return Object.hasOwn(table, key) ? (table[key] ?? null) : null
}
