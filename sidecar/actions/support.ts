/** What a learner or a person in charge asks for a redemption: cancel, a new token, more time, another attempt. */
import { randomBytes } from 'node:crypto'
import { inLanguage } from '../domain/reward.js'
import { TOKEN_BYTES, tokenFrom } from '../domain/token-code.js'
import type { Redemption } from '../store/redemption.js'
import { recordAdministration } from './administer.js'
import { handOutCode } from './hand-out-code.js'
import type { Moment } from './moment.js'
import { refund, requireLearner, requireRedemption, titleOf } from './redemption.js'
import { Refusal } from './refusal.js'
import { requireFinished } from './resend.js'

/** Who asks, and why: both stand on the ledger. */
export interface Asked {
  readonly actor: string
  readonly reason: string
}

/** Until when its learner may cancel it, epoch milliseconds; null: not, or not any more. */
export function cancellableUntil(
  { state, delivery, created, expires, detail }: Redemption,
  now: number,
): number | null {
  const within = detail.terms.cancel_within
  // What was sent somewhere, or shown as a shop's code, may be used already.
  if (within === null || state !== 'issued' || delivery !== 'in_app') return null
  const until = Math.min(created + within, expires ?? Number.POSITIVE_INFINITY)
  return now < until ? until : null
}

/** @throws Refusal */
export function cancelOwn(moment: Moment, userId: string, id: string): Redemption {
  const redemption = requireRedemption(moment, id)
  const { source } = moment.rules.current().settings
  if (redemption.subject !== moment.stores.learners.subjectOf(source, userId))
    throw new Refusal('not_found', `There is no redemption ${id}.`)
  // Asked again, it is as it was asked.
  if (redemption.state === 'cancelled') return redemption
  if (cancellableUntil(redemption, moment.now) === null) {
    throw new Refusal('state_conflict', whyNot(redemption), { state: redemption.state })
  }
  requireFinished(moment)
  refund(moment, redemption, 'cancelled', { reason: 'cancelled by the learner' })
  return requireRedemption(moment, id)
}

function whyNot({ state, delivery, detail }: Redemption): string {
  if (delivery !== 'in_app') return 'It was handed over, or is on its way: only a person in charge can cancel it now.'
  if (state !== 'issued') return `It is ${state}, so it cannot be cancelled any more.`
  return detail.terms.cancel_within === null
    ? 'Only a person in charge can cancel this reward.'
    : 'The time in which it could be cancelled is over.'
}

/** @throws Refusal */
export function cancel(moment: Moment, id: string, { actor, reason }: Asked): Redemption {
  requireFinished(moment)
  refund(moment, requireRedemption(moment, id), 'cancelled', { actor, reason })
  return requireRedemption(moment, id)
}

/** A new token in place of a lost one, or another code in place of one that the shop refused. @throws Refusal */
export function reissue(moment: Moment, id: string, asked: Asked): Redemption {
  const { stores, now } = moment
  const redemption = requireRedemption(moment, id)
  const { seq, reward, delivery, state } = redemption
  requireLearner(redemption)
  requireFinished(moment)
  let digest: Buffer | null
  if (delivery === 'codes' && state === 'delivered') {
    digest = stores.codes.next(reward, moment.rules.current().civil.dayOf(now))
    stores.codes.markFaulty(seq)
    if (!handOutCode(moment, reward, seq)) {
      throw new Refusal('reward_locked', `No code is left for ${reward}: import more, or cancel this redemption.`)
    }
  } else if (delivery === 'in_app' && state === 'issued') {
    const token = tokenFrom(randomBytes(TOKEN_BYTES))
    digest = stores.vault.digest('token', token)
    stores.redemptions.replaceToken(seq, digest, stores.vault.seal(token, id))
  } else {
    const why = 'Only an unused token that was shown in-app, or a code, can be replaced. Cancel it instead.'
    throw new Refusal('state_conflict', why, { state })
  }
  stores.restored.setReceipt(seq, now)
  note(moment, redemption, 'redemption reissued', asked, { digest: digest?.toString('hex') })
  stores.notices.tell(redemption.subject, 'token_replaced', { reward, title: titleOf(redemption), redemption: id }, now)
  return requireRedemption(moment, id)
}

/** More time for an unused token. @param until epoch milliseconds. @throws Refusal */
export function extend(moment: Moment, id: string, until: number, asked: Asked): Redemption {
  const { redemptions, restored } = moment.stores
  const redemption = requireRedemption(moment, id)
  const { seq, state, expires, tokenCopy } = redemption
  requireLearner(redemption)
  requireFinished(moment)
  if (expires === null || tokenCopy === null) {
    throw new Refusal('state_conflict', 'It has no unused token whose time could be extended.', { state })
  }
  if (until <= expires || until <= moment.now) {
    throw new Refusal('state_conflict', `Its token lapses on ${new Date(expires).toISOString()}: give a later time.`)
  }
  redemptions.extend(seq, until)
  restored.setReceipt(seq, moment.now)
  note(moment, redemption, 'redemption extended', asked, { expires_at: new Date(until).toISOString() })
  return requireRedemption(moment, id)
}

/** Sends again what could not be sent. @returns how many messages. @throws Refusal */
export function replay(moment: Moment, id: string, asked: Asked): number {
  const redemption = requireRedemption(moment, id)
  requireFinished(moment)
  const count = moment.stores.messages.replay(redemption.seq, moment.now)
  if (count === 0) throw new Refusal('state_conflict', 'Nothing of it waits to be sent.', { state: redemption.state })
  note(moment, redemption, 'redemption replayed', asked, {})
  return count
}

function note(
  { stores, rules, now }: Moment,
  { id, subject, userId, detail }: Redemption,
  what: string,
  asked: Asked,
  more: object,
): void {
  const { actor, reason } = asked
  const terms = { redemption: id, reward: inLanguage(detail.terms.title, 'en'), why: reason, ...more }
  recordAdministration(stores.ledger, rules.current(), {
    actor,
    reason: what,
    detail: terms,
    now,
    about: { subject, userId },
  })
}
