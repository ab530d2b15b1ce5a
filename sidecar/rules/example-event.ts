/** One event of an example, with everything filled in that the author left out. */
import { DATA_KEYS, type EventData, type FieldValue, type LearningEvent } from '../domain/learning-event.js'
import { type Listening, meansAlias } from '../domain/meaning.js'
import { didYouMean } from './closest.js'
import { type Cursor, type Place, quote } from './cursor.js'
import { type Expectation, readExpectation } from './expectation.js'
import { fieldsOf, mapOf } from './fields.js'
import { allCustom, eventName } from './names.js'
import { isCivilDay, type Reader, truth, wordLike } from './values.js'

export interface ExampleEvent {
  readonly event: LearningEvent
  /** Null: this event only prepares the ground for the others. */
  readonly expect: Expectation | null
  readonly place: Place
}

const KEYS = [
  'event',
  'time',
  'user',
  'actor',
  'course',
  'course_idnumber',
  'activity',
  'object',
  'origin',
  'data',
  'facts_only',
  'id',
  'expect',
] as const

const DATA_NAMES: readonly string[] = DATA_KEYS
const name = (longest: number) =>
  wordLike(new RegExp(`^[^\\n]{1,${longest}}$`), `one line of at most ${longest} characters`)
const activity = wordLike(/^[a-z][a-z0-9_]*:[0-9A-Za-z_-]{1,100}$/, 'a module and its number, such as quiz:123')
const object = wordLike(/^[a-z][a-z0-9_]*:[0-9A-Za-z_.-]{1,100}$/, 'a table and its number, such as quiz_attempts:991')

/** @param id what the event is called where the author gave it no id: an id given twice is one event sent twice. */
export function exampleEvent(id: string): Reader<ExampleEvent> {
  return (at) => {
    const fields = fieldsOf(at, 'an event', KEYS)
    if (!fields) return null
    const listening = fields.need('event', eventName(null))
    const time = fields.need('time', readTime)
    const data = fields.read('data', (value) => readData(value, listening)) ?? {}
    const expect = fields.read('expect', readExpectation)
    const rest = {
      id: fields.read('id', name(128)) ?? id,
      user: fields.read('user', name(64)) ?? 'learner',
      actor: fields.read('actor', name(64)),
      course: fields.read('course', name(64)),
      courseIdnumber: fields.read('course_idnumber', name(100)),
      activity: fields.read('activity', activity),
      object: fields.read('object', object),
      origin: fields.read('origin', name(32)),
      data,
      factsOnly: fields.read('facts_only', truth) ?? false,
    }
    const canonical = listening?.classes[0]
    if (!listening || canonical === undefined || time === null) return null
    if (expect === null && fields.has('expect')) return null
    const event = { event: canonical, time, ...rest }
    if (listening.alias !== null && !meansAlias(event, listening.alias)) {
      fields
        .key('event')
        .fail(`with this data the event does not mean ${listening.alias}; give data: {state: …} to fit`)
    }
    return { event, expect, place: at.place }
  }
}

const TIME =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/

/** RFC 3339, with the offset of whatever zone the author thinks in. */
function readTime(at: Cursor): number | null {
  const written = at.shape.kind === 'scalar' ? at.shape.source : ''
  const time = isCivilDay(TIME.exec(written)?.[1] ?? '') ? Date.parse(written) : Number.NaN
  if (!Number.isNaN(time)) return time
  return at.fail(`${at.name} must be a date and time such as 2026-11-02T09:00:00Z, not ${at.found}`)
}

function readData(at: Cursor, listening: Listening | null): EventData {
  const custom = listening !== null && allCustom([listening])
  const data = new Map<string, FieldValue>()
  for (const { key, name, value } of mapOf(at, at.name) ?? []) {
    if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) key.fail(`${quote(name)} must be lower-case letters, digits and \`_\``)
    else if (!custom && !DATA_NAMES.includes(name)) {
      key.warn(`nobody sends ${quote(name)}${didYouMean(name, DATA_NAMES)}`)
    }
    const field = readValue(value)
    if (field !== null) data.set(name, field)
  }
  return Object.fromEntries(data)
}

function readValue(at: Cursor): FieldValue | null {
  const value = at.shape.kind === 'scalar' ? at.shape.value : null
  const fits = typeof value === 'number' ? Number.isFinite(value) : typeof value !== 'string' || value.length <= 255
  return fits && value !== null
    ? value
    : at.fail(`${at.name} must be a number, true, false or a short text, not ${at.found}`)
}
