/** A learner is forgotten: what leads from the ledger to them is deleted, and the ledger still proves itself. */
import { belongsToOne } from '../domain/meaning.js'
import { keptDigest, type StandingRedemption } from '../domain/redemption.js'
import type { Redemption } from '../store/redemption.js'
import { type AskedFor, mergedAway } from './learner.js'
import { refuseHeld } from './legal-hold.js'
import { type Moment, write } from './moment.js'
import { deliver, refund } from './redemption.js'

export interface Erasure {
  /** False: nothing is kept of them, or no more. */
  readonly erased: boolean
  /** Private records that were deleted. */
  readonly records: number
  /** Redemptions that were open, and ended. */
  readonly cancelled: number
  /** Deliveries of which nobody knows whether they arrived: they stand as spent. */
  readonly inDoubt: number
  /** The account that this one is part of since they were merged: the one to ask for. */
  readonly mergedInto: string | null
}

const NOTHING: Erasure = { erased: false, records: 0, cancelled: 0, inDoubt: 0, mergedInto: null }

/**
 * Inside a transaction only; what follows it is `afterErasure`. The reason stays on the ledger: it should name nobody.
 * Somebody who only had to do with others (a teacher) is erased like anybody: no record of others leads to them any more.
 * @throws Refusal where a legal hold keeps them.
 */
export function erase(moment: Moment, { userId, actor, reason }: AskedFor): Erasure {
  const { source } = moment.rules.current().settings
  const mergedInto = mergedAway(moment, userId)
  const subject = moment.stores.learners.subjectOf(source, userId)
  if (mergedInto !== null || subject === null) return { ...NOTHING, mergedInto }
  refuseHeld(moment, subject, userId)
  return forget(moment, subject, { actor, reason })
}

/** Erases whom a subject leads to, whatever holds them: for one who was erased before, and came back with a backup. */
export function forget(moment: Moment, subject: string, by: { actor: string; reason: string }): Erasure {
  const { stores, rules, now } = moment
  const { ledger, learners, erased, events, redemptions } = stores
  const {
    civil,
    settings: { source },
  } = rules.current()
  // While it can be told who asks: perhaps they themselves.
  const actor = ledger.written(by.actor, subject, source, now, civil)
  const ended = { actor, reason: 'learner erased' }
  const open = redemptions.list({ subject }, Number.MAX_SAFE_INTEGER).filter(isOpen)
  const inDoubt = open.filter((redemption) => isInDoubt(moment, redemption))
  for (const redemption of open) {
    if (inDoubt.includes(redemption)) letStand(moment, redemption, actor)
    else refund(moment, redemption, 'cancelled', ended)
  }
  let deleted = 0
  for (const account of learners.merged.subjectsOf(subject)) {
    const { points, held } = ledger.balance(account)
    const records = erased.recordsOf(account)
    // Their records go, and the table by itself would prove nothing.
    const standing = redemptions
      .list({ subject: account }, Number.MAX_SAFE_INTEGER)
      .map((redemption) => standingOf(moment, redemption))
    const { seq } = write(moment, {
      kind: 'erasure',
      subject: account,
      points: 0 - points,
      held: 0 - held,
      record: { actor, reason: by.reason, detail: { records, redemptions: standing } },
    })
    for (const act of erased.actsOf(account)) if (belongsToOne(act)) erased.keepDeed(events.deedKey(source, act))
    erased.erase(account, seq, now)
    deleted += records
  }
  const cancelled = open.length - inDoubt.length
  return { erased: true, records: deleted, cancelled, inDoubt: inDoubt.length, mergedInto: null }
}

/** How it stands from here on, and a digest over what else is kept of it: its record, which says all that, goes. */
function standingOf({ stores }: Moment, { seq, state, day, detail, ...kept }: Redemption): StandingRedemption {
  const token = stores.restored.tokenOf(seq)?.toString('hex') ?? null
  return { seq, state, day, kept: keptDigest({ ...kept, token, terms: detail.terms }) }
}

/** Nobody has it in hand yet. What was handed over, or reached its partner, stays. */
const isOpen = ({ state }: Redemption): boolean => state === 'issued' || state === 'delivering'

/**
 * Its partner was told, and gave no answer that says whether it has it. Moodle is never in doubt: it is answered that it
 * comes too late, and undoes what it did.
 */
function isInDoubt({ stores }: Moment, { seq, state, delivery }: Redemption): boolean {
  if (state !== 'delivering' || delivery !== 'partner') return false
  return stores.messages.ofRedemption(seq).some(({ type, attempts }) => type === 'redemption.issued' && attempts > 0)
}

/** A partner may hand it over, so its points and money are spent; it is not sent again. */
function letStand(moment: Moment, redemption: Redemption, actor: string): void {
  deliver(moment, redemption, { actor, reason: 'learner erased; whether it arrived is not known' })
  moment.stores.messages.drop(redemption.seq, 'redemption.issued')
}
