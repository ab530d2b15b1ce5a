/** One rule of a pack. */
import { createHash } from 'node:crypto'
import { canonicalJson, type JsonValue } from '../domain/canonical.js'
import { parseDuration } from '../domain/duration.js'
import type { Listening } from '../domain/meaning.js'
import type { Expiry, Rule } from '../domain/rule.js'
import { conditionOf } from './condition.js'
import type { Cursor } from './cursor.js'
import { type Fields, fieldsOf } from './fields.js'
import { capsOf, NO_TERMS, readFrequency, SCOPES } from './limits.js'
import { allCustom, eventName } from './names.js'
import { pointsOf } from './points.js'
import type { References } from './references.js'
import type { Report } from './report.js'
import { requirementOf } from './requires.js'
import { revocationsOf } from './revoke-on.js'
import { readText } from './text.js'
import { identifier, isCivilDay, listOf, oneOf, type Reader, truth } from './values.js'
import { readWindow } from './window.js'

const KEYS = [
  'id',
  'was',
  'event',
  'conditions',
  'points',
  'frequency',
  'cooldown',
  'per',
  'once_per',
  'caps',
  'window',
  'requires',
  'unless',
  'revoke_on',
  'expires',
  'review',
  'active',
  'title',
  'description',
] as const

/** What a rule is read against: the rest of the configuration. */
export interface Surroundings {
  readonly report: Report
  readonly references: References
  /** Whether rocket.yaml has terms. */
  readonly terms: boolean
  /** Declared `custom.*` names; null where rocket.yaml could not be read, so that nothing is held against a rule. */
  readonly customEvents: readonly string[] | null
  /** Reads the id of a tier of rewards.yaml. */
  readonly tier: Reader<string>
}

/**
 * Reads one rule and reports all of its mistakes.
 * @returns null once anything is wrong in any file: the configuration is refused as a whole, so no rule will be needed.
 */
export function readRule(at: Cursor, surroundings: Surroundings): Rule | null {
  const { report, terms } = surroundings
  const fields = fieldsOf(at, 'a rule', KEYS)
  if (!fields) return null

  const { id, was } = readIds(fields, surroundings)
  const event = eventName(surroundings.customEvents)
  const listens = fields.need('event', oneOrMore(event))
  const names = allCustom(listens ?? []) ? 'any' : 'known'
  const points = fields.need('points', pointsOf(names))
  const rule = {
    conditions: fields.read('conditions', conditionOf(names)),
    unless: fields.read('unless', conditionOf(names)),
    frequency: readFrequency(fields),
    oncePer: fields.read('once_per', oneOf(SCOPES)),
    caps: fields.read('caps', capsOf(terms)) ?? [],
    window: fields.read('window', readWindow),
    requires: fields.read(
      'requires',
      requirementOf(
        (needs, place, strict) => surroundings.references.need({ rule: id, needs, at: place, strict }),
        surroundings.tier,
      ),
    ),
    revokeOn: fields.read('revoke_on', revocationsOf(event, listens ?? [])) ?? [],
    expires: fields.read('expires', expiryOf(terms)),
    review: fields.read('review', oneOf(['hold', 'flag'])),
    active: fields.read('active', truth) ?? true,
    title: fields.read('title', readText),
    description: fields.read('description', readText),
  }
  if (id === null || listens === null || points === null || report.errors > 0) return null
  return { id, version: versionOf(at), was, listens, points, ...rule }
}

/** Ids are claimed even for a rule that has mistakes, so that others may refer to it without a second report. */
function readIds(fields: Fields, { references }: Surroundings): { id: string | null; was: string[] } {
  const id = fields.need('id', (at) => {
    const written = identifier(at)
    if (written !== null) references.claim(written, written, at, false)
    return written
  })
  const was = fields.read(
    'was',
    listOf((at) => {
      const former = identifier(at)
      if (former !== null && id !== null) references.claim(former, id, at, true)
      return former
    }),
  )
  return { id, was: was ?? [] }
}

const oneOrMore = (event: Reader<Listening>): Reader<readonly Listening[]> => {
  return (at) => {
    if (at.shape.kind === 'list') return listOf(event)(at)
    const one = event(at)
    return one && [one]
  }
}

/** A length of time, a day on which the points lapse, or the end of the term. */
function expiryOf(terms: boolean): Reader<Expiry> {
  return (at) => {
    const written = at.shape.kind === 'scalar' ? at.shape.source : ''
    if (written === 'term') return terms ? { kind: 'term' } : at.fail(NO_TERMS)
    if (isCivilDay(written)) return { kind: 'on', day: written }
    const milliseconds = parseDuration(written)
    if (milliseconds !== null) return { kind: 'after', milliseconds }
    return at.fail(`${at.name} must be a length such as 90d, a day such as 2027-07-31, or term, not ${at.found}`)
  }
}

/**
 * Comments, layout and the order of keys are no part of the version; every value is, and the order of bands, of which the
 * first that fits pays.
 */
function versionOf(at: Cursor): string {
  const rule = at.json as { readonly points?: { readonly bands?: Readonly<Record<string, JsonValue>> } }
  const bands = rule.points?.bands
  const ordered = bands ? { ...rule, points: { ...rule.points, bands: Object.entries(bands) } } : rule
  return createHash('sha256')
    .update(canonicalJson(ordered as JsonValue))
    .digest('hex')
    .slice(0, 12)
}
