/** `points`: a whole number, bands or a rate. */
import type { Band, Points, Test } from '../domain/rule.js'
import { checkField, type FieldNames } from './condition.js'
import { type Cursor, quote } from './cursor.js'
import { readTest } from './field-test.js'
import { fieldsOf, mapOf } from './fields.js'
import { type Reader, whole, word } from './values.js'

/** More than any rule means to pay at once. */
export const MOST_POINTS = 1_000_000

const count = whole(1, MOST_POINTS)
const FORMS =
  'a whole number, bands {by: score, bands: {">=90": 15}} or a rate {per: 100, of: words, points: 1, max: 5}'

/** What a rule pays. */
export function pointsOf(fields: FieldNames): Reader<Points> {
  return (at) => {
    if (at.shape.kind === 'list') return at.fail(`${at.name} must be ${FORMS}, not a list`)
    if (at.shape.kind === 'map') return hasKey(at, ['per', 'of']) ? rate(at, fields) : bands(at, fields)
    const points = count(at)
    return points === null ? null : { kind: 'fixed', points }
  }
}

const hasKey = (at: Cursor, names: readonly string[]): boolean =>
  at.shape.kind === 'map' && at.shape.entries.some(({ name }) => names.includes(name))

function rate(at: Cursor, names: FieldNames): Points | null {
  const fields = fieldsOf(at, 'a rate', ['per', 'of', 'points', 'max'])
  if (!fields) return null
  const per = fields.need('per', whole(1, MOST_POINTS))
  const of = fields.need('of', fieldName(names))
  const points = fields.need('points', count)
  const max = fields.read('max', count)
  return per !== null && of !== null && points !== null ? { kind: 'rate', per, of, points, max } : null
}

function bands(at: Cursor, names: FieldNames): Points | null {
  const fields = fieldsOf(at, 'points by bands', ['by', 'bands'])
  if (!fields) return null
  const by = fields.need('by', fieldName(names))
  const read = fields.need('bands', (value) => readBands(value, by ?? ''))
  return by !== null && read !== null ? { kind: 'bands', by, bands: read } : null
}

function fieldName(names: FieldNames): Reader<string> {
  return (at) => {
    const field = word(at)
    if (field !== null) checkField(at, field, names)
    return field
  }
}

function readBands(at: Cursor, by: string): Band[] | null {
  const bands: Band[] = []
  for (const { key, name, value } of mapOf(at, at.name) ?? []) {
    const test = readTest(key, by)
    const points = count(value)
    if (test === null || points === null) continue
    const earlier = bands.find((band) => covers(band.test, test))
    if (earlier)
      key.warn(`the band ${quote(name)} is never reached: ${quote(earlier.written)} above it takes all of it`)
    bands.push({ test, written: name, points })
  }
  return bands.length > 0 ? bands : null
}

interface Interval {
  readonly low: number
  readonly high: number
  readonly lowOpen: boolean
  readonly highOpen: boolean
}

/** Whether every number that passes `inner` passes `outer`, where both are simple enough to tell. */
function covers(outer: Test, inner: Test): boolean {
  const [a, b] = [interval(outer), interval(inner)]
  if (!a || !b) return false
  const below = a.low < b.low || (a.low === b.low && (!a.lowOpen || b.lowOpen))
  const above = a.high > b.high || (a.high === b.high && (!a.highOpen || b.highOpen))
  return below && above
}

function interval(test: Test): Interval | null {
  const all = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, lowOpen: false, highOpen: false }
  switch (test.op) {
    case '>=':
    case '>':
      return { ...all, low: test.value, lowOpen: test.op === '>' }
    case '<=':
    case '<':
      return { ...all, high: test.value, highOpen: test.op === '<' }
    case 'between':
      return { ...all, low: test.low, high: test.high }
    case '=':
      return typeof test.value === 'number' ? { ...all, low: test.value, high: test.value } : null
    default:
      return null
  }
}
