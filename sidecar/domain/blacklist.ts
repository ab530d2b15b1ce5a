/** What an institution has listed as activity that never earns, or that a person looks at first. Pure. */
import { hash } from 'node:crypto'
import type { BlacklistEntry } from './configuration.js'
import type { LearningEvent } from './learning-event.js'
import { hears } from './meaning.js'
import { inLanguage } from './reward.js'

/** The learner, as the LMS and as the ledger know them. */
export interface Whose {
  readonly userId: string
  readonly subject: string
}

/** What the sender looks for and says in `data.screen`: it sees texts, addresses and memberships, and passes none of them on. */
export interface Screen {
  readonly patterns: readonly string[]
  readonly cohorts: readonly string[]
  readonly roles: readonly string[]
  readonly addressRanges: readonly string[]
}

/** The first entry that an event fits; null: none. */
export function blacklisted(
  event: LearningEvent,
  entries: readonly BlacklistEntry[],
  whose: Whose,
): BlacklistEntry | null {
  return entries.find((entry) => CRITERIA.every((fits) => fits(entry, event, whose) ?? true)) ?? null
}

/** What a learner reads of an entry; null: no more than that it is so. */
export const becauseOf = ({ because }: BlacklistEntry): string | null => because && inLanguage(because, 'en')

/** Everything that entries ask the sender to look for: each once, and in an order that depends on nothing else. */
export function screenOf(entries: readonly BlacklistEntry[]): Screen {
  const all = (list: (entry: BlacklistEntry) => readonly string[]) => [...new Set(entries.flatMap(list))].sort()
  return {
    patterns: all(({ patterns }) => patterns),
    cohorts: all(({ cohorts }) => cohorts),
    roles: all(({ roles }) => roles),
    addressRanges: all(({ addresses }) => addresses),
  }
}

/** By what the sender calls a pattern: not by its place, because lists change while events are on their way. */
export const patternKey = (pattern: string): string => hash('sha256', pattern, 'hex').slice(0, 8)

/** How many words a text has; null: nobody counted, or files came with it, and what is in those nobody counts. */
export function wordsIn({ data: { words, files } }: LearningEvent): number | null {
  if (typeof files === 'number' && files > 0) return null
  return typeof words === 'number' ? words : null
}

/** One criterion of an entry; null: the entry does not ask for it. What an event does not say never fits. */
type Criterion = (entry: BlacklistEntry, event: LearningEvent, whose: Whose) => boolean | null

const CRITERIA: readonly Criterion[] = [
  ({ users, subjects }, _, { userId, subject }) =>
    users.length + subjects.length === 0 ? null : users.includes(userId) || subjects.includes(subject),
  ({ events }, event) => oneOf(events, (listening) => hears(listening, event)),
  ({ objects }, { object, activity }) =>
    oneOf(objects, (named) => named === object || (activity !== null && named === `activity:${activity}`)),
  ({ courses }, { course, courseIdnumber }) =>
    oneOf(courses, (named) => named === courseIdnumber || (course !== null && named === `course:${course}`)),
  ({ origins }, { origin }) => oneOf(origins, (named) => named === origin),
  ({ cohorts }, event) => screened(event, cohorts, (cohort) => `cohort:${cohort}`),
  ({ roles }, event) => screened(event, roles, (role) => `role:${role}`),
  ({ addresses }, event) => screened(event, addresses, (range) => `address:${range}`),
  ({ patterns }, event) => screened(event, patterns, (pattern) => `pattern:${patternKey(pattern)}`),
  ({ minimumWords }, event) => {
    if (minimumWords === null) return null
    const words = wordsIn(event)
    return words !== null && words < minimumWords
  },
  ({ minimumSeconds }, { data: { duration_seconds: seconds } }) =>
    minimumSeconds === null ? null : typeof seconds === 'number' && seconds < minimumSeconds,
]

const oneOf = <T>(listed: readonly T[], fits: (one: T) => boolean): boolean | null =>
  listed.length === 0 ? null : listed.some(fits)

/** Names may hold spaces, so only a space before the next kind ends one: `cohort:first years role:student`. */
const BETWEEN = / (?=(?:cohort|role|address|pattern):)/

function screened(event: LearningEvent, listed: readonly string[], as: (one: string) => string): boolean | null {
  if (listed.length === 0) return null
  const { screen } = event.data
  if (typeof screen !== 'string') return false
  const said = screen.split(BETWEEN)
  return listed.some((one) => said.includes(as(one)))
}
