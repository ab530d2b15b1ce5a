/** Whether a learner can have a reward now, and if not, everything that stands in the way. Pure. */
import type { Civil } from './civil.js'
import { isoOr } from './instant.js'
import type { Learner } from './learner.js'
import { alone, type Reason, type ReasonCode, reason } from './reason.js'
import { missing, type Names } from './requirement.js'
import type { Limit, Offer, Reward } from './reward.js'
import { isOpen, opensNext } from './window.js'

/** What is known of a reward and a learner at one instant. */
export interface Circumstances {
  readonly learner: Learner
  readonly names: Names
  readonly civil: Civil
  /** Epoch milliseconds. */
  readonly now: number
  readonly balance: number
  /** An approval stands over the terms as they are. */
  readonly approved: boolean
  readonly fundedOnly: boolean
  /** Nobody redeems anything just now. */
  readonly paused: boolean
  /** Its partner takes redemptions. */
  readonly partnerOpen: boolean
  /** How many are left of stock or pool; null: no limit. */
  readonly left: number | null
  /** What its budget still pays this month, in minor units; null: no budget. */
  readonly budgetLeft: number | null
  /** When this learner redeemed it, for those that count, epoch milliseconds. */
  readonly mine: readonly number[]
}

/** What shows that a learner is not there yet; a hidden reward is not shown before. */
const NOT_YET: ReadonlySet<ReasonCode> = new Set([
  ...(['not_active', 'not_approved', 'not_funded', 'reward_window'] as const),
  ...(['needs_tier', 'needs_badge', 'needs_rule', 'needs_completed', 'needs_completion_rate'] as const),
  ...(['needs_points', 'needs_any', 'needs_balance'] as const),
])

/** Whether a reward that is hidden until it can be had is hidden still. */
export const staysHidden = (reward: Reward, reasons: readonly Reason[]): boolean =>
  reward.show === 'hidden' && reasons.some(({ code }) => NOT_YET.has(code))

/** Everything that stands in the way, each as a sentence of its own; empty: it can be had. @param offer null: none for this tier. */
export function lockedBecause(reward: Reward, offer: Offer | null, circumstances: Circumstances): Reason[] {
  const { learner, names, civil, now, balance, left, budgetLeft, paused, partnerOpen, approved, fundedOnly } =
    circumstances
  const because = (stands: boolean, code: ReasonCode, params: () => Reason['params'] = () => ({})): Reason[] =>
    stands ? [reason(code, params(), civil)] : []
  const { window, requires, funding } = reward
  // A discount by tier may begin above the tier that the reward itself asks for.
  const tiers = [...new Set([reward.tier, offer ? null : firstTierOf(reward)])].filter((tier) => tier !== null)
  const money = offer?.moneyMinor ?? 0
  const short = offer ? offer.cost - balance : 0
  return [
    ...because(learner.frozen, 'frozen'),
    ...because(paused, 'redeeming_paused'),
    ...because(!reward.active, 'not_active'),
    ...because(!approved, 'not_approved'),
    ...because(fundedOnly && funding.kind !== 'institution', 'not_funded'),
    ...because(window !== null && !isOpen(window, now, civil), 'reward_window', () => ({
      opens: window && isoOr(opensNext(window, now, civil)),
    })),
    ...tiers.flatMap((tier) => missing({ kind: 'tier', tier }, learner, names, civil)),
    ...(requires ? missing(requires, learner, names, civil) : []),
    ...(reward.limit ? limitReached(reward.limit, circumstances) : []),
    ...because(left !== null && left <= 0, 'out_of_stock'),
    ...because(budgetLeft !== null && money > 0 && money > budgetLeft, 'budget_used_up', () => ({
      again: civil.dayOf(civil.period(now, 'month').end),
    })),
    ...because(!partnerOpen, 'partner_closed'),
    ...because(short > 0, 'needs_balance', () => ({ points: short })),
  ].map(alone)
}

/** The lowest tier for which a discount by tier says anything. */
function firstTierOf({ funding }: Reward): string | null {
  if (funding.kind !== 'discount' || !('byTier' in funding.discount)) return null
  return [...funding.discount.byTier.keys()][0] ?? null
}

function limitReached(limit: Limit, { mine, now, civil }: Circumstances): Reason[] {
  const { count, per, written } = limit
  const { start, end } = typeof per === 'number' ? { start: now - per + 1, end: now + 1 } : civil.period(now, per)
  const counted = mine.filter((time) => time >= start && time < end).sort((a, b) => a - b)
  if (counted.length < count) return []
  const again = typeof per === 'number' ? counted.at(-count)! + per : Number.isFinite(end) ? end : null
  return [reason('limit_reached', { count, per: written, again: isoOr(again) }, civil)]
}
