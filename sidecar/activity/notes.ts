/** What could not be judged in recorded activity, or was left out, and how much of it: a closed list. */

type Value = string | number | readonly Value[] | { readonly [key: string]: Value }
type Params = Readonly<Record<string, Value>>

export interface Note {
  readonly code: NoteCode
  readonly params: Params
  readonly text: string
}

/** An event name, and how often it occurs. */
export type NamedCount = Readonly<Record<'component' | 'name', string> & Record<'count', number>>

const english = new Intl.NumberFormat('en')
const n = (count: Value | undefined): string => english.format(Number(count))
const counted = (count: Value | undefined, one: string, several: string): string =>
  `${n(count)} ${count === 1 ? one : several}`

const MOST_PEOPLE = 20
const people = (ids: Value | undefined): string => {
  const all = ids as readonly string[]
  return all.slice(0, MOST_PEOPLE).join(', ') + (all.length > MOST_PEOPLE ? ', …' : '')
}

const names = (list: Value | undefined): string =>
  (list as unknown as readonly NamedCount[])
    .map(({ component, name, count }) => `'${name}' (${component}) ${counted(count, 'time', 'times')}`)
    .join(', ')
const namesAndMore = (p: Params): string =>
  names(p.names) + (Number(p.more) > 0 ? `, and ${counted(p.more, 'name', 'names')} more` : '')

const SENTENCES = {
  no_scores: (p) =>
    `${counted(p.count, 'event about a grade carries', 'events about a grade carry')} no score, because log exports hold none: a rule that ` +
    'asks for a score waits for it.',
  no_completion_state: (p) =>
    `${counted(p.count, 'completion event carries', 'completion events carry')} no state: a log does not say whether ` +
    'something was completed or undone. Each is taken as completed, and one activity pays once.',
  names_not_english: (p) =>
    `No event name in ${p.path} is known here. Is this export in English? Rocket knows Moodle’s English names: set ` +
    'your language to English and export again.',
  unknown_names: (p) =>
    `${counted(p.count, 'record has an event name', 'records have event names')} that Rocket does not know: ${namesAndMore(p)}.`,
  course_running: (p) =>
    `${counted(p.count, 'record is about running a course and was', 'records are about running a course and were')} left out: ${namesAndMore(p)}.`,
  staff_left_out: (p) =>
    `${counted((p.people as readonly string[]).length, 'person was', 'people were')} left out as staff with ` +
    `${counted(p.count, 'event', 'events')} of their own, because they edited, graded or read reports here: ` +
    `${people(p.people)}.`,
  restored_left_out: (p) => `${counted(p.count, 'restored record was', 'restored records were')} left out.`,
  no_learner: (p) => `${counted(p.count, 'record names', 'records name')} no learner.`,
  repeats: (p) =>
    `${counted(p.count, 'event stands', 'events stand')} in these files more than once and ` +
    `${p.count === 1 ? 'counts' : 'count'} once.`,
  dates_assumed: (p) =>
    `The dates in ${p.path} were read as day/month/year, but none of them proves it: pass --dates mdy if the month ` +
    'comes first.',
} satisfies Record<string, (params: Params) => string>

export type NoteCode = keyof typeof SENTENCES

export function note(code: NoteCode, params: Params): Note {
  const sentence: (params: Params) => string = SENTENCES[code]
  return { code, params, text: sentence(params) }
}
