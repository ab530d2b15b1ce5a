/** A learner against whom nothing is held by the clock: shift work, a screen reader, extra time. Nobody has to say why. */
import { recordAdministration } from './administer.js'
import { mergedAway } from './learner.js'
import type { Moment } from './moment.js'

export interface Exemption {
  readonly exempt: boolean
  /** False: it was so before. */
  readonly changed: boolean
  /** The account that this one is part of since they were merged: the one to ask for. */
  readonly mergedInto: string | null
}

/** Also one whom Rocket has never heard of. Inside a transaction only. */
export function setExempt(
  moment: Moment,
  { userId, actor, exempt }: { readonly userId: string; readonly actor: string; readonly exempt: boolean },
): Exemption {
  const { stores, rules, now } = moment
  const mergedInto = mergedAway(moment, userId)
  if (mergedInto !== null) return { exempt: false, changed: false, mergedInto }
  const current = rules.current()
  const { source } = current.settings
  const known = stores.learners.subjectOf(source, userId)
  if (known === null && !exempt) return { exempt, changed: false, mergedInto }
  const subject = known ?? stores.learners.enrol(source, userId)
  if (stores.exempt.has(subject) === exempt) return { exempt, changed: false, mergedInto }
  const reason = exempt ? 'exempt from checks of timing' : 'no longer exempt from checks of timing'
  recordAdministration(stores.ledger, current, { actor, reason, detail: { exempt }, now, about: { subject, userId } })
  if (exempt) stores.exempt.add(subject, now)
  else stores.exempt.remove(subject)
  return { exempt, changed: true, mergedInto }
}
