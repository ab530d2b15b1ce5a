/**
 * What the Description of a log record says: who, to whom, in which course and activity, about which row. Its sentences
 * are those of `get_description()` in Moodle's event classes, in English whatever the site speaks: checked against those
 * of 5.x, and against exports of Moodle 3 from 2017 to 2021.
 */

/** User 0 and -1 are Moodle itself, 1 is the guest that visitors share. */
const NOBODY: ReadonlySet<string> = new Set(['0', '-1', '1'])

const USER = /\buser with (?:the )?id '?(-?\d+)/gi
/** The last match counts: some sentences quote what a learner's browser sent, and the ids follow after it. */
const COURSE = /^.*\b(?:course with (?:the )?id|the course id) '?(\d+)/is
const CMID = /^.*\bcourse module (?:with )?id '?(\d+)/is
const QUOTED_MODULE = /'([a-z][a-z0-9_]*)' activity with course module id/
const COMPLETION_STATE = /overrode the completion state to '(\d)'/
const FILES = /uploaded '(\d+)' file/
const WORDS = /online text submission with '(\d+)' words/

/** People named in a description, first the one who did it. */
export const peopleIn = (description: string): string[] => Array.from(description.matchAll(USER), (match) => match[1]!)

export const courseIn = (description: string): string | null => COURSE.exec(description)?.[1] ?? null
export const cmidIn = (description: string): string | null => CMID.exec(description)?.[1] ?? null
export const moduleIn = (description: string): string | null => QUOTED_MODULE.exec(description)?.[1] ?? null

const QUIZ = '\\mod_quiz\\event\\'
const ASSIGN = '\\mod_assign\\event\\'
const FORUM = '\\mod_forum\\event\\'
const WORKSHOP = '\\mod_workshop\\event\\'
const GLOSSARY = '\\mod_glossary\\event\\'

interface Row {
  readonly table: string
  /** What stands before the id. */
  readonly words: string
  readonly classes: readonly string[]
}

const many = (prefix: string, names: string): string[] => names.split(' ').map((name) => prefix + name)

const ROWS: readonly Row[] = [
  {
    table: 'quiz_attempts',
    words: 'attempt with id',
    classes: [
      ...many(
        `${QUIZ}attempt_`,
        'abandoned deleted graded manual_grading_completed regraded reviewed started submitted summary_viewed viewed',
      ),
      `${QUIZ}question_manually_graded`,
    ],
  },
  {
    table: 'assign_submission',
    words: 'submission with id',
    classes: [
      ...many(ASSIGN, 'assessable_submitted submission_removed submission_status_updated statement_accepted'),
      '\\assignsubmission_file\\event\\assessable_uploaded',
      '\\assignsubmission_onlinetext\\event\\assessable_uploaded',
    ],
  },
  { table: 'assign_grades', words: 'graded the submission', classes: [`${ASSIGN}submission_graded`] },
  { table: 'grade_grades', words: 'the grade with id', classes: ['\\core\\event\\user_graded'] },
  { table: 'badge', words: 'the badge with id', classes: many('\\core\\event\\', 'badge_awarded badge_revoked') },
  {
    table: 'forum_posts',
    words: 'post with id',
    classes: many(FORUM, 'post_created post_deleted post_updated assessable_uploaded'),
  },
  {
    table: 'forum_discussions',
    words: 'discussion with id',
    classes: many(FORUM, 'discussion_created discussion_deleted discussion_viewed'),
  },
  {
    table: 'workshop_submissions',
    words: 'submission with id(?: of)?',
    classes: many(WORKSHOP, 'submission_created submission_updated submission_viewed assessable_uploaded'),
  },
  // Moodle's sentence calls the assessment's own id that of the submission.
  {
    table: 'workshop_assessments',
    words: 'submission with id',
    classes: many(WORKSHOP, 'submission_assessed submission_reassessed'),
  },
  {
    table: 'glossary_entries',
    words: 'glossary entry with id',
    classes: many(GLOSSARY, 'entry_created entry_deleted entry_updated entry_viewed'),
  },
  {
    table: 'data_records',
    words: 'data record with id',
    classes: many('\\mod_data\\event\\', 'record_created record_deleted record_updated'),
  },
  {
    table: 'wiki_pages',
    words: 'the page with id',
    classes: many('\\mod_wiki\\event\\', 'page_created page_updated page_viewed'),
  },
  {
    table: 'comments',
    words: 'comment with id',
    classes: ['assignsubmission_comments', 'block_comments', 'mod_data', 'mod_glossary', 'mod_wiki'].flatMap(
      (component) => many(`\\${component}\\event\\`, 'comment_created comment_deleted'),
    ),
  },
  {
    table: 'post',
    words: 'the blog entry with id',
    classes: many('\\core\\event\\', 'blog_entry_created blog_entry_deleted blog_entry_updated'),
  },
  { table: 'cohort', words: 'the cohort with id', classes: ['\\core\\event\\cohort_member_added'] },
  { table: 'groups', words: 'the group with id', classes: ['\\core\\event\\group_member_added'] },
  { table: 'book_chapters', words: 'the chapter with id', classes: ['\\mod_book\\event\\chapter_viewed'] },
]

const rowOf = new Map(
  ROWS.flatMap(({ table, words, classes }) => {
    const pattern = new RegExp(`\\b${words} '?(\\d+)`, 'i')
    return classes.map((event) => [event, { table, pattern }] as const)
  }),
)

/** The row that an event is about, `quiz_attempts:991`, where its description gives the id of that very row. */
export function objectIn(event: string, description: string): string | null {
  const row = rowOf.get(event)
  const id = row?.pattern.exec(description)?.[1]
  return row && id ? `${row.table}:${id}` : null
}

/** The doer is meant, and a second person only looked at or assessed; or the sentence quotes what a browser sent. */
const DOER_MEANT = new Set([
  `${QUIZ}attempt_reviewed`,
  ...many(WORKSHOP, 'submission_assessed submission_reassessed'),
  ...many('\\mod_scorm\\event\\', 'scoreraw_submitted status_submitted'),
])
/** Only the approver is named, never whose entry it is. */
const LEARNER_UNNAMED = new Set([`${GLOSSARY}entry_approved`])

/** Whose event it is (null: nobody's), and who caused it where that was somebody else. */
export function subjectOf(event: string, people: readonly string[]): { user: string | null; actor: string | null } {
  const [first = null, second = null] = people
  const alone = second === null || DOER_MEANT.has(event) || event.endsWith('_viewed')
  const user = alone ? first : second
  if (user === null || NOBODY.has(user) || LEARNER_UNNAMED.has(event)) return { user: null, actor: null }
  const actor = alone || first === null || first === user || NOBODY.has(first) ? null : first
  return { user, actor }
}

/** What a description says besides: the state that somebody set a completion to, how many files or words were handed in. */
export function countsIn(event: string, description: string): Record<string, number> {
  const found: Record<string, number> = {}
  const take = (key: string, pattern: RegExp) => {
    const value = pattern.exec(description)?.[1]
    if (value !== undefined) found[key] = Number(value)
  }
  if (event === '\\core\\event\\course_module_completion_updated') take('state', COMPLETION_STATE)
  if (event.startsWith('\\assignsubmission_file\\')) take('files', FILES)
  if (event.startsWith('\\assignsubmission_onlinetext\\')) take('words', WORDS)
  return found
}
