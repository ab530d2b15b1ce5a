/** Two accounts of the LMS turn out to be one person: points, memory, facts and redemptions of one become the other's. */
import { spend } from '../domain/lot.js'
import { lapse } from './lapse.js'
import { type AskedFor, mergedAway } from './learner.js'
import { type Moment, write } from './moment.js'
import { Refusal } from './refusal.js'
import { announceTier } from './tier.js'

export interface MergeOrder extends AskedFor {
  /** The account that stays. */
  readonly into: string
}

export interface Merge {
  /** False: Rocket has never heard of the first, or they are one already. */
  readonly merged: boolean
  /** The account that stays: another one than asked for, where that was merged itself. */
  readonly into: string
  /** What moved. */
  readonly points: number
  readonly held: number
}

/**
 * No entry is changed: what the first has leaves it by one entry and arrives at the other by others that name it.
 * Inside a transaction only.
 * @throws Refusal where the first is part of a third account already.
 */
export function merge(moment: Moment, { userId: from, into: asked, actor, reason }: MergeOrder): Merge {
  const { stores, rules, now } = moment
  const { ledger, learners } = stores
  const current = rules.current()
  const { source } = current.settings
  const into = mergedAway(moment, asked) ?? asked
  const left = learners.subjectOf(source, from)
  const before = mergedAway(moment, from)
  if (left === null || from === into || before === into) return { merged: false, into, points: 0, held: 0 }
  if (before !== null) {
    throw new Refusal('state_conflict', `${from} was merged into ${before}: merge ${before} into ${into}.`, {
      merged_into: before,
    })
  }
  const kept = learners.enrol(source, into)
  lapse(moment, left, from)
  const { points, held } = ledger.balance(left)
  const portions = points > 0 ? spend(ledger.lots.of(left), points) : [{ expires: null, points }]
  const { seq: ref } = write(moment, {
    kind: 'merge',
    subject: left,
    points: 0 - points,
    held: 0 - held,
    record: { userId: from, actor, reason, detail: { into: kept } },
  })
  const record = { userId: into, actor, reason, detail: { from: left } }
  for (const [index, portion] of portions.entries()) {
    const rest = { held: index === 0 ? held : 0, ref, record }
    write(moment, { kind: 'merge', subject: kept, points: portion.points, expires: portion.expires, ...rest })
  }
  learners.merged.move(left, kept)
  announceTier(stores, current, kept, now)
  return { merged: true, into, points, held }
}
