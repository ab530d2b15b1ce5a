/** One-time tokens at a partner's till or at the counter in Moodle: what one is worth, used once, taken back. */
import { iso, isoOr } from '../domain/instant.js'
import { readToken } from '../domain/token-code.js'
import type { Redemption } from '../store/redemption.js'
import type { Moment } from './moment.js'
import { once } from './once.js'
import { consume, reverse, titleOf } from './redemption.js'
import { Refusal } from './refusal.js'
import { requireFinished } from './resend.js'

/** Who stands at the till. Null: the counter, which may see every token. */
export type Till = { readonly partner: string } | null

/** What a till is told of a token: never whose it is. */
export interface TokenState {
  readonly status: string
  readonly reward_id: string
  readonly title: string
  readonly value: object | null
  readonly discount: object | null
  readonly valid_until: string | null
  readonly consumed_at: string | null
}

const REVERSAL_TIME = 24 * 3_600_000

/** Where it was used: for the counter, which has to tell who comes with it a second time. */
export interface UsedAt {
  readonly consumed_by: string | null
  readonly reference: string | null
}

/** @throws Refusal where it is no token, or none of this till's. */
export function verifyToken(moment: Moment, till: Till, written: string): TokenState & Partial<UsedAt> {
  const { redemption } = find(moment, till, written)
  const state = stateOf(redemption, moment.now)
  return till === null ? { ...state, consumed_by: redemption.consumedBy, reference: redemption.reference } : state
}

export interface Use {
  readonly token: string
  /** What the till writes down: a receipt's number. */
  readonly reference: string | null
  /** A retry under the same key gets the first answer. */
  readonly key: string | null
}

/** Uses a token, exactly once, whoever else tries. Inside a transaction only. @throws Refusal */
export function consumeToken(moment: Moment, till: Till, { token, reference, key }: Use): TokenState {
  const { stores, now } = moment
  const { redemption, symbols } = find(moment, till, token)
  const asks = `consume ${stores.vault.digest('token', symbols).toString('hex')} ${reference}`
  const answer = once(stores, { caller: callerOf(till), key, asks }, now, () => {
    refuseUnusable(redemption, now)
    requireFinished(moment)
    consume(moment, redemption, { by: callerOf(till), reference: reference ?? undefined })
    return stateOf(stores.redemptions.bySeq(redemption.seq)!, now)
  })
  requireStill(moment, redemption.seq, answer)
  return answer
}

/** An answer from before may no longer be true: a sale that was voided is not handed over because its call is repeated. */
function requireStill({ stores, now }: Moment, seq: number, answer: TokenState): void {
  const { status, consumed_at } = stateOf(stores.redemptions.bySeq(seq)!, now)
  if (answer.consumed_at === consumed_at) return
  const why = consumed_at === null ? 'This sale was voided since.' : 'This token was used again since.'
  throw new Refusal('state_conflict', `${why} Use a new Idempotency-Key for another call.`, { state: status })
}

/** Takes a consumption back, for a sale that was voided within a day. Inside a transaction only. @throws Refusal */
export function reverseToken(moment: Moment, till: Till, { token, reference, key }: Use): TokenState {
  const { stores, now } = moment
  const { redemption, symbols } = find(moment, till, token)
  const asks = `reverse ${stores.vault.digest('token', symbols).toString('hex')} ${reference}`
  const answer = once(stores, { caller: callerOf(till), key, asks }, now, () => {
    const { state, consumed, consumedBy } = redemption
    if (state !== 'consumed' || consumed === null) {
      throw new Refusal('state_conflict', 'This token is not consumed, so there is nothing to reverse.', {
        state,
      })
    }
    if (till !== null && consumedBy !== till.partner) {
      throw new Refusal('state_conflict', 'This token was consumed elsewhere. Only who consumed it can reverse that.')
    }
    if (now - consumed > REVERSAL_TIME) {
      throw new Refusal('too_late', `It was consumed on ${iso(consumed)}, more than 24 hours ago.`)
    }
    requireFinished(moment)
    reverse(moment, redemption, { by: callerOf(till), reference: reference ?? undefined, reason: 'reversed' }, symbols)
    return stateOf(stores.redemptions.bySeq(redemption.seq)!, now)
  })
  requireStill(moment, redemption.seq, answer)
  return answer
}

const callerOf = (till: Till): string => till?.partner ?? 'counter'

function find({ stores }: Moment, till: Till, written: string): { redemption: Redemption; symbols: string } {
  const read = readToken(written)
  if ('fault' in read) {
    const why =
      read.fault === 'no_token'
        ? 'This is no token: one looks like 7Q2M-X4KD-9RTA-0VHB-5CNE-8WGJ-3, six groups of four and a last sign.'
        : 'The token is mistyped, or a sign is missing: its last sign does not fit the others. Type it again.'
    throw new Refusal('token_mistyped', why)
  }
  const redemption = stores.redemptions.byToken(stores.vault.digest('token', read.token))
  // A stranger's token and none at all look the same.
  if (!redemption || !maySee(till, redemption)) {
    throw new Refusal('token_unknown', 'This token is not known here. It may be for another partner, or replaced.')
  }
  return { redemption, symbols: read.token }
}

/** A partner sees what is delivered to it, and in-app tokens, unless those are for another partner. */
function maySee(till: Till, { partner, delivery }: Redemption): boolean {
  return till === null || partner === till.partner || (delivery === 'in_app' && partner === null)
}

function refuseUnusable({ state, expires, consumed, consumedBy, reference }: Redemption, now: number): void {
  if (state === 'consumed') {
    const at = iso(consumed ?? 0)
    const where = `${consumedBy}${reference ? `, ${reference}` : ''}`
    const members = { consumed_at: at, consumed_by: consumedBy, reference }
    throw new Refusal('token_consumed', `This token was used on ${at} (${where}).`, members)
  }
  if (state === 'expired' || (expires !== null && expires <= now)) {
    const at = iso(expires ?? now)
    throw new Refusal('token_lapsed', `This token lapsed on ${at}.`, { valid_until: at })
  }
  if (state === 'cancelled' || state === 'refused') {
    throw new Refusal('state_conflict', `This redemption was ${state}: its token no longer counts.`, { state })
  }
}

const USABLE = ['issued', 'delivering', 'delivered']

export function stateOf(redemption: Redemption, now: number): TokenState {
  const { state, reward, expires, consumed, detail } = redemption
  return {
    status: lapsed(redemption, now) ? 'expired' : state,
    reward_id: reward,
    title: titleOf(redemption),
    value: detail.terms.value,
    discount: detail.terms.discount,
    valid_until: isoOr(expires),
    consumed_at: isoOr(consumed),
  }
}

/** Its time is over, whether or not the nightly job has written so. */
const lapsed = ({ state, expires }: Redemption, now: number): boolean =>
  USABLE.includes(state) && expires !== null && expires <= now
