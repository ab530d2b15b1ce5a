/** A learner's points turned into a reward: its states, and which entries lead from one to the next. */
import { hash } from 'node:crypto'
import type { Kind } from './entry.js'
import type { Portion } from './lot.js'
import type { Delivery, Money, MoodleAction, Offer, Reward } from './reward.js'
import type { Text } from './rule.js'

export const STATES = ['issued', 'delivering', 'delivered', 'consumed', 'refused', 'expired', 'cancelled'] as const
export type State = (typeof STATES)[number]

/** Which states follow which, and the kinds of entry that say so. */
const TRANSITIONS: Readonly<Record<State, Partial<Record<State, readonly Kind[]>>>> = {
  issued: { consumed: ['consumption'], expired: ['refund', 'expiry'], cancelled: ['refund'] },
  delivering: {
    delivered: ['consumption'],
    consumed: ['consumption'],
    refused: ['refund'],
    cancelled: ['refund'],
    // Never sent to its partner before its token lapsed.
    expired: ['refund', 'expiry'],
  },
  delivered: { consumed: ['consumption'], cancelled: ['refund'] },
  // A till that is voided takes a consumption back.
  consumed: { issued: ['consumption'], delivered: ['consumption'] },
  refused: {},
  expired: {},
  cancelled: {},
}

export const mayFollow = (from: State, to: State, kind: Kind): boolean => TRANSITIONS[from][to]?.includes(kind) ?? false

/** The state in which a redemption begins. */
export function firstState(delivery: Delivery['kind']): State {
  if (delivery === 'in_app') return 'issued'
  return delivery === 'codes' ? 'delivered' : 'delivering'
}

/** Whether a token is handed out: a code of a shop's is none, and Moodle needs none. */
export const hasToken = (delivery: Delivery['kind']): boolean => delivery === 'in_app' || delivery === 'partner'

/** What a redemption was made under; kept in its private record, whatever the files say later. */
export interface Terms {
  readonly title: Text
  readonly description: Text | null
  readonly instructions: Text | null
  readonly terms: Text | null
  readonly cost: number
  readonly value: Money | null
  readonly discount: Offer['discount']
  readonly delivery: Delivery['kind']
  readonly partner: string | null
  readonly moodle: MoodleAction | null
  readonly on_expiry: 'refund' | 'forfeit'
  /** Milliseconds. */
  readonly cancel_within: number | null
}

export function termsOf(reward: Reward, { cost, value, discount }: Offer): Terms {
  const { title, description, instructions, terms, delivery, partner, onExpiry, cancelWithin } = reward
  return {
    title,
    description,
    instructions,
    terms,
    cost,
    value,
    discount,
    delivery: delivery.kind,
    partner,
    moodle: delivery.kind === 'moodle' ? delivery.action : null,
    on_expiry: onExpiry,
    cancel_within: cancelWithin,
  }
}

/** The `detail` of a redemption's private record. */
export interface RedemptionDetail {
  readonly redemption: string
  readonly state: State
  readonly terms: Terms
  /** What was spent, by the day on which it would have lapsed. */
  readonly portions: readonly Portion[]
  /** When its token lapses, RFC 3339; null: it has none. */
  readonly expires_at: string | null
  /** By which its token, or its code of a pool, is recognised: a keyed digest, hex. Entries of earlier versions have none. */
  readonly digest?: string | undefined
}

/** How a redemption stood when its learner was erased; the `detail` of an erasure's record lists them. */
export interface StandingRedemption {
  /** Its entry. */
  readonly seq: number
  readonly state: State
  /** The civil day on which it was made: its month is the budget's. */
  readonly day: string
  /** Over what else is kept of it and never changes: `keptDigest`. Entries of earlier versions have none. */
  readonly kept?: string | undefined
}

/** What is kept of a redemption once its learner is erased, and nothing changes any more. */
export interface KeptRedemption {
  readonly id: string
  readonly delivery: string
  readonly partner: string | null
  readonly expires: number | null
  /** By which its token is recognised, hex. */
  readonly token: string | null
  /** JSON. */
  readonly terms: unknown
}

/** Its id is random, so nobody can guess from it what is kept. */
export const keptDigest = ({ id, delivery, partner, expires, token, terms }: KeptRedemption): string =>
  hash('sha256', JSON.stringify([id, delivery, partner, expires, token, terms]), 'hex')

/** The `detail` of every later entry about it. */
export interface TransitionDetail {
  readonly redemption: string
  readonly state: State
  /** Who consumed, or answered: a partner's id, `counter`, `moodle`. */
  readonly by?: string | undefined
  /** What the till wrote down. */
  readonly reference?: string | undefined
}
