/** `requires`: what a learner must have before a rule pays, a tier is reached, or a reward can be had. */
import type { Requirement } from '../domain/rule.js'
import { type Cursor, quote } from './cursor.js'
import { fieldsOf } from './fields.js'
import { listOf, number, type Reader, text, whole, word } from './values.js'

const KEYS = ['badges', 'rules', 'completed', 'completion_rate', 'points', 'tier', 'any'] as const
const MOST_POINTS = 1_000_000_000
const REFERENCE_ID = /^[0-9A-Za-z_-]+$/

/** Told of every rule that is required. `strict`: nothing else can stand in for it. */
export type OnRule = (needed: string, at: Cursor, strict: boolean) => void

/**
 * All keys of the map have to be met; of an `any:` list one.
 * @param tier reads the id of a tier.
 */
export function requirementOf(onRule: OnRule, tier: Reader<string>): Reader<Requirement> {
  return (at) => readGroup(at, onRule, tier, true)
}

function readGroup(at: Cursor, onRule: OnRule, tier: Reader<string>, strict: boolean): Requirement | null {
  const fields = fieldsOf(at, at.name, KEYS)
  if (!fields) return null
  const completionRate = fields.read('completion_rate', readCompletionRate)
  const points = fields.read('points', whole(1, MOST_POINTS))
  const needed = fields.read('tier', tier)
  const any = fields.read(
    'any',
    listOf((part) => readGroup(part, onRule, tier, false)),
  )
  const of: Requirement[] = [
    ...(fields.read('badges', listOf(badge)) ?? []).map((name) => ({ kind: 'badge' as const, badge: name })),
    ...(fields.read(
      'rules',
      listOf((item) => readRule(item, onRule, strict)),
    ) ?? []),
    ...(fields.read('completed', listOf(completed)) ?? []).map((target) => ({ kind: 'completed' as const, target })),
    ...(completionRate ? [completionRate] : []),
    ...(points === null ? [] : [{ kind: 'points' as const, points }]),
    ...(needed === null ? [] : [{ kind: 'tier' as const, tier: needed }]),
    ...(any ? [group('any', any)] : []),
  ]
  return group('all', of)
}

const group = (kind: 'all' | 'any', of: readonly Requirement[]): Requirement => {
  const [first] = of
  return of.length === 1 && first ? first : { kind, of }
}

function readRule(at: Cursor, onRule: OnRule, strict: boolean): Requirement | null {
  const rule = word(at)
  if (rule === null) return null
  onRule(rule, at, strict)
  return { kind: 'rule', rule }
}

/** `badge:17`, or the badge's exact name. */
function badge(at: Cursor): string | null {
  const written = text(at)
  if (written === null || !written.startsWith('badge:')) return written
  if (REFERENCE_ID.test(written.slice('badge:'.length))) return written
  return at.fail(`${quote(written)} must be \`badge:\` and the badge’s number, such as badge:17, or its exact name`)
}

/** A course (`course:7` or its ID number) or an activity (`activity:quiz:123`). */
export function completed(at: Cursor): string | null {
  const written = word(at)
  if (written === null) return null
  const [kind, ...rest] = written.split(':')
  if (kind === 'activity' && !(rest.length === 2 && rest.every((part) => REFERENCE_ID.test(part)))) {
    return at.fail(`${quote(written)} must be \`activity:\`, the module and its number, such as activity:quiz:123`)
  }
  if (kind === 'course' && rest.length > 0) return course(at)
  if (kind !== 'activity' && rest.length === 1 && /^[0-9]+$/.test(rest[0] ?? '')) {
    at.warn(
      `${quote(written)} is taken for a course’s ID number; for an activity write ${quote(`activity:${written}`)}`,
    )
  }
  return written
}

/** `course:7`, or the course's ID number. */
export function course(at: Cursor): string | null {
  const written = word(at)
  if (written === null || !written.startsWith('course:')) return written
  if (REFERENCE_ID.test(written.slice('course:'.length))) return written
  return at.fail(`${quote(written)} must be \`course:\` and the course’s number, such as course:7, or its ID number`)
}

function readCompletionRate(at: Cursor): Requirement | null {
  const fields = fieldsOf(at, at.name, ['course', 'at_least'])
  if (!fields) return null
  const name = fields.need('course', course)
  const atLeast = fields.need('at_least', number(0, 100))
  return name !== null && atLeast !== null ? { kind: 'completion_rate', course: name, atLeast } : null
}
