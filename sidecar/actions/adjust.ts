/** A person corrects a balance. */
import { type Moment, write } from './moment.js'
import { announceTier } from './tier.js'

export interface Adjustment {
  readonly userId: string
  /** Signed, not 0. */
  readonly points: number
  readonly reason: string
  readonly actor: string
}

/**
 * Inside a transaction only. A balance may go below zero: later points fill it.
 * @returns the entry, the balance after it, and whether Rocket had never heard of the learner before.
 */
export function adjust(
  moment: Moment,
  { userId: asked, points, reason, actor }: Adjustment,
): { seq: number; balance: number; isNew: boolean } {
  const { stores, rules, now } = moment
  const current = rules.current()
  const { source } = current.settings
  const userId = stores.learners.merged.currentId(source, asked)
  const isNew = stores.learners.subjectOf(source, userId) === null
  const subject = stores.learners.enrol(source, userId)
  const { seq } = write(moment, { kind: 'adjustment', subject, points, record: { userId, actor, reason } })
  announceTier(stores, current, subject, now)
  return { seq, balance: stores.ledger.balance(subject).points, isNew }
}
