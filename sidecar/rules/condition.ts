/** `conditions` and `unless`: a map of fields and tests, with `any`, `all` and `not` nested as deep as it takes. */
import { DATA_KEYS, EVENT_FIELDS, NUMBER_KEYS } from '../domain/learning-event.js'
import type { Condition, Test } from '../domain/rule.js'
import { didYouMean } from './closest.js'
import { type Cursor, type Member, quote } from './cursor.js'
import { readTest, writtenAs } from './field-test.js'
import { mapOf } from './fields.js'
import { listOf, type Reader } from './values.js'

/** `known`: events of Moodle, whose fields are a closed list; `any`: events of an institution's own sender. */
export type FieldNames = 'known' | 'any'

const KNOWN_FIELDS: readonly string[] = [...DATA_KEYS, ...EVENT_FIELDS]
const SENDABLE = /^[a-z][a-z0-9_]{0,63}$/

/** A map of tests: all of them have to hold. */
export function conditionOf(fields: FieldNames): Reader<Condition> {
  const read: Reader<Condition> = (at) => {
    const entries = mapOf(at, at.name)
    if (entries === null) return null
    return group(
      'all',
      entries.map((entry) => readEntry(entry, fields, read)),
    )
  }
  return read
}

/** Warns about a field that no sender fills, so that a slip does not silently shut everybody out. */
export function checkField(at: Cursor, field: string, fields: FieldNames): void {
  if (KNOWN_FIELDS.includes(field) || (fields === 'any' && SENDABLE.test(field))) return
  at.warn(`nobody sends ${quote(field)}${didYouMean(field, KNOWN_FIELDS)}`)
}

function readEntry({ key, name, value }: Member, fields: FieldNames, read: Reader<Condition>): Condition | null {
  if (name === 'not') {
    const of = read(value)
    return of && { kind: 'not', of }
  }
  if (name === 'all' || name === 'any') {
    const parts = listOf(read)(value)
    return parts && group(name, parts)
  }
  checkField(key, name, fields)
  const test = readTest(value, name)
  if (test === null) return null
  if (NUMBER_KEYS.includes(name) && comparesText(test)) {
    const text = quote(writtenAs(value))
    value.warn(`${quote(name)} is a number, which the text ${text} can never match; write ">=80" or "80..100"`)
  }
  return { kind: 'test', field: name, test, written: writtenAs(value) }
}

function comparesText(test: Test): boolean {
  if (test.op === 'in') return test.values.some((value) => typeof value === 'string')
  return test.op === '=' && typeof test.value === 'string'
}

/** A group of one is that one. Parts that were wrong are reported already, and the rule is refused with them. */
function group(kind: 'all' | 'any', parts: readonly (Condition | null)[]): Condition {
  const of = parts.filter((part) => part !== null)
  const [first] = of
  return of.length === 1 && first ? first : { kind, of }
}
