/** `revoke_on`: the events that take a grant back. */
import type { Listening } from '../domain/meaning.js'
import type { Revocation } from '../domain/rule.js'
import { conditionOf } from './condition.js'
import type { Cursor } from './cursor.js'
import { fieldsOf } from './fields.js'
import { allCustom } from './names.js'
import { listOf, type Reader } from './values.js'

/** One name, or a list of names and of maps `{event: name, conditions: {…}}`. */
export function revocationsOf(event: Reader<Listening>): Reader<readonly Revocation[]> {
  const item: Reader<Revocation> = (at) => (at.shape.kind === 'map' ? withConditions(at, event) : plain(at, event))
  return (at) => {
    if (at.shape.kind === 'list') return listOf(item)(at)
    if (at.shape.kind === 'map') return at.fail(`${at.name} must be a name or a list; begin the line with a dash`)
    const one = plain(at, event)
    return one && [one]
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
