/** What a learner sees of the rewards, and what stands in the way of each. Inside a transaction only. */
import { allowance, monthOf } from '../domain/budget.js'
import type { Learner } from '../domain/learner.js'
import type { Reason } from '../domain/reason.js'
import type { Names } from '../domain/requirement.js'
import { type Offer, offersOf, type Reward } from '../domain/reward.js'
import { standingOf } from '../domain/tier.js'
import { type Circumstances, lockedBecause, staysHidden } from '../domain/unlock.js'
import type { Moment } from './moment.js'
import { isPaused } from './pause.js'
import { namesIn } from './tier.js'

/** A reward as it stands for one learner. */
export interface ShownReward {
  readonly reward: Reward
  /** Each price at which it can be had, with what stands in the way of it; at least one. */
  readonly offers: readonly { readonly offer: Offer | null; readonly reasons: readonly Reason[] }[]
  /** How many can still be had; null: no limit. */
  readonly remaining: number | null
}

/** What is known of a learner who looks at rewards, read once for all of them. */
interface Shopper {
  readonly subject: string | null
  readonly learner: Learner
  readonly names: Names
  /** Ids of the tiers reached, from the lowest. */
  readonly reached: readonly string[]
  readonly balance: number
}

/** @param subject null: one who never did anything. */
function shopperOf({ stores, rules }: Moment, subject: string | null): Shopper {
  const current = rules.current()
  const names = namesIn(stores, current)
  const learner = stores.learners.knownOrNew(subject)
  const { reached } = standingOf(current.catalogue.tiers, learner, names, current.civil)
  const balance = subject === null ? 0 : stores.ledger.balance(subject).points
  return { subject, learner, names, reached: reached.map(({ id }) => id), balance }
}

/** The rewards that a learner may see. @param subject null: one who never did anything. */
export function catalogueFor(moment: Moment, subject: string | null): ShownReward[] {
  const shopper = shopperOf(moment, subject)
  return moment.rules
    .current()
    .catalogue.rewards.filter(({ active }) => active)
    .map((reward) => show(moment, shopper, reward))
    .filter(({ reward, offers }) => !offers.every(({ reasons }) => staysHidden(reward, reasons)))
}

/** One reward, also where it would not be shown. */
export const showReward = (moment: Moment, subject: string, reward: Reward): ShownReward =>
  show(moment, shopperOf(moment, subject), reward)

function show(moment: Moment, shopper: Shopper, reward: Reward): ShownReward {
  const { currency } = moment.rules.current().catalogue
  const offers = offersOf(reward, shopper.reached, currency)
  const circumstances = circumstancesOf(moment, shopper, reward)
  const withReasons = (offers.length > 0 ? offers : [null]).map((offer) => ({
    offer,
    reasons: lockedBecause(reward, offer, circumstances),
  }))
  return { reward, offers: withReasons, remaining: remaining(offers[0], circumstances) }
}

function remaining(offer: Offer | undefined, { left, budgetLeft }: Circumstances): number | null {
  const money = offer?.moneyMinor ?? 0
  const affordable = budgetLeft === null || money === 0 ? null : Math.max(0, Math.floor(budgetLeft / money))
  if (left === null || affordable === null) return left ?? affordable
  return Math.min(left, affordable)
}

function circumstancesOf(moment: Moment, { subject, learner, names, balance }: Shopper, reward: Reward): Circumstances {
  const { stores, rules, now } = moment
  const { civil, catalogue } = rules.current()
  const day = civil.dayOf(now)
  const { redemptions, codes, messages } = stores
  const sent = reward.delivery.kind === 'partner'
  return {
    learner,
    names,
    civil,
    now,
    balance,
    approved: rules.isApproved(reward) && (reward.approved?.on ?? '') <= day,
    fundedOnly: catalogue.fundedOnly,
    paused: isPaused(moment),
    partnerOpen: !sent || !messages.isClosed(reward.partner ?? ''),
    left: leftOf(reward, redemptions.issued(reward.id), () => codes.available(reward.id, day)),
    budgetLeft: reward.budget === null ? null : budgetState(moment, reward.budget).left,
    mine: subject === null || reward.limit === null ? [] : redemptions.timesOf(subject, reward.id),
  }
}

function leftOf({ delivery, stock }: Reward, issued: number, codes: () => number): number | null {
  if (delivery.kind === 'codes') return codes()
  return stock === null ? null : Math.max(0, stock - issued)
}

/** A budget this month, in minor units. */
export function budgetState(
  { stores, rules, now }: Moment,
  id: string,
): { month: string; allowed: number; committed: number; left: number } {
  const { civil, catalogue } = rules.current()
  const month = monthOf(civil.dayOf(now))
  const committedIn = (of: string) => stores.redemptions.committed(id, of)
  const budget = catalogue.budgets.find((one) => one.id === id)
  const history = budget?.rollover ? rules.budgetHistory() : []
  const allowed = budget ? allowance(budget, month, history, committedIn) : 0
  const committed = committedIn(month)
  return { month, allowed, committed, left: allowed - committed }
}
