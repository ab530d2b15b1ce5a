/** How often a rule pays: `frequency`, `cooldown`, `per` and `caps`. */
import { parseDuration } from '../domain/duration.js'
import type { Cap, CivilPeriod, Frequency } from '../domain/rule.js'
import { didYouMean } from './closest.js'
import { type Cursor, quote } from './cursor.js'
import { type Fields, fieldsOf } from './fields.js'
import { duration, listOf, oneOf, type Reader, whole, word } from './values.js'

const PERIODS: readonly CivilPeriod[] = ['day', 'week', 'month', 'term', 'ever']
const MOST = 1_000_000_000

export const SCOPES = ['course', 'activity', 'object'] as const

/**
 * `frequency` grants in every `cooldown`, counted `per` learner, course, activity or object. A cooldown alone means one;
 * a frequency alone means that many ever.
 */
export function readFrequency(rule: Fields): Frequency | null {
  const count = rule.read('frequency', whole(1, 1_000_000))
  const milliseconds = rule.read('cooldown', duration)
  const per = rule.read('per', oneOf(['learner', ...SCOPES]))
  if (!rule.has('frequency') && !rule.has('cooldown')) {
    if (rule.has('per')) rule.key('per').fail('`per` says how frequency and cooldown count, and this rule has neither')
    return null
  }
  return { count: count ?? 1, milliseconds, per: per ?? 'learner' }
}

/** At most so many points or grants in a period. */
export function capsOf(terms: boolean): Reader<Cap[]> {
  return listOf((at) => readCap(at, terms))
}

function readCap(at: Cursor, terms: boolean): Cap | null {
  const fields = fieldsOf(at, 'a cap', ['points', 'grants', 'per'])
  if (!fields) return null
  const points = fields.read('points', whole(1, MOST))
  const grants = fields.read('grants', whole(1, MOST))
  const per = fields.need('per', (value) => readPeriod(value, terms))
  if (fields.has('points') === fields.has('grants')) {
    return at.fail('a cap limits either points or grants: give exactly one of the two, such as {points: 50, per: day}')
  }
  const limit = points ?? grants
  if (limit === null || per === null) return null
  return { unit: fields.has('points') ? 'points' : 'grants', limit, ...per }
}

/**
 * A civil period, or a length of time, with how it was written.
 * @param terms whether rocket.yaml has terms: without them there is no `term`.
 */
export function readPeriod(at: Cursor, terms: boolean): Pick<Cap, 'per' | 'written'> | null {
  const written = word(at)
  if (written === null) return null
  const civil = PERIODS.find((period) => period === written)
  const per = civil ?? parseDuration(written)
  if (per === null) {
    const close = didYouMean(written, PERIODS)
    return at.fail(
      `${at.name} cannot be ${quote(written)}${close} Allowed: ${PERIODS.join(', ')}, or a length such as 48h`,
    )
  }
  if (per === 'term' && !terms) return at.fail(NO_TERMS)
  return { per, written }
}

export const NO_TERMS = '`term` needs the institution’s terms: add `terms` to rocket.yaml, or choose another period'
