/** The LearningEvent on the wire and in NDJSON files: its schema, and the one way from there into the domain. */
import { Ajv, type ErrorObject } from 'ajv'
import { DATA_FIELDS, DATA_KEYS, type EventData, type LearningEvent, PLAIN } from '../domain/learning-event.js'
import { canonicalName, impliedData, meansAlias } from '../domain/meaning.js'

const line = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength, pattern: PLAIN })
const optionalLine = (maxLength: number) => ({ ...line(maxLength), type: ['string', 'null'] })

export const learningEventSchema = {
  $id: 'LearningEvent',
  title: 'LearningEvent',
  description: 'What the LMS says a learner did. Keys that are not listed are ignored.',
  type: 'object',
  required: ['id', 'event', 'time', 'user'],
  properties: {
    id: { ...line(128), description: 'The idempotency key, together with the source.' },
    event: { ...line(255), description: 'A Moodle event class, an alias of one, or a declared custom.* name.' },
    time: {
      title: 'When it happened',
      type: 'string',
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z$',
      description: 'RFC 3339 in UTC, such as 2026-11-22T09:15:00Z',
    },
    user: { ...line(64), description: 'The learner, as the LMS knows them.' },
    actor: optionalLine(64),
    course: optionalLine(64),
    course_idnumber: optionalLine(100),
    activity: {
      ...optionalLine(128),
      pattern: '^[a-z][a-z0-9_]*:[0-9A-Za-z_-]+$',
      description: 'module:cmid, such as quiz:123',
    },
    object: {
      ...optionalLine(128),
      pattern: '^[a-z][a-z0-9_]*:[0-9A-Za-z_.-]+$',
      description: 'table:id, such as quiz_attempts:991',
    },
    origin: optionalLine(32),
    facts_only: { type: 'boolean', description: 'Keep the badge or completion this proves; grant nothing.' },
    data: {
      type: 'object',
      description:
        'Never a learner’s text. Other keys are kept, up to 64 in all, where the name is of a–z, 0–9 and _ and the value a number, true, false or a text of at most 255 characters without control characters; else ignored.',
      properties: DATA_FIELDS,
    },
  },
} as const

const KNOWN: ReadonlySet<string> = new Set(DATA_KEYS)
const MOST_KEYS = 64
const KEY = /^[a-z][a-z0-9_]{0,63}$/
const PLAIN_TEXT = new RegExp(PLAIN, 'u')
const LONGEST_TEXT = 255

/** One thing wrong with an input: where (a JSON pointer) and what. */
export interface Fault {
  readonly pointer: string
  readonly message: string
}

interface Wire {
  id: string
  event: string
  time: string
  user: string
  actor?: string | null
  course?: string | null
  course_idnumber?: string | null
  activity?: string | null
  object?: string | null
  origin?: string | null
  facts_only?: boolean
  data?: Record<string, unknown>
}

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true }).compile<Wire>(learningEventSchema)

/** ajv's findings as faults in people's words, each told once. @param errors of an ajv that is `verbose`. */
export function faultsOf(errors: readonly ErrorObject[]): Fault[] {
  const faults = errors.map((error) => {
    const missing = error.keyword === 'required' ? `/${error.params.missingProperty}` : ''
    return { pointer: `${error.instancePath}${missing}`, message: messageOf(error) }
  })
  const told = new Set<string>()
  return faults.filter(({ pointer, message }) => told.size < told.add(`${pointer} ${message}`).size)
}

function messageOf({ keyword, params, parentSchema = {}, message = 'is wrong' }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return 'is missing'
    case 'minLength':
      return params.limit === 1 ? 'is empty' : `is shorter than ${params.limit} characters`
    case 'maxLength':
      return `is longer than ${params.limit} characters`
    case 'pattern':
      if (params.pattern === PLAIN) return 'has a control character or half of a character'
      return parentSchema.description ? `must be ${parentSchema.description.replace(/\.$/, '')}` : message
    case 'enum':
      return `must be one of ${params.allowedValues.join(', ')}`
    case 'type':
    case 'minimum':
    case 'maximum':
      return `must be ${inWords(parentSchema)}`
    default:
      return message
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
}

interface ValueSchema {
  readonly type?: string | readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly [keyword: string]: unknown
}

/** The values that a schema takes: `a number from 0 to 100`. */
export function inWords({ type, minimum, maximum }: ValueSchema): string {
  const kinds = [type ?? []].flat().map((name) => TYPES[name] ?? name)
  const range =
    minimum === undefined ? '' : maximum === undefined ? `, ${minimum} or more` : ` from ${minimum} to ${maximum}`
  return kinds.join(' or ') + range
}

/**
 * Checks one event as it came from outside and turns it into the domain's form.
 * @returns the event, or everything that is wrong with it, pointers relative to the event.
 */
export function readLearningEvent(value: unknown): { event: LearningEvent } | { faults: Fault[] } {
  if (!validate(value)) return { faults: faultsOf(validate.errors ?? []) }
  const faults: Fault[] = []
  const time = Date.parse(value.time)
  // Date.parse takes 31 February for 3 March: only what reads back the same is a date.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 19) !== value.time.slice(0, 19)) {
    faults.push({ pointer: '/time', message: 'is not a date and time that exists' })
  }
  const name = canonicalName(value.event)
  if (name === null) {
    faults.push({
      pointer: '/event',
      message: 'is neither an event class (\\component\\event\\name), an alias nor custom.*',
    })
  }
  if (faults.length > 0 || name === null) return { faults }
  const data = value.data ? kept(value.data) : {}
  const implied = impliedData(value.event)
  const event: LearningEvent = {
    id: value.id,
    event: name,
    time,
    user: value.user,
    actor: value.actor ?? null,
    course: value.course ?? null,
    courseIdnumber: value.course_idnumber ?? null,
    activity: value.activity ?? null,
    object: value.object ?? null,
    origin: value.origin ?? null,
    data: implied ? { ...implied, ...data } : data,
    factsOnly: value.facts_only ?? false,
  }
  if (meansAlias(event, value.event)) return { event }
  return { faults: [{ pointer: '/data/state', message: `says otherwise than ${value.event}` }] }
}

/** Known keys are checked by now. Of the others, what an institution's own event may carry; the rest is dropped. */
function kept(data: Record<string, unknown>): EventData {
  const others = Object.keys(data).filter((key) => !KNOWN.has(key))
  if (others.length === 0) return data as EventData
  const room = MOST_KEYS - (Object.keys(data).length - others.length)
  const fit = new Set(others.filter((key) => KEY.test(key) && isFieldValue(data[key])).slice(0, room))
  return Object.fromEntries(Object.entries(data).filter(([key]) => KNOWN.has(key) || fit.has(key))) as EventData
}

function isFieldValue(value: unknown): boolean {
  // Counted as ajv counts: a character may be two units of a string.
  if (typeof value === 'string' && value.length <= 2 * LONGEST_TEXT) {
    return [...value].length <= LONGEST_TEXT && PLAIN_TEXT.test(value)
  }
  return typeof value === 'boolean' || Number.isFinite(value)
}
