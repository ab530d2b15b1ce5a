/** A learner is forgotten: what leads from the ledger to them is deleted, and the ledger still proves itself. */
import type { Redemption } from '../store/redemption.js'
import { type AskedFor, mergedAway } from './learner.js'
import { type Moment, write } from './moment.js'
import { refund } from './redemption.js'

export interface Erasure {
  /** False: nothing is kept of them, or no more. */
  readonly erased: boolean
  /** Private records that were deleted. */
  readonly records: number
  /** Redemptions that were open, and ended. */
  readonly cancelled: number
  /** The account that this one is part of since they were merged: the one to ask for. */
  readonly mergedInto: string | null
}

/** Inside a transaction only. The reason stays on the ledger: it should name nobody. */
export function erase(moment: Moment, { userId, actor, reason }: AskedFor): Erasure {
  const { stores, rules, now } = moment
  const { ledger, learners, erased } = stores
  const mergedInto = mergedAway(moment, userId)
  const subject = learners.subjectOf(rules.current().settings.source, userId)
  if (mergedInto !== null || subject === null) return { erased: false, records: 0, cancelled: 0, mergedInto }
  const open = stores.redemptions.list({ subject }, Number.MAX_SAFE_INTEGER).filter(isOpen)
  for (const redemption of open) refund(moment, redemption, 'cancelled', { actor, reason: 'learner erased' })
  let deleted = 0
  for (const account of learners.merged.subjectsOf(subject)) {
    const { points, held } = ledger.balance(account)
    const records = erased.recordsOf(account)
    const { seq } = write(moment, {
      kind: 'erasure',
      subject: account,
      points: 0 - points,
      held: 0 - held,
      // Who asks for themselves would be named for ever.
      record: { actor: actor === `moodle:${userId}` ? 'the learner' : actor, reason, detail: { records } },
    })
    erased.erase(account, seq, now)
    deleted += records
  }
  return { erased: true, records: deleted, cancelled: open.length, mergedInto }
}

/** Nobody has it in hand yet. What was handed over, or reached its partner, stays. */
const isOpen = ({ state }: Redemption): boolean => state === 'issued' || state === 'delivering'
