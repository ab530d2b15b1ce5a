/** A learner earns and redeems nothing for the time being, and keeps what they have. Inside a transaction only. */
import type { Freeze } from '../store/frozen.js'
import { recordAdministration } from './administer.js'
import { type AskedFor, mergedAway } from './learner.js'
import type { Moment } from './moment.js'

export interface FreezeState {
  readonly frozen: Freeze | null
  /** False: it was so before. */
  readonly changed: boolean
  /** The account that this one is part of since they were merged: the one to ask for. */
  readonly mergedInto: string | null
}

/**
 * Also one whom Rocket has never heard of: Moodle asks for whoever it deletes, and what comes of them later earns nothing.
 * Who types an id asks `requireKnown` first.
 */
export function freeze(moment: Moment, asked: AskedFor): FreezeState {
  const { stores, rules, now } = moment
  const { source } = rules.current().settings
  const mergedInto = mergedAway(moment, asked.userId)
  if (mergedInto !== null) return { frozen: null, changed: false, mergedInto }
  const { frozen } = stores.learners
  const subject = stores.learners.enrol(source, asked.userId)
  const before = frozen.of(subject)
  if (before) return { frozen: before, changed: false, mergedInto }
  note(moment, subject, asked, true)
  frozen.add(subject, { since: now, reason: asked.reason })
  return { frozen: frozen.of(subject), changed: true, mergedInto }
}

export function unfreeze(moment: Moment, asked: AskedFor): FreezeState {
  const { stores, rules } = moment
  const mergedInto = mergedAway(moment, asked.userId)
  const subject = stores.learners.subjectOf(rules.current().settings.source, asked.userId)
  if (mergedInto !== null || subject === null || stores.learners.frozen.of(subject) === null)
    return { frozen: null, changed: false, mergedInto }
  note(moment, subject, asked, false)
  stores.learners.frozen.remove(subject)
  return { frozen: null, changed: true, mergedInto }
}

function note(
  { stores, rules, now }: Moment,
  subject: string,
  { userId, actor, reason: why }: AskedFor,
  frozen: boolean,
): void {
  const reason = frozen ? 'learner frozen' : 'learner unfrozen'
  const what = { actor, reason, detail: { frozen, why }, now, about: { subject, userId } }
  recordAdministration(stores.ledger, rules.current(), what)
}
