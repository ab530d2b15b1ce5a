/** Redeeming rests for everybody, and goes on again; points are earned all the while. Inside a transaction only. */
import type { PauseCause } from '../store/pause.js'
import { recordAdministration } from './administer.js'
import type { Moment } from './moment.js'
import { Refusal } from './refusal.js'

/** Who, and why: both stand on the ledger. */
export interface Wanted {
  readonly actor: string
  readonly reason: string
}

export const isPaused = ({ stores }: Moment): boolean => stores.pauses.list().length > 0

/** @throws Refusal while nothing can be redeemed. */
export function requireRedeeming(moment: Moment): void {
  if (isPaused(moment))
    throw new Refusal('redeeming_paused', 'Redeeming is paused for the moment. Your points are safe.')
}

/** @returns false where it rested for this cause before: nothing was done. */
export function pauseRedeeming(moment: Moment, cause: PauseCause, { actor, reason }: Wanted): boolean {
  const { stores, rules, now } = moment
  if (stores.pauses.list().some((pause) => pause.cause === cause)) return false
  const detail = { paused: 'redeeming', cause, why: reason }
  recordAdministration(stores.ledger, rules.current(), { actor, reason: 'redeeming paused', detail, now })
  stores.pauses.add({ cause, since: now, reason })
  return true
}

/**
 * One cause is gone: it goes on, unless there is another.
 * @returns false where it did not rest for this cause: nothing was done.
 */
export function resumeRedeeming(moment: Moment, cause: PauseCause, { actor, reason }: Wanted): boolean {
  const { stores, rules, now } = moment
  if (!stores.pauses.remove(cause)) return false
  const detail = { resumed: 'redeeming', cause, why: reason }
  recordAdministration(stores.ledger, rules.current(), { actor, reason: 'redeeming resumed', detail, now })
  return true
}
