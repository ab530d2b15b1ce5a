/**
 * Readers of single values. Each returns the value, or reports what is wrong at its place and returns null; the caller
 * goes on reading, so that all mistakes are found at once.
 */
import { parseDuration } from '../domain/duration.js'
import { didYouMean } from './closest.js'
import type { Cursor } from './cursor.js'

export type Reader<T> = (at: Cursor) => T | null

/** Longer than anything that a name, or a value that is sent, can be. */
export const LONGEST_WORD = 255
const LONGEST_TEXT = 2_000

/** Text as a person reads it: not empty, and not a number that only looks like text. */
export function text(at: Cursor): string | null {
  if (at.shape.kind === 'scalar' && typeof at.shape.value === 'string' && at.shape.value.trim() !== '') {
    return withinLength(at, at.shape.value, LONGEST_TEXT)
  }
  const quotes = at.shape.kind === 'scalar' && at.shape.value !== null ? '; put it in quotes if it is text' : ''
  return at.fail(`${at.name} must be text, not ${at.found}${quotes}`)
}

/** An id or a name: text, or a number taken exactly as it is written (`007`). */
export function word(at: Cursor): string | null {
  const { shape } = at
  const written = shape.kind === 'scalar' && typeof shape.value !== 'boolean' && shape.value !== null
  if (!written || shape.source.trim() === '') return at.fail(`${at.name} must be a name, not ${at.found}`)
  return withinLength(at, shape.source, LONGEST_WORD)
}

function withinLength(at: Cursor, written: string, longest: number): string | null {
  if (written.length <= longest) return written
  return at.fail(`${at.name} is longer than ${grouped(longest)} characters; shorten it`)
}

/** A word of a certain form. `form` ends the sentence “must be …”. */
export function wordLike(pattern: { test: (written: string) => boolean }, form: string): Reader<string> {
  return (at) => {
    const written = word(at)
    if (written === null || pattern.test(written)) return written
    return at.fail(`${at.name} must be ${form}, not ${at.found}`)
  }
}

/** The ids of rules, terms and the like. */
export const identifier = wordLike(
  /^[a-z0-9][a-z0-9_-]{0,63}$/,
  'an id of up to 64 lower-case letters, digits, `_` and `-`, beginning with a letter or digit',
)

/** A number within bounds. */
export function number(low: number, high: number): Reader<number> {
  return (at) => inBounds(at, 'a number', low, high, Number.isFinite)
}

/** A whole number within bounds. */
export function whole(low: number, high: number): Reader<number> {
  return (at) => inBounds(at, 'a whole number', low, high, Number.isSafeInteger)
}

function inBounds(at: Cursor, kind: string, low: number, high: number, fits: (value: number) => boolean) {
  const value = at.shape.kind === 'scalar' ? at.shape.value : null
  if (typeof value === 'number' && fits(value) && value >= low && value <= high) return value
  const quoted = typeof value === 'string' && /^[0-9]+$/.test(value) ? '; write it without quotes' : ''
  return at.fail(`${at.name} must be ${kind} from ${grouped(low)} to ${grouped(high)}, not ${at.found}${quoted}`)
}

const grouped = (value: number): string => value.toLocaleString('en-GB')

export function truth(at: Cursor): boolean | null {
  if (at.shape.kind === 'scalar' && typeof at.shape.value === 'boolean') return at.shape.value
  return at.fail(`${at.name} must be true or false, not ${at.found}`)
}

/** One of a closed list. */
export function oneOf<const T extends string>(allowed: readonly T[]): Reader<T> {
  return (at) => {
    const written = at.shape.kind === 'scalar' ? at.shape.source : ''
    const match = allowed.find((candidate) => candidate === written)
    if (match !== undefined) return match
    return at.fail(`${at.name} cannot be ${at.found}${didYouMean(written, allowed)} Allowed: ${allowed.join(', ')}`)
  }
}

/** A length of time such as `7d`, in milliseconds. */
export function duration(at: Cursor): number | null {
  const milliseconds = at.shape.kind === 'scalar' ? parseDuration(at.shape.source) : null
  if (milliseconds !== null) return milliseconds
  return at.fail(`${at.name} must be a length of time such as 30s, 15m, 12h, 7d or 4w, not ${at.found}`)
}

/** A day of the calendar that exists, `YYYY-MM-DD`. */
export function civilDay(at: Cursor): string | null {
  const written = at.shape.kind === 'scalar' ? at.shape.source : ''
  if (isCivilDay(written)) return written
  return at.fail(`${at.name} must be a day that exists, written YYYY-MM-DD, not ${at.found}`)
}

export function isCivilDay(written: string): boolean {
  // A millennium is enough; the day after the last of 9999 could no longer be written in this form.
  if (!/^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$/.test(written)) return false
  const midnight = Date.parse(`${written}T00:00:00Z`)
  // Date.parse takes 31 February for 3 March: only what reads back the same exists.
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(written)
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
const SHORT_WEEKDAYS = WEEKDAYS.map((name) => name.slice(0, 3))

/** A day of the week by its name or its first three letters: 1 Monday … 7 Sunday. */
export function weekday(at: Cursor): number | null {
  const name = oneOf([...SHORT_WEEKDAYS, ...WEEKDAYS])(at)
  return name === null ? null : SHORT_WEEKDAYS.indexOf(name.slice(0, 3)) + 1
}

/** A list; items that fail are reported and left out. Null: it is no list at all, or empty where it must not be. */
export function listOf<T>(item: Reader<T>, options: { empty: 'allowed' | 'refused' } = { empty: 'refused' }) {
  return (at: Cursor): T[] | null => {
    if (at.shape.kind !== 'list') return at.fail(`${at.name} must be a list, not ${at.found}; put it in [ ]`)
    if (at.shape.items.length === 0 && options.empty === 'refused') {
      return at.fail(`${at.name} is an empty list; fill it or leave the key out`)
    }
    return at.shape.items.flatMap((cursor) => {
      const value = item(cursor)
      return value === null ? [] : [value]
    })
  }
}
