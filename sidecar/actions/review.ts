/** A person decides about what is held, flagged or stands out; where nobody does, time decides in the learner's favour. */
import type { Review } from '../store/review.js'
import { recordAdministration } from './administer.js'
import { type Moment, write } from './moment.js'
import { Refusal } from './refusal.js'
import { announceTier } from './tier.js'

/** `release`: in the learner's favour. */
export type ReviewDecision = 'release' | 'confirm'

export interface Decided {
  readonly id: number
  /** What the decision moved: given, or taken back. */
  readonly points: number
  /** Its entry. */
  readonly seq: number
}

/** Released points live at least so long, whatever their rule says: the learner could not spend them before. */
const LEAST_LIFE = 14 * 86_400_000
/** Flags and weeks that nobody decided are left as they are after so long. */
export const LEFT_AFTER = 90 * 86_400_000

/**
 * Decides about items of the queue, all of them or none. Inside a transaction only.
 * @throws Refusal where one is not there, or is decided already.
 */
export function decide(
  moment: Moment,
  ids: readonly number[],
  { decision, actor, reason }: { decision: ReviewDecision; actor: string; reason: string },
): Decided[] {
  const items = [...new Set(ids)].map((id) => {
    const item = moment.stores.reviews.get(id)
    if (!item) throw new Refusal('not_found', `There is no item ${id} in the review queue.`)
    return item
  })
  const before = items.filter(({ state }) => state !== 'open')
  if (before.length > 0) {
    const said = before.map(({ id, state }) => `${id} is ${state}`).join(', ')
    const message = `Nothing was decided: ${said}. Leave what is decided out.`
    throw new Refusal('state_conflict', message, { decided: before.map(({ id, state }) => ({ id, state })) })
  }
  return items.map((item) => {
    const by = { actor, reason }
    if (item.kind === 'hold' && decision === 'release') return release(moment, item, by, 'released')
    if (item.kind !== 'week' && decision === 'confirm') return confirm(moment, item, by)
    return note(moment, item, by, decision === 'release' ? 'released' : 'confirmed')
  })
}

/** What nobody decided in time ends in the learner's favour. @returns how many of at most `limit`. */
export function releaseDue(moment: Moment, limit: number): number {
  const due = moment.stores.reviews.due(moment.now, limit)
  const by = { actor: 'server', reason: 'nobody decided in time' }
  for (const item of due) {
    if (item.kind !== 'hold') note(moment, item, by, 'lapsed')
    else {
      release(moment, item, by, 'lapsed')
      // Its rule wanted a person's eye anyway.
      if (item.evidence.flagged === true) moment.stores.reviews.becomeFlag(item.id, moment.now + LEFT_AFTER)
    }
  }
  return due.length
}

/** People in charge are told once a week that something waits for them. Inside a transaction only. */
export function remindOfQueue({ stores, rules, now }: Moment): void {
  const { civil } = rules.current()
  const count = stores.reviews.waiting()
  const week = civil.dayOf(civil.period(now, 'week').start)
  if (count > 0) stores.notices.tellAdministrators('review_waiting', { count }, now, `review waiting ${week}`)
}

interface By {
  readonly actor: string
  readonly reason: string
}

function release(moment: Moment, item: Review, by: By, state: 'released' | 'lapsed'): Decided {
  const { stores, rules, now } = moment
  const { id, subject, points, expires } = item
  const { civil } = rules.current()
  const least = civil.dayOf(now + LEAST_LIFE)
  const lives = expires !== null && expires < least ? least : expires
  const seq = answer(moment, item, { kind: 'release', points, held: 0 - points, expires: lives }, by)
  stores.learners.release(subject, item.seq!)
  stores.reviews.decide(id, state, now, seq)
  stores.notices.tell(subject, state === 'lapsed' ? 'hold_lapsed' : 'hold_released', { points }, now)
  announceTier(stores, rules.current(), subject, now)
  return { id, points, seq }
}

/**
 * What was held is not given; a grant that was flagged is taken back, and the balance may go below zero. The act stays taken,
 * else the same deed would pay again at its next report.
 */
function confirm(moment: Moment, item: Review, by: By): Decided {
  const { stores, now } = moment
  const { id, kind, subject, points } = item
  const isHeld = kind === 'hold'
  const [given, held] = isHeld ? [0, 0 - points] : [0 - points, 0]
  const seq = answer(moment, item, { kind: isHeld ? 'void' : 'revocation', points: given, held, expires: null }, by)
  stores.learners.annul(subject, item.seq!)
  stores.reviews.decide(id, 'confirmed', now, seq)
  stores.notices.tell(subject, isHeld ? 'hold_confirmed' : 'flag_confirmed', { points, why: by.reason }, now)
  return { id, points: given, seq }
}

function answer(
  moment: Moment,
  { id, seq: ref, subject, rule, course, userId }: Review,
  change: { kind: 'release' | 'void' | 'revocation'; points: number; held: number; expires: string | null },
  { actor, reason }: By,
): number {
  const record = { userId: userId ?? undefined, course: course ?? undefined, actor, reason, detail: { review: id } }
  return write(moment, { ...change, subject, rule, ref, record }).seq
}

/** Nothing moves: somebody has looked. */
function note(
  moment: Moment,
  item: Review,
  { actor, reason }: By,
  state: 'released' | 'confirmed' | 'lapsed',
): Decided {
  const { stores, rules, now } = moment
  const { id, subject, userId, seq: flagged, week, foundBy } = item
  const detail = { review: id, decision: state, found_by: foundBy, ...(week === null ? { flagged } : { week }) }
  const seq = recordAdministration(stores.ledger, rules.current(), {
    actor,
    reason,
    detail,
    now,
    about: { subject, userId },
  })
  stores.reviews.decide(id, state, now, seq)
  return { id, points: 0, seq }
}

/**
 * A learner asks for a person: their item goes to the top. Asking again changes nothing. Inside a transaction only.
 * @throws Refusal where they have no such hold, or it is decided.
 */
export function appeal(moment: Moment, userId: string, id: number): { readonly id: number; readonly appealed: number } {
  const { stores, rules, now } = moment
  const subject = stores.learners.subjectOf(rules.current().settings.source, userId)
  const item = stores.reviews.get(id)
  if (item?.kind !== 'hold' || item.subject !== subject)
    throw new Refusal('not_found', `There are no points set aside under ${id}.`)
  if (item.state !== 'open') throw new Refusal('state_conflict', 'This is decided already.', { state: item.state })
  if (item.appealed !== null) return { id, appealed: item.appealed }
  stores.reviews.appeal(id, now)
  const { points } = item
  stores.notices.tell(item.subject, 'appeal_received', { points }, now, `appeal ${id}`)
  stores.notices.tellAdministrators('appeal_made', { points, review: id }, now, `appeal ${id}`)
  return { id, appealed: now }
}
