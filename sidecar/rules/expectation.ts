/** `expect` in an example: what one event should bring. */
import { type ReasonCode, reasonCodes } from '../domain/reason.js'
import { didYouMean } from './closest.js'
import { type Cursor, type Place, quote } from './cursor.js'
import { fieldsOf, mapOf } from './fields.js'
import { whole, wordLike } from './values.js'

/** What a rule, or all rules together, should do with an event. */
export type ExpectedOutcome =
  /** This many points in the learner's balance; below zero where points are taken back. */
  | { readonly kind: 'points'; readonly points: number }
  /** This many points held for review. */
  | { readonly kind: 'held'; readonly points: number }
  /** Nothing, for this reason. */
  | { readonly kind: 'reason'; readonly code: ReasonCode }

export interface ExpectedOfRule {
  readonly rule: string
  readonly outcome: ExpectedOutcome
  /** Where the rule is named, to report one that does not exist, or does something else. */
  readonly place: Place
}

export type Expectation =
  /** Of the event: points and held points are the sums over all rules; a reason is the one why no rule paid. */
  | { readonly kind: 'event'; readonly outcome: ExpectedOutcome; readonly place: Place }
  /** Of each rule named; the others may do what they like. */
  | { readonly kind: 'rules'; readonly rules: readonly ExpectedOfRule[]; readonly place: Place }

const MOST = 1_000_000_000
const ruleId = wordLike(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'the id of a rule')

/** A number of points, `{held: N}` or a reason code; or a map from rule id to one of these. */
export function readExpectation(at: Cursor): Expectation | null {
  const { place } = at
  if (at.shape.kind !== 'map' || isHeld(at)) {
    const outcome = readOutcome(at)
    return outcome && { kind: 'event', outcome, place }
  }
  const rules: ExpectedOfRule[] = []
  for (const { key, value } of mapOf(at, at.name) ?? []) {
    const rule = ruleId(key)
    const outcome = readOutcome(value)
    if (rule !== null && outcome !== null) rules.push({ rule, outcome, place: key.place })
  }
  return { kind: 'rules', rules, place }
}

/** `{held: N}`: a single key. A rule that is itself called `held` is named beside another one. */
function isHeld(at: Cursor): boolean {
  return at.shape.kind === 'map' && at.shape.entries.length === 1 && at.shape.entries[0]?.name === 'held'
}

function readOutcome(at: Cursor): ExpectedOutcome | null {
  const { shape } = at
  if (shape.kind === 'map') {
    const points = fieldsOf(at, at.name, ['held'])?.need('held', whole(-MOST, MOST)) ?? null
    return points === null ? null : { kind: 'held', points }
  }
  if (shape.kind === 'scalar' && typeof shape.value === 'string') return readReason(at, shape.value)
  const points = whole(-MOST, MOST)(at)
  return points === null ? null : { kind: 'points', points }
}

function readReason(at: Cursor, written: string): ExpectedOutcome | null {
  const code = reasonCodes.find((candidate) => candidate === written)
  if (code) return { kind: 'reason', code }
  const close = didYouMean(written, reasonCodes)
  return at.fail(`there is no reason ${quote(written)}${close} Allowed: points, {held: N}, ${reasonCodes.join(', ')}`)
}
