/** What an institution offers for points: tiers, rewards, the money behind them, who hands them over. */
import { hash } from 'node:crypto'
import { canonicalJson, type JsonValue } from './canonical.js'
import type { CivilPeriod, Requirement, Text, Window } from './rule.js'

/** `rewards.yaml`, read and checked. */
export interface Catalogue {
  /** ISO 4217; null where nothing costs money. */
  readonly currency: string | null
  /** From the lowest to the highest. */
  readonly tiers: readonly Tier[]
  readonly budgets: readonly Budget[]
  readonly partners: readonly Partner[]
  readonly rewards: readonly Reward[]
  /** Nothing but institution-funded rewards can be redeemed. */
  readonly fundedOnly: boolean
}

/** A step of a ladder: who has it has reached all below it too. */
export interface Tier {
  readonly id: string
  readonly title: Text
  /** Lifetime points: spending never demotes. */
  readonly points: number
  readonly requires: Requirement | null
  readonly show: Show
}

/** `hidden`: not shown to a learner before it can be had. */
export type Show = 'locked' | 'hidden'

export interface Budget {
  readonly id: string
  readonly monthlyMinor: number
  /** What a month leaves is added to the next. */
  readonly rollover: boolean
}

export interface Partner {
  readonly id: string
  /** Where redemptions are sent; null: this partner only asks (`/api/tokens`). */
  readonly url: string | null
  /** The environment variable with the signing secret, or several separated by spaces while one is rotated. */
  readonly secretEnv: string | null
  /** The address may be private, or this machine. */
  readonly allowPrivate: boolean
  /** Personal fields that it is sent. */
  readonly personal: readonly PersonalField[]
}

export const PERSONAL_FIELDS = ['user_id'] as const
export type PersonalField = (typeof PERSONAL_FIELDS)[number]

export interface Reward {
  readonly id: string
  readonly title: Text
  readonly description: Text | null
  /** How to use it: read by who has redeemed it. */
  readonly instructions: Text | null
  readonly terms: Text | null
  readonly image: string | null
  readonly category: string | null
  /** At least this tier. */
  readonly tier: string | null
  /** Points; for a hybrid those of its first step. */
  readonly cost: number
  readonly funding: Funding
  readonly budget: string | null
  /** How many may ever be issued; null: no limit. */
  readonly stock: number | null
  readonly limit: Limit | null
  readonly requires: Requirement | null
  readonly window: Window | null
  readonly show: Show
  readonly delivery: Delivery
  /** Who is sent it, or, in-app, the only partner who may consume its tokens. */
  readonly partner: string | null
  readonly tokenTtl: number
  readonly onExpiry: 'refund' | 'forfeit'
  /** How long its learner may cancel, in milliseconds; null: only a person in charge can. */
  readonly cancelWithin: number | null
  readonly approved: { readonly by: string; readonly on: string } | null
  readonly active: boolean
}

export type Funding =
  | { readonly kind: 'institution'; readonly valueMinor: number }
  | { readonly kind: 'discount'; readonly discount: Discount | { readonly byTier: ReadonlyMap<string, Discount> } }
  /** Steps by points: each saves more. `topUpMinor` is what the institution adds. */
  | { readonly kind: 'hybrid'; readonly savings: readonly Saving[]; readonly topUpMinor: number }

export type Discount = { readonly percent: number } | { readonly amountMinor: number }

export interface Saving {
  readonly points: number
  readonly percent: number
}

/** At most this many redemptions for each learner. */
export interface Limit {
  readonly count: number
  /** A civil period, or a length in milliseconds. */
  readonly per: CivilPeriod | number
  readonly written: string
}

export type Delivery =
  | { readonly kind: 'in_app' | 'codes' | 'partner' }
  | { readonly kind: 'moodle'; readonly action: MoodleAction }

export type MoodleAction =
  | { readonly enrol: { readonly course: string; readonly days: number | null } }
  | { readonly badge: string }
  | { readonly cohort: string }

/**
 * The hash over what an approval is given for: cost, value, funding with its budget, stock, limit and delivery. Words, windows and
 * requirements can change without a new one.
 */
export function termsHash(reward: Reward, currency: string | null): string {
  const { cost, funding, budget, stock, limit, delivery, partner } = reward
  const by = funding.kind === 'discount' && 'byTier' in funding.discount ? funding.discount.byTier : null
  const terms = {
    cost,
    currency,
    funding: by ? { kind: 'discount', by_tier: Object.fromEntries(by) } : funding,
    budget,
    stock,
    limit: limit && { count: limit.count, per: limit.per },
    delivery,
    partner,
  }
  return hash('sha256', canonicalJson(terms as unknown as JsonValue), 'hex')
}

/** A title in a language, where it is there; else in English; else the first there is. */
export function inLanguage(text: Text, language: string): string {
  if (typeof text === 'string') return text
  return text[language] ?? text[language.split(/[_-]/)[0] ?? ''] ?? text.en ?? Object.values(text)[0] ?? ''
}

/** What a learner gives and gets: worked out for their tier. */
export interface Offer {
  readonly cost: number
  /** What the institution pays. */
  readonly moneyMinor: number
  readonly value: Money | null
  readonly discount: { readonly percent: number } | Money | null
}

export interface Money {
  readonly amount_minor: number
  readonly currency: string
}

/**
 * What a reward offers a learner: one price, or one for each step of savings; none where its discount begins at a tier
 * that they have not reached.
 * @param reached ids of the tiers the learner has.
 */
export function offersOf({ cost, funding }: Reward, reached: readonly string[], currency: string | null): Offer[] {
  const money = (amountMinor: number): Money | null =>
    amountMinor > 0 && currency !== null ? { amount_minor: amountMinor, currency } : null
  const off = (discount: Discount) => ('percent' in discount ? discount : money(discount.amountMinor))
  switch (funding.kind) {
    case 'institution':
      return [{ cost, moneyMinor: funding.valueMinor, value: money(funding.valueMinor), discount: null }]
    case 'hybrid':
      return funding.savings.map(({ points, percent }) => ({
        cost: points,
        moneyMinor: funding.topUpMinor,
        value: money(funding.topUpMinor),
        discount: { percent },
      }))
    case 'discount': {
      const { discount } = funding
      const mine = 'byTier' in discount ? reached.map((tier) => discount.byTier.get(tier)).findLast(Boolean) : discount
      return mine ? [{ cost, moneyMinor: 0, value: null, discount: off(mine) }] : []
    }
  }
}
