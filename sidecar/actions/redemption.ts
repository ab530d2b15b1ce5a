/** What becomes of a redemption: each step an entry under it. Inside a transaction only. */
import { monthOf } from '../domain/budget.js'
import type { Kind, PrivateRecord } from '../domain/entry.js'
import { firstState, mayFollow, type State, type TransitionDetail } from '../domain/redemption.js'
import { inLanguage } from '../domain/reward.js'
import type { Redemption } from '../store/redemption.js'
import { lapse } from './lapse.js'
import { type Moment, write } from './moment.js'
import { Refusal } from './refusal.js'

/** Who or what moves a redemption on. */
export interface By {
  /** A person or `server`, for the ledger. */
  readonly actor?: string | undefined
  readonly reason?: string | undefined
  /** A partner's id, `counter`, `moodle`. */
  readonly by?: string | undefined
  readonly reference?: string | undefined
  /** When it happened, epoch milliseconds, where that is told only now: after a restore. */
  readonly time?: number | undefined
}

/** @throws Refusal */
export function requireRedemption({ stores }: Moment, id: string): Redemption {
  const redemption = stores.redemptions.byId(id)
  if (redemption) return redemption
  throw new Refusal('not_found', `There is no redemption ${id}.`)
}

/** The learner whose it is. @throws Refusal where they are erased: nobody is left to give anything to. */
export function requireLearner({ id, userId, state }: Redemption): string {
  if (userId !== null) return userId
  throw new Refusal('state_conflict', `The learner of the redemption ${id} was erased: it stays as it is.`, { state })
}

export const titleOf = ({ detail }: Redemption): string => inLanguage(detail.terms.title, 'en')

/** It reached the learner, or whoever hands it over. @param code what the partner answered for the learner to see. */
export function deliver(moment: Moment, redemption: Redemption, by: By, code: string | null = null): void {
  const { stores } = moment
  // From consumed there is a way to delivered as well, but that is a reversal.
  if (redemption.state !== 'delivering') throw conflict(redemption, 'delivered')
  enter(moment, redemption, 'delivered', 'consumption', by)
  if (code !== null) stores.redemptions.keepPartnerCode(redemption.seq, stores.vault.seal(code, redemption.id))
  tell(moment, redemption, 'delivered', {})
}

/** Its token was used: at a till, or at the counter. */
export function consume(moment: Moment, redemption: Redemption, by: By & { readonly by: string }): void {
  const { stores } = moment
  const now = stores.ledger.timeOf(moment.now)
  enter(moment, redemption, 'consumed', 'consumption', by)
  stores.redemptions.setConsumed(redemption.seq, by.time ?? now, by.by, by.reference ?? null)
  stores.redemptions.keepCopy(redemption.seq, null)
  // Who consumes it knows of it.
  stores.messages.drop(redemption.seq, 'redemption.issued')
}

/** A till was voided: the token counts again. @param token its text, for its learner to see again. */
export function reverse(moment: Moment, redemption: Redemption, by: By, token: string): void {
  const { redemptions, vault } = moment.stores
  requireLearner(redemption)
  const state = redemption.delivery === 'in_app' ? firstState('in_app') : 'delivered'
  enter(moment, redemption, state, 'consumption', by)
  redemptions.setConsumed(redemption.seq, null, null, null)
  redemptions.keepCopy(redemption.seq, vault.seal(token, redemption.id))
}

/** Points and money go back: cancelled by a person, refused by who should deliver, or lapsed unused. */
export function refund(
  moment: Moment,
  redemption: Redemption,
  state: 'cancelled' | 'refused' | 'expired',
  by: By,
): void {
  const { stores } = moment
  const { seq, subject, reward, budget, amountMinor, currency, detail } = redemption
  requireTransition(redemption, state, 'refund')
  const userId = requireLearner(redemption)
  const record = recordOf(redemption, state, by)
  // Points return to the days on which they would have lapsed; money and state stand on the first of these entries.
  const portions = detail.portions.length > 0 ? detail.portions : [{ expires: null, points: 0 }]
  for (const [index, { expires, points }] of portions.entries()) {
    const money = index === 0 && amountMinor !== null
    const spending = {
      reward,
      budget: money ? budget : null,
      amountMinor: money ? 0 - amountMinor : null,
      currency: money ? currency : null,
    }
    write(moment, { kind: 'refund', subject, points, expires, ref: seq, spending, record })
  }
  const { redemptions } = stores
  redemptions.setState(seq, state)
  redemptions.setRefunded(seq)
  redemptions.keepCopy(seq, null)
  redemptions.countIssued(reward, -1)
  if (budget !== null && amountMinor !== null && currency !== null)
    redemptions.commit(budget, monthOf(redemption.day), 0 - amountMinor, currency)
  lapse(moment, subject, userId)
  tell(moment, redemption, state === 'expired' ? 'token_lapsed' : state, { points: redemption.points })
  tellPartner(moment, redemption, state)
}

/** A token lapsed unused: its points come back or go with it, as its reward says. */
export function lapseToken(moment: Moment, redemption: Redemption): void {
  const by = { actor: 'server', reason: 'lapsed unused' }
  if (redemption.detail.terms.on_expiry === 'refund') refund(moment, redemption, 'expired', by)
  else forfeit(moment, redemption, by)
}

/** Lapsed unused, and the points with it. */
export function forfeit(moment: Moment, redemption: Redemption, by: By): void {
  enter(moment, redemption, 'expired', 'expiry', by)
  moment.stores.redemptions.keepCopy(redemption.seq, null)
  tell(moment, redemption, 'token_lapsed', { points: 0 })
}

/** A partner who may know of it is told that it no longer counts; one who does not is not told of it at all. */
function tellPartner({ stores, now }: Moment, { seq, partner, delivery }: Redemption, state: State): void {
  if (delivery !== 'partner' || partner === null || state !== 'cancelled') return
  const [issued] = stores.messages.ofRedemption(seq)
  stores.messages.drop(seq, 'redemption.issued')
  if (issued && issued.attempts > 0) stores.messages.add(seq, partner, 'redemption.cancelled', now)
}

/** An entry that moves no points, and the state that it leads to. */
function enter(moment: Moment, redemption: Redemption, state: State, kind: Kind, by: By): void {
  const { stores } = moment
  const { seq, subject, reward } = redemption
  requireTransition(redemption, state, kind)
  const spending = { reward, budget: null, amountMinor: null, currency: null }
  write(moment, { kind, subject, ref: seq, spending, record: recordOf(redemption, state, by) })
  stores.redemptions.setState(seq, state)
}

function requireTransition(redemption: Redemption, to: State, kind: Kind): void {
  if (!mayFollow(redemption.state, to, kind)) throw conflict(redemption, to)
}

function conflict({ id, state }: Redemption, to: State): Refusal {
  const why = state === to ? `is ${state} already` : `is ${state}, so it cannot become ${to}`
  return new Refusal('state_conflict', `The redemption ${id} ${why}.`, { state })
}

function recordOf({ id, userId }: Redemption, state: State, { actor, reason, by, reference, time }: By): PrivateRecord {
  const detail: TransitionDetail = { redemption: id, state, by, reference }
  const happened = time === undefined ? undefined : new Date(time).toISOString()
  return { userId: userId ?? undefined, actor, reason, time: happened, detail: { ...detail } }
}

function tell(
  { stores, now }: Moment,
  redemption: Redemption,
  code: 'delivered' | 'refused' | 'cancelled' | 'token_lapsed',
  params: Readonly<Record<string, string | number | null>>,
): void {
  const about = { reward: redemption.reward, title: titleOf(redemption), redemption: redemption.id }
  stores.notices.tell(redemption.subject, code, { ...about, ...params }, now)
}
