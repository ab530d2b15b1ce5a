/** `revoke_on`: the events that take a grant back. */
import { deedNameOf, isGradedClass, type Listening } from '../domain/meaning.js'
import type { Revocation } from '../domain/rule.js'
import { conditionOf } from './condition.js'
import type { Cursor } from './cursor.js'
import { fieldsOf } from './fields.js'
import { allCustom } from './names.js'
import { listOf, type Reader } from './values.js'

/** One name, or a list of names and of maps `{event: name, conditions: {…}}`. */
export function revocationsOf(event: Reader<Listening>, rule: readonly Listening[]): Reader<readonly Revocation[]> {
  const item: Reader<Revocation> = (at) => {
    const revocation = at.shape.kind === 'map' ? withConditions(at, event) : plain(at, event)
    if (revocation) warnOfTraps(at, revocation, new Set(rule.flatMap(({ classes }) => classes)))
    return revocation
  }
  return (at) => {
    if (at.shape.kind === 'list') return listOf(item)(at)
    if (at.shape.kind === 'map') return at.fail(`${at.name} must be a name or a list; begin the line with a dash`)
    const one = item(at)
    return one && [one]
  }
}

/** What reads well and does something else. @param granting the classes that the rule listens to. */
function warnOfTraps(at: Cursor, { listens, conditions }: Revocation, granting: ReadonlySet<string>): void {
  const granted = [...granting].map(deedNameOf)
  const undone = listens.classes.map(deedNameOf)
  if (!granted.includes(null) && !undone.includes(null) && !undone.some((deed) => granted.includes(deed))) {
    at.warn(`takes nothing back: it is about ${undone[0]}, and the rule pays for ${granted[0]}`)
  } else if (!conditions && listens.classes.some((name) => isGradedClass(name) && !granting.has(name))) {
    at.warn(
      'takes the points back at every such event, better grades included; add conditions, such as { score: "<80" }',
    )
  }
}

function plain(at: Cursor, event: Reader<Listening>): Revocation | null {
  const listens = event(at)
  return listens && { listens, conditions: null }
}

function withConditions(at: Cursor, event: Reader<Listening>): Revocation | null {
  const fields = fieldsOf(at, at.name, ['event', 'conditions'])
  const listens = fields?.need('event', event) ?? null
  const names = listens && allCustom([listens]) ? 'any' : 'known'
  const conditions = fields?.read('conditions', conditionOf(names)) ?? null
  return listens && { listens, conditions }
}
