/** One test of one value: `">=80"`, `[a, b]`, `present`. */
import { EVENT_FIELDS } from '../domain/learning-event.js'
import type { Test } from '../domain/rule.js'
import { type Cursor, quote } from './cursor.js'
import { LONGEST_WORD } from './values.js'

type Literal = number | boolean | string
type Parsed = { readonly test: Test } | { readonly problem: string }

const NUMBER = /^[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)$/
const ORDER = /^(>=|<=|>|<)\s*(.*)$/s
const EQUALITY = /^(!=|=)\s*(.*)$/s
const RANGE = /^(\S*)\s*\.\.\s*(\S*)$/
const SLIPS: Readonly<Record<string, string>> = { '=>': '>=', '=<': '<=', '==': '=', '<>': '!=', '≥': '>=', '≤': '<=' }
const FORMS = '">=80", "<5", "!=x", "80..100", [a, b], true, present, absent or "like *draft*"'

/** Fields whose values are always text, so that the course `007` is not the number 7. */
const isText = (field: string): boolean => EVENT_FIELDS.some((name) => name === field)

/** Reads the test of a field. Null: it was wrong and is reported. */
export function readTest(at: Cursor, field: string): Test | null {
  const parsed = parse(at, field)
  return 'test' in parsed ? parsed.test : at.fail(parsed.problem)
}

/** The test as its author wrote it, for messages to learners. */
export function writtenAs(at: Cursor): string {
  if (at.shape.kind === 'list') return `[${at.shape.items.map(writtenAs).join(', ')}]`
  return at.shape.kind === 'scalar' ? at.shape.source.trim() : ''
}

function parse(at: Cursor, field: string): Parsed {
  const { shape } = at
  if (shape.kind === 'map') return { problem: `the test of ${quote(field)} must be one value, not a map: ${FORMS}` }
  if (shape.kind === 'list') return parseList(shape.items, field)
  if (shape.value === null)
    return { problem: `${quote(field)} has no test here; to ask that it is missing write absent` }
  if (typeof shape.value === 'string') return parseText(shape.value.trim(), field)
  const value = isText(field) ? shape.source : shape.value
  return isExact(value) ? { test: { op: '=', value } } : { problem: tooLarge(shape.source) }
}

function parseList(items: readonly Cursor[], field: string): Parsed {
  if (items.length === 0)
    return { problem: `the list of values for ${quote(field)} is empty; nothing could ever match` }
  const values: Literal[] = []
  for (const { shape } of items) {
    if (shape.kind !== 'scalar' || shape.value === null || shape.source.trim() === '') {
      return { problem: `the list of values for ${quote(field)} holds plain values only` }
    }
    if (ORDER.test(shape.source) || EQUALITY.test(shape.source)) {
      return { problem: `a list holds values, not tests such as ${quote(shape.source)}; for several tests use any:` }
    }
    const value = literal(shape.source.trim(), field)
    if (!isExact(value)) return { problem: tooLarge(shape.source) }
    values.push(value)
  }
  return { test: { op: 'in', values } }
}

function parseText(written: string, field: string): Parsed {
  if (written === '') return { problem: `the test of ${quote(field)} is empty; write one of ${FORMS}` }
  if (written.length > LONGEST_WORD)
    return { problem: `no value is longer than ${LONGEST_WORD} characters; shorten this` }
  if (written === 'present' || written === 'absent') return { test: { op: written } }
  const slip = Object.keys(SLIPS).find((operator) => written.startsWith(operator))
  if (slip) return { problem: `${quote(written)} is not a test; write ${SLIPS[slip]} instead of ${slip}` }
  const [, order, bound = ''] = ORDER.exec(written) ?? []
  if (isOrder(order)) return parseOrder(order, bound, field)
  const [, equality, wanted = ''] = EQUALITY.exec(written) ?? []
  if (equality) return parseEquality(equality === '=' ? '=' : '!=', wanted, field)
  if (/^like(\s|$)/.test(written)) return parseLike(written.slice('like'.length).trim())
  return written.includes('..') ? parseRange(written, field) : parseEquality('=', written, field)
}

type Order = '>=' | '>' | '<=' | '<'
const isOrder = (operator: string | undefined): operator is Order => operator !== undefined

function parseOrder(op: Order, bound: string, field: string): Parsed {
  if (!NUMBER.test(bound))
    return { problem: `after ${op} comes a number, not ${bound === '' ? 'nothing' : quote(bound)}` }
  if (isText(field))
    return { problem: `${quote(field)} is text, which is not more or less than a number; use = or a list` }
  return isExact(Number(bound)) ? { test: { op, value: Number(bound) } } : { problem: tooLarge(bound) }
}

function parseEquality(op: '=' | '!=', wanted: string, field: string): Parsed {
  if (wanted === '')
    return { problem: `after ${op} comes a value; to ask whether there is one write present or absent` }
  const value = literal(wanted, field)
  return isExact(value) ? { test: { op, value } } : { problem: tooLarge(wanted) }
}

function parseLike(pattern: string): Parsed {
  if (pattern === '')
    return { problem: 'after like comes a pattern in which * stands for any text, such as "like *draft*"' }
  return { test: { op: 'like', pattern } }
}

function parseRange(written: string, field: string): Parsed {
  const [, from = '', to = ''] = RANGE.exec(written) ?? []
  if (!NUMBER.test(from) || !NUMBER.test(to)) {
    return { problem: `${quote(written)} is not a range: two numbers, both included, such as "80..100"` }
  }
  if (isText(field)) return { problem: `${quote(field)} is text and has no range; use = or a list` }
  const [low, high] = [Number(from), Number(to)]
  if (!isExact(low) || !isExact(high)) return { problem: tooLarge(written) }
  if (low > high) return { problem: `the range ${quote(written)} runs backwards; write "${to}..${from}"` }
  return { test: { op: 'between', low, high } }
}

/** Numbers and true/false where a text looks like them. */
function literal(written: string, field: string): Literal {
  if (isText(field)) return written
  if (NUMBER.test(written)) return Number(written)
  return written === 'true' || written === 'false' ? written === 'true' : written
}

/** Whether the value is what was written: beyond 2^53 JavaScript's numbers would round it. */
const isExact = (value: Literal): boolean => typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER

const tooLarge = (written: string): string => `${quote(written)} is not a number that can be compared exactly`
