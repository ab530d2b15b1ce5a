/** One record of a Moodle log export, and what it says happened. */
import type { EventData } from '../domain/learning-event.js'
import { recordDigest } from './import-id.js'
import { cmidIn, countsIn, courseIn, moduleIn, objectIn, peopleIn, subjectOf } from './log-description.js'
import { classOf, moduleOf } from './log-names.js'

/** Headings of the columns that are read, as an export in English has them. Names of people are not read. */
const HEADINGS = {
  time: 'Time',
  context: 'Event context',
  component: 'Component',
  name: 'Event name',
  description: 'Description',
  origin: 'Origin',
  address: 'IP address',
} as const

type Column = keyof typeof HEADINGS
const OPTIONAL: ReadonlySet<Column> = new Set(['origin', 'address'])

export type LogRecord = Readonly<Record<Column, string>>

/**
 * Finds the columns by their headings, in any order.
 * @returns how to turn a row into a record, or a sentence that says which columns are missing.
 */
export function columnsOf(heading: readonly string[]): { read: (fields: readonly string[]) => LogRecord } | string {
  const found = heading.map((text) => text.trim())
  const columns = Object.entries(HEADINGS) as [Column, string][]
  const missing = columns.filter(([column, text]) => !OPTIONAL.has(column) && !found.includes(text))
  if (missing.length > 0) {
    return (
      `is no log export as Rocket reads it: the first line lacks ${list(missing.map(([, text]) => text))}. ` +
      `Expected are the English headings ${list(Object.values(HEADINGS))}: set your language to English in Moodle, ` +
      'open Reports > Logs and choose "Download table data as" CSV'
    )
  }
  const places = columns.map(([column, text]) => [column, found.indexOf(text)] as const)
  return {
    read: (fields) => Object.fromEntries(places.map(([column, at]) => [column, fields[at] ?? ''])) as LogRecord,
  }
}

const list = (names: readonly string[]): string => names.join(', ')

/** What a record tells, as far as the record alone can tell it. */
export interface Deed {
  readonly event: string
  readonly user: string
  readonly actor: string | null
  readonly course: string | null
  readonly cmid: string | null
  readonly module: string | null
  readonly object: string | null
  readonly origin: string | null
  readonly data: EventData
  readonly digest: string
}

const NOTHING: EventData = Object.freeze({})

/**
 * Reads a record.
 * @returns the deed; `no_class` where its event has no name that is known; `no_learner` where it names nobody whose
 * event it could be.
 */
export function deedOf(record: LogRecord): Deed | 'no_class' | 'no_learner' {
  const { component, name, description } = record
  const quoted = moduleIn(description)
  const event = classOf(component.trim(), name.trim(), quoted)
  if (event === null) return 'no_class'
  const { user, actor } = subjectOf(event, peopleIn(description))
  if (user === null) return 'no_learner'
  const counts = countsIn(event, description)
  const origin = record.origin.trim()
  return {
    event,
    user,
    actor,
    course: courseIn(description),
    cmid: cmidIn(description),
    module: quoted ?? moduleOf(component.trim()) ?? moduleOf(contextKind(record.context)),
    object: objectIn(event, description),
    origin: origin === '' ? null : origin,
    data: Object.keys(counts).length === 0 ? NOTHING : counts,
    digest: recordDigest(event, description, origin, record.address),
  }
}

/** `Quiz` in `Quiz: Week 3`. */
const contextKind = (context: string): string => context.slice(0, Math.max(0, context.indexOf(':'))).trim()
