/**
 * What Moodle's event classes mean. One table: rules listen to meanings (aliases such as `quiz.graded`), and each class
 * that stands for a deed gives it one *act key*, the same for every class that reports it, so that one deed pays once.
 */
import type { LearningEvent } from './learning-event.js'

interface Deed {
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

const DEEDS: readonly Deed[] = [
  {
    act: 'quiz.graded',
    by: 'object',
    own: true,
    classes: [
      `${QUIZ}attempt_submitted`,
      `${QUIZ}attempt_graded`,
      `${QUIZ}attempt_manual_grading_completed`,
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
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'quiz.graded': [
    `${QUIZ}attempt_graded`,
    `${QUIZ}attempt_submitted`,
    `${QUIZ}attempt_manual_grading_completed`,
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
const OLD_NAMES: Readonly<Record<string, string>> = {
  '\\core\\event\\quiz_attempt_submitted': 'quiz.graded',
}

/** Meanings that exist only once there is a grade. */
const GRADED: ReadonlySet<string> = new Set(['quiz.graded', 'assign.graded', 'grade.received'])

/** Facts about learners that `requires` reads are kept from these classes. */
export const FACT_CLASSES = {
  badgeAwarded: `${CORE}badge_awarded`,
  badgeRevoked: `${CORE}badge_revoked`,
  courseCompleted: `${CORE}course_completed`,
  activityCompletion: COMPLETION,
} as const

const CLASS_NAME = /^\\[a-z][a-z0-9_]*(?:\\[a-z0-9_]+)*\\event\\[a-z0-9_]+$/
const CUSTOM_NAME = /^custom\.[a-z0-9_]+(?:\.[a-z0-9_]+)*$/

const deedOfClass = new Map(DEEDS.flatMap((deed) => deed.classes.map((name) => [name, deed] as const)))
const gradedClasses = new Set([...GRADED].flatMap((alias) => ALIASES[alias] ?? []))
const knownClasses = new Set([...Object.values(ALIASES).flat(), ...deedOfClass.keys()])

export const aliases: readonly string[] = Object.keys(ALIASES)
export const classNames: readonly string[] = [...knownClasses].sort()
export const isCustomName = (name: string): boolean => CUSTOM_NAME.test(name)
export const isKnownClass = (name: string): boolean => knownClasses.has(name)

/** What a rule may name under `event`, resolved. */
export interface Listening {
  /** The classes (or the custom name) to listen to. */
  readonly classes: readonly string[]
  /** The meaning that narrows them, where the rule named one. */
  readonly alias: string | null
}

/**
 * Resolves a name as a rule or a sender writes it: an alias, a class with or without its leading backslash, an old name,
 * or a `custom.*` name. Null: it is none of these.
 */
export function resolveName(written: string): Listening | null {
  if (Object.hasOwn(ALIASES, written)) return { classes: ALIASES[written] ?? [], alias: written }
  if (CUSTOM_NAME.test(written)) return { classes: [written], alias: null }
  const name = written.startsWith('\\') ? written : `\\${written}`
  const old = Object.hasOwn(OLD_NAMES, name) ? OLD_NAMES[name] : undefined
  if (old) return resolveName(old)
  return CLASS_NAME.test(name) ? { classes: [name], alias: null } : null
}

/** The one name under which an event on the wire is kept. Null: not a name at all. */
export function canonicalName(written: string): string | null {
  return resolveName(written)?.classes[0] ?? null
}

const COMPLETE = new Set<unknown>([1, 2, '1', '2', 'complete', 'complete_pass'])

/** Whether a completion event says *complete* (Moodle's states 1 and 2). One that names no state is taken at its word. */
export function saysComplete(event: LearningEvent): boolean {
  const state = event.data.state
  return state === undefined || COMPLETE.has(state)
}

/** Whether this event, of one of the alias's classes, really means the alias. */
export function meansAlias(event: LearningEvent, alias: string): boolean {
  if (alias === 'activity.completed') return saysComplete(event)
  if (alias === 'activity.uncompleted') return !saysComplete(event)
  return true
}

/** Whether the alias waits for a grade, so that an event without `score` uses up nothing. */
export const waitsForGrade = (alias: string | null): boolean => alias !== null && GRADED.has(alias)

/** Whether the class is one whose score may come later. */
export const isGradedClass = (event: string): boolean => gradedClasses.has(event)

/**
 * The act key: the deed this event reports, the same whatever class or road brings it. Null where a class stands for no
 * single deed (a view, a login), or where the event lacks the object.
 */
export function actOf(event: LearningEvent): string | null {
  const deed = deedOfClass.get(event.event)
  if (!deed) return null
  if (deed.by === 'object') return event.object === null ? null : `${deed.act}:${event.object}`
  if (deed.by === 'course') return event.course === null ? null : `${deed.act}:course:${event.course}`
  const cmid = event.activity?.split(':')[1]
  return cmid === undefined ? null : `${deed.act}:cm:${cmid}`
}

/** The name of the deed that a class reports, `forum.post`; null where it stands for no single deed. */
export const deedNameOf = (event: string): string | null => deedOfClass.get(event)?.act ?? null

/** Whether the deed's object belongs to one learner alone (a post), rather than being shared (a badge, an activity). */
export const ownedByLearner = (event: LearningEvent): boolean => deedOfClass.get(event.event)?.own ?? false
