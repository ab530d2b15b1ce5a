/** The LearningEvent on the wire and in NDJSON files: its schema, and the one way from there into the domain. */
import { Ajv, type ErrorObject } from 'ajv'
import type { LearningEvent } from '../domain/learning-event.js'
import { canonicalName } from '../domain/meaning.js'

/** No control characters, and no half of a surrogate pair, which SQLite would turn into another text. */
const PLAIN = '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$'
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
      type: 'string',
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z$',
      description: 'When it happened: RFC 3339, UTC, ending in Z.',
    },
    user: { ...line(64), description: 'The learner, as the LMS knows them.' },
    actor: optionalLine(64),
    course: optionalLine(64),
    course_idnumber: optionalLine(100),
    activity: { ...optionalLine(128), pattern: '^[a-z][a-z0-9_]*:[0-9A-Za-z_-]+$', description: 'module:cmid' },
    object: { ...optionalLine(128), pattern: '^[a-z][a-z0-9_]*:[0-9A-Za-z_.-]+$', description: 'table:id' },
    origin: optionalLine(32),
    facts_only: { type: 'boolean', description: 'Keep the badge or completion this proves; grant nothing.' },
    data: {
      type: 'object',
      maxProperties: 64,
      propertyNames: { pattern: '^[a-z][a-z0-9_]{0,63}$' },
      additionalProperties: { type: ['number', 'boolean', 'string'], maxLength: 255, pattern: PLAIN },
    },
  },
} as const

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
  data?: Record<string, number | boolean | string>
}

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile<Wire>(learningEventSchema)

/** ajv's findings as faults: the pointer of the value (or of the missing key) and a sentence. */
export function faultsOf(errors: readonly ErrorObject[], base = ''): Fault[] {
  return errors.map((error) => {
    const missing = error.keyword === 'required' ? `/${error.params.missingProperty}` : ''
    return {
      pointer: `${base}${error.instancePath}${missing}`,
      message: missing ? 'is missing' : (error.message ?? 'is wrong'),
    }
  })
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
  return {
    event: {
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
      data: value.data ?? {},
      factsOnly: value.facts_only ?? false,
    },
  }
}
