/** Moodle's event classes, what deeds they report, and the aliases that stand for them: the tables behind `meaning.ts`. */

export interface Deed {
  /** The first part of the act key, `quiz.graded` in `quiz.graded:quiz_attempts:991`. */
  readonly act: string
  /** Where the rest comes from: the object of the event, its activity (as `cm:ID`), its course or its badge. */
  readonly by: 'object' | 'activity' | 'course'
  /** The object belongs to one learner alone, so whoever removes it, that learner's grant is meant. */
  readonly own: boolean
  readonly classes: readonly string[]
}

const QUIZ = '\\mod_quiz\\event\\'
const FORUM = '\\mod_forum\\event\\'
const ASSIGN = '\\mod_assign\\event\\'
const CORE = '\\core\\event\\'
const COMPLETION = `${CORE}course_module_completion_updated`

/** Moodle's own comment event is abstract: these are the ones that fire. */
const COMMENT_MAKERS = [
  '\\block_comments\\event\\comment',
  '\\mod_data\\event\\comment',
  '\\mod_glossary\\event\\comment',
  '\\mod_wiki\\event\\comment',
  '\\assignsubmission_comments\\event\\comment',
]

export const DEEDS: readonly Deed[] = [
  {
    act: 'quiz.graded',
    by: 'object',
    own: true,
    classes: [
      `${QUIZ}attempt_submitted`,
      `${QUIZ}attempt_graded`,
      `${QUIZ}attempt_manual_grading_completed`,
      `${QUIZ}question_manually_graded`,
      `${QUIZ}attempt_regraded`,
      `${QUIZ}attempt_deleted`,
    ],
  },
  { act: 'activity.completed', by: 'activity', own: false, classes: [COMPLETION] },
  { act: 'course.completed', by: 'course', own: false, classes: [`${CORE}course_completed`] },
  {
    act: 'assign.submitted',
    by: 'object',
    own: true,
    classes: [`${ASSIGN}assessable_submitted`, `${ASSIGN}submission_removed`],
  },
  { act: 'assign.graded', by: 'object', own: true, classes: [`${ASSIGN}submission_graded`] },
  { act: 'grade.received', by: 'object', own: true, classes: [`${CORE}user_graded`] },
  {
    act: 'forum.post',
    by: 'object',
    own: true,
    classes: [
      `${FORUM}post_created`,
      `${FORUM}discussion_created`,
      `${FORUM}post_deleted`,
      `${FORUM}discussion_deleted`,
    ],
  },
  { act: 'badge.awarded', by: 'object', own: false, classes: [`${CORE}badge_awarded`, `${CORE}badge_revoked`] },
  { act: 'workshop.submitted', by: 'object', own: true, classes: ['\\mod_workshop\\event\\submission_created'] },
  { act: 'workshop.assessed', by: 'object', own: true, classes: ['\\mod_workshop\\event\\submission_assessed'] },
  {
    act: 'glossary.entry',
    by: 'object',
    own: true,
    classes: ['\\mod_glossary\\event\\entry_created', '\\mod_glossary\\event\\entry_deleted'],
  },
  { act: 'glossary.approved', by: 'object', own: true, classes: ['\\mod_glossary\\event\\entry_approved'] },
  {
    act: 'database.entry',
    by: 'object',
    own: true,
    classes: ['\\mod_data\\event\\record_created', '\\mod_data\\event\\record_deleted'],
  },
  { act: 'wiki.page', by: 'object', own: false, classes: ['\\mod_wiki\\event\\page_created'] },
  {
    act: 'comment.posted',
    by: 'object',
    own: true,
    classes: COMMENT_MAKERS.flatMap((maker) => [`${maker}_created`, `${maker}_deleted`]),
  },
  {
    act: 'blog.entry',
    by: 'object',
    own: true,
    classes: [`${CORE}blog_entry_created`, `${CORE}blog_entry_deleted`],
  },
  // By activity: a log does not say which answer it was.
  { act: 'feedback.submitted', by: 'activity', own: false, classes: ['\\mod_feedback\\event\\response_submitted'] },
  { act: 'choice.answered', by: 'activity', own: false, classes: ['\\mod_choice\\event\\answer_created'] },
  { act: 'cohort.joined', by: 'object', own: false, classes: [`${CORE}cohort_member_added`] },
  { act: 'group.joined', by: 'object', own: false, classes: [`${CORE}group_member_added`] },
  { act: 'course.enrolled', by: 'course', own: false, classes: [`${CORE}user_enrolment_created`] },
]

/** Moodle's own activity modules (4.5 and 5.x): each has its own `course_module_viewed` class. */
const MODULES = (
  'assign bigbluebuttonbn book chat choice data feedback folder forum glossary h5pactivity imscp label lesson lti ' +
  'page qbank quiz resource scorm survey subsection url wiki workshop'
).split(' ')

/** Alias → the classes that carry it. The first class is what the alias itself stands for on the wire. */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'quiz.graded': [
    `${QUIZ}attempt_graded`,
    `${QUIZ}attempt_submitted`,
    `${QUIZ}attempt_manual_grading_completed`,
    `${QUIZ}question_manually_graded`,
    `${QUIZ}attempt_regraded`,
  ],
  'quiz.submitted': [`${QUIZ}attempt_submitted`],
  'quiz.regraded': [`${QUIZ}attempt_regraded`],
  'quiz.deleted': [`${QUIZ}attempt_deleted`],
  'activity.completed': [COMPLETION],
  'activity.uncompleted': [COMPLETION],
  'activity.viewed': MODULES.map((module) => `\\mod_${module}\\event\\course_module_viewed`),
  'course.completed': [`${CORE}course_completed`],
  'course.viewed': [`${CORE}course_viewed`, `${CORE}section_viewed`],
  'course.enrolled': [`${CORE}user_enrolment_created`],
  'assign.submitted': [`${ASSIGN}assessable_submitted`],
  'assign.graded': [`${ASSIGN}submission_graded`],
  'assign.removed': [`${ASSIGN}submission_removed`],
  'grade.received': [`${CORE}user_graded`],
  'forum.post': [`${FORUM}post_created`, `${FORUM}discussion_created`],
  'forum.discussion': [`${FORUM}discussion_created`],
  'forum.post_deleted': [`${FORUM}post_deleted`, `${FORUM}discussion_deleted`],
  'badge.awarded': [`${CORE}badge_awarded`],
  'badge.revoked': [`${CORE}badge_revoked`],
  'lesson.ended': ['\\mod_lesson\\event\\lesson_ended'],
  'scorm.scored': ['\\mod_scorm\\event\\scoreraw_submitted'],
  'h5p.attempted': ['\\mod_h5pactivity\\event\\statement_received'],
  'workshop.submitted': ['\\mod_workshop\\event\\submission_created'],
  'workshop.assessed': ['\\mod_workshop\\event\\submission_assessed'],
  'glossary.entry': ['\\mod_glossary\\event\\entry_created'],
  'glossary.approved': ['\\mod_glossary\\event\\entry_approved'],
  'glossary.deleted': ['\\mod_glossary\\event\\entry_deleted'],
  'database.entry': ['\\mod_data\\event\\record_created'],
  'database.deleted': ['\\mod_data\\event\\record_deleted'],
  'wiki.page': ['\\mod_wiki\\event\\page_created'],
  'comment.posted': COMMENT_MAKERS.map((maker) => `${maker}_created`),
  'comment.deleted': COMMENT_MAKERS.map((maker) => `${maker}_deleted`),
  'blog.entry': [`${CORE}blog_entry_created`],
  'blog.deleted': [`${CORE}blog_entry_deleted`],
  'feedback.submitted': ['\\mod_feedback\\event\\response_submitted'],
  'choice.answered': ['\\mod_choice\\event\\answer_created'],
  'cohort.joined': [`${CORE}cohort_member_added`],
  'group.joined': [`${CORE}group_member_added`],
  login: [`${CORE}user_loggedin`],
}

/** Names that Moodle used once, or that people write from memory, and the alias each stands for. */
export const OLD_NAMES: Readonly<Record<string, string>> = {
  '\\core\\event\\quiz_attempt_submitted': 'quiz.graded',
}

/** Meanings that exist only once there is a grade. */
export const GRADED: ReadonlySet<string> = new Set(['quiz.graded', 'assign.graded', 'grade.received'])

/** Facts about learners that `requires` reads are kept from these classes. */
export const FACT_CLASSES = {
  badgeAwarded: `${CORE}badge_awarded`,
  badgeRevoked: `${CORE}badge_revoked`,
  courseCompleted: `${CORE}course_completed`,
  activityCompletion: COMPLETION,
} as const
