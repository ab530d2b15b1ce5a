/** `rocket.yaml`. */
import { IANAZone } from 'luxon'
import { validate } from 'node-cron'
import type { LegalHold, Settings, Term } from '../domain/configuration.js'
import { parseDuration } from '../domain/duration.js'
import { blacklistOf, DEFAULT_BLACKLIST } from './blacklist.js'
import { DEFAULT_CHECKS, DEFAULT_REVIEW, readChecks, readReview, readSecondOpinion } from './checks.js'
import { didYouMean } from './closest.js'
import { type Cursor, quote } from './cursor.js'
import { type Fields, fieldsOf } from './fields.js'
import { learnerId, subject } from './learner-id.js'
import { type Currency, currencyCode } from './money.js'
import { customName } from './names.js'
import { civilDay, identifier, listOf, type Reader, text, weekday, word, wordLike } from './values.js'

/** The scheduled jobs whose time an institution may set. */
export const JOB_NAMES = ['expire', 'anomaly', 'verify', 'retention', 'backup'] as const
export type JobName = (typeof JOB_NAMES)[number]

const KEYS = [
  ...(['source', 'timezone', 'week_starts', 'terms', 'currency', 'custom_events', 'retention', 'jobs'] as const),
  ...(['legal_hold', 'audit_contact', 'blacklist', 'checks', 'review', 'second_opinion'] as const),
] as const

const DEFAULTS: Settings = {
  source: 'moodle',
  timezone: 'UTC',
  timezoneNamed: false,
  weekStarts: 1,
  terms: [],
  currency: null,
  customEvents: [],
  jobs: {},
  retention: { events: 120, decisions: 90, backups: 30 },
  legalHold: [],
  auditContact: null,
  blacklist: DEFAULT_BLACKLIST,
  checks: DEFAULT_CHECKS,
  review: DEFAULT_REVIEW,
  secondOpinion: null,
}

export interface ReadSettings {
  readonly settings: Settings
  /** Whether `terms` is there, right or wrong: a rule's `term` is not blamed for a mistake in rocket.yaml. */
  readonly terms: boolean
  /** What money is in, unless rewards.yaml says it. */
  readonly currency: Currency
  /** Null: `custom_events` is there and unreadable. */
  readonly customEvents: readonly string[] | null
}

/** Reads rocket.yaml. What is missing takes its default; what is wrong is reported, and takes its default too. */
export function readSettings(at: Cursor | null): ReadSettings {
  const isEmpty = at?.shape.kind === 'scalar' && at.shape.value === null
  const fields = at === null || isEmpty ? null : fieldsOf(at, 'rocket.yaml', KEYS)
  if (!fields) {
    // Without a file there are no terms, no currency and no custom events; in an unreadable one there may be.
    const unreadable = at !== null && !isEmpty
    const currency = { code: null, readable: !unreadable }
    return { settings: DEFAULTS, terms: unreadable, currency, customEvents: unreadable ? null : [] }
  }
  const timezone = fields.read('timezone', readTimezone)
  const terms = fields.read('terms', readTerms)
  const customEvents = fields.read('custom_events', listOf(customName, { empty: 'allowed' }))
  const settings: Settings = {
    source: fields.read('source', source) ?? DEFAULTS.source,
    timezone: timezone ?? DEFAULTS.timezone,
    timezoneNamed: timezone !== null,
    weekStarts: fields.read('week_starts', weekday) ?? DEFAULTS.weekStarts,
    terms: terms ?? DEFAULTS.terms,
    currency: fields.read('currency', currencyCode),
    customEvents: customEvents ?? DEFAULTS.customEvents,
    jobs: fields.read('jobs', readJobs) ?? DEFAULTS.jobs,
    retention: fields.read('retention', readRetention) ?? DEFAULTS.retention,
    legalHold: fields.read('legal_hold', listOf(readHold, { empty: 'allowed' })) ?? DEFAULTS.legalHold,
    auditContact: fields.read('audit_contact', address),
    blacklist:
      fields.read('blacklist', blacklistOf(fields.has('custom_events') ? customEvents : [])) ?? DEFAULTS.blacklist,
    checks: fields.read('checks', readChecks) ?? DEFAULTS.checks,
    review: fields.read('review', readReview) ?? DEFAULTS.review,
    secondOpinion: fields.read('second_opinion', readSecondOpinion),
  }
  return {
    settings,
    terms: fields.has('terms') && terms?.length !== 0,
    currency: { code: settings.currency, readable: settings.currency !== null || !fields.has('currency') },
    customEvents: fields.has('custom_events') ? customEvents : [],
  }
}

const source = wordLike(
  /^[a-z0-9][a-z0-9._-]{0,63}$/,
  'a name of up to 64 lower-case letters, digits, `.`, `_` and `-`, beginning with a letter or digit',
)

function readTimezone(at: Cursor): string | null {
  const name = word(at)
  // `+01:00` is a zone to JavaScript, but has no summer time: the institution's own zone is meant.
  if (name === null || (/^[A-Za-z]/.test(name) && IANAZone.isValidZone(name))) return name
  const close = didYouMean(name, ['UTC', ...Intl.supportedValuesOf('timeZone')])
  return at.fail(`${quote(name)} is not an IANA time zone such as Europe/London or UTC${close}`)
}

/** Terms by their first day. */
function readTerms(at: Cursor): Term[] | null {
  const read = listOf(readTerm, { empty: 'allowed' })(at)
  if (read === null) return null
  const ids = new Map<string, PlacedTerm>()
  for (const term of read) {
    const earlier = ids.get(term.id)
    if (earlier) term.at.fail(`there is a term ${quote(term.id)} already, in line ${earlier.at.place.line}; rename one`)
    else ids.set(term.id, term)
  }
  const terms = read.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  let last: PlacedTerm | null = null
  for (const term of terms) {
    if (last && last.to >= term.from) {
      const days = `${last.from} to ${last.to}`
      term.at.fail(`the term ${quote(term.id)} overlaps ${quote(last.id)} (${days}); a day belongs to one term at most`)
    }
    if (!last || term.to > last.to) last = term
  }
  return terms.map(({ id, from, to }) => ({ id, from, to }))
}

interface PlacedTerm extends Term {
  readonly at: Cursor
}

function readTerm(at: Cursor): PlacedTerm | null {
  const fields = fieldsOf(at, 'a term', ['id', 'from', 'to'])
  if (!fields) return null
  const id = fields.need('id', identifier)
  const from = fields.need('from', civilDay)
  const to = fields.need('to', civilDay)
  if (id === null || from === null || to === null) return null
  if (from > to)
    return fields.key('to').fail(`the term ends on ${to}, before it begins on ${from}; change one of the two`)
  return { id, from, to, at }
}

function readRetention(at: Cursor): Settings['retention'] | null {
  const fields = fieldsOf(at, 'retention', ['events', 'decisions', 'backups'])
  return (
    fields && {
      events: fields.read('events', days) ?? DEFAULTS.retention.events,
      decisions: fields.read('decisions', days) ?? DEFAULTS.retention.decisions,
      backups: fields.read('backups', days) ?? DEFAULTS.retention.backups,
    }
  )
}

const DAY = 86_400_000

const days: Reader<number> = (at) => {
  const milliseconds = at.shape.kind === 'scalar' ? parseDuration(at.shape.source) : null
  if (milliseconds !== null && milliseconds % DAY === 0) return milliseconds / DAY
  return at.fail(`${at.name} must be a number of days such as 120d, not ${at.found}`)
}

function readJobs(at: Cursor): Settings['jobs'] | null {
  const fields = fieldsOf(at, 'jobs', JOB_NAMES)
  return fields && Object.fromEntries(JOB_NAMES.flatMap((name) => readJob(fields, name)))
}

function readJob(fields: Fields, name: string): [string, string][] {
  const expression = fields.read(name, cron)
  return expression === null ? [] : [[name, expression]]
}

const cron: Reader<string> = (at) => {
  const expression = word(at)
  if (expression === null) return null
  // node-cron writes every range out before it looks at its bounds, so `0-999999999` would take all memory.
  const harmless = expression.length <= 100 && !/[0-9]{3}/.test(expression)
  if (harmless && validate(expression)) return expression
  return at.fail(`${quote(expression)} is not a cron expression such as "30 3 * * *" (minute hour day month weekday)`)
}

function readHold(at: Cursor): LegalHold | null {
  if (at.shape.kind === 'scalar') {
    const user = learnerId(at)
    return user === null ? null : { user, subject: null, reason: 'legal hold' }
  }
  const fields = fieldsOf(at, 'a legal hold', ['user', 'subject', 'reason'])
  if (!fields) return null
  const [user, held] = [fields.read('user', learnerId), fields.read('subject', subject)]
  if (fields.has('user') === fields.has('subject'))
    at.fail('a legal hold names either `user` or `subject`; keep one of them')
  const reason = fields.need('reason', text)
  return (user === null && held === null) || reason === null ? null : { user, subject: held, reason }
}

const address = wordLike(
  /^[^\s@"<>(),:;]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i,
  'an e-mail address such as audit@example.org',
)
