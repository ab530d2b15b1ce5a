/** A learner turns points into a reward: validate, deduct, token or code, deliver; all of it in one transaction. */
import { randomBytes } from 'node:crypto'
import { warningAt } from '../domain/budget.js'
import { isoOr } from '../domain/instant.js'
import { spend } from '../domain/lot.js'
import { firstState, hasToken, type RedemptionDetail, type State, termsOf } from '../domain/redemption.js'
import { inLanguage, type Offer, type Reward } from '../domain/reward.js'
import { TOKEN_BYTES, tokenFrom } from '../domain/token-code.js'
import { budgetState, showReward } from './catalogue.js'
import { handOutCode } from './hand-out-code.js'
import { lapse } from './lapse.js'
import { type Moment, write } from './moment.js'
import { once } from './once.js'
import { requireRedeeming } from './pause.js'
import { Refusal } from './refusal.js'

export interface Order {
  readonly userId: string
  readonly reward: string
  /** What the learner was shown; for a hybrid it chooses the step. */
  readonly expectedCost: number
  readonly key: string
}

export interface Redeemed {
  readonly redemption_id: string
  readonly status: State
  readonly expires_at: string | null
  readonly balance: number
}

/**
 * The same key gives the same answer. Inside a transaction only: nothing of it is done unless all of it is.
 * @throws Refusal where points, stock, budget, price or a condition do not allow it.
 */
export function redeem(given: Moment, { userId: asked, reward: id, expectedCost, key }: Order): Redeemed {
  const { stores, rules } = given
  // One time for the check and for the entry: on the border of a month they would be of different budgets.
  const now = stores.ledger.timeOf(given.now)
  const moment = { stores, rules, now }
  const { catalogue, settings } = rules.current()
  const userId = stores.learners.merged.currentId(settings.source, asked)
  const subject = stores.learners.enrol(settings.source, userId)
  const call = { caller: `learner ${subject}`, key, asks: `redeem ${id} ${expectedCost}` }
  return once(stores, call, now, () => {
    requireRedeeming(moment)
    const reward = catalogue.rewards.find((one) => one.id === id)
    if (!reward) throw new Refusal('not_found', `There is no reward ${id}.`)
    lapse(moment, subject, userId)
    const offer = offerAt(moment, subject, reward, expectedCost)
    return issue(moment, subject, userId, reward, offer)
  })
}

/** The offer at the price that the learner was shown, where nothing stands in its way. */
function offerAt(moment: Moment, subject: string, reward: Reward, expectedCost: number): Offer {
  const { offers } = showReward(moment, subject, reward)
  const chosen = offers.find(({ offer }) => offer?.cost === expectedCost)
  const reasons = (chosen ?? offers[0])?.reasons ?? []
  // What it costs is not the first thing to say of a reward that cannot be had.
  const others = reasons.filter(({ code }) => code !== 'needs_balance')
  if (!chosen?.offer && others.length === 0) {
    const costs = offers.flatMap(({ offer }) => (offer ? [offer.cost] : []))
    const now = costs.join(' or ')
    throw new Refusal('price_changed', `This reward costs ${now} points now, not ${expectedCost}.`, { costs })
  }
  if (reasons.length > 0 || !chosen?.offer) {
    const sentence = reasons.map(({ text }) => text.replace(/\.$/, '')).join('; ')
    throw new Refusal('reward_locked', `${sentence}.`, { locked_because: reasons })
  }
  return chosen.offer
}

function issue(moment: Moment, subject: string, userId: string, reward: Reward, offer: Offer): Redeemed {
  const { stores, rules, now } = moment
  const { ledger, redemptions, notices, vault, messages } = stores
  const kind = reward.delivery.kind
  const id = `rdm_${randomBytes(12).toString('hex')}`
  const state = firstState(kind)
  const expires = hasToken(kind) ? now + reward.tokenTtl : null
  const token = hasToken(kind) ? tokenFrom(randomBytes(TOKEN_BYTES)) : null
  const tokenDigest = token === null ? null : vault.digest('token', token)
  const given = kind === 'codes' ? stores.codes.next(reward.id, rules.current().civil.dayOf(now)) : tokenDigest
  const detail: RedemptionDetail = {
    redemption: id,
    state,
    terms: termsOf(reward, offer),
    portions: spend(ledger.lots.of(subject), offer.cost),
    expires_at: isoOr(expires),
    digest: given?.toString('hex'),
  }
  const money = offer.moneyMinor > 0
  const spending = {
    reward: reward.id,
    budget: money ? reward.budget : null,
    amountMinor: money ? offer.moneyMinor : null,
    currency: money ? rules.current().catalogue.currency : null,
  }
  // Not -0, which SQLite and JSON would write otherwise than 0.
  const points = 0 - offer.cost
  const { seq } = write(moment, {
    kind: 'redemption',
    subject,
    points,
    spending,
    record: { userId, detail: { ...detail } },
  })
  redemptions.add({
    seq,
    id,
    subject,
    reward: reward.id,
    state,
    delivery: kind,
    partner: reward.partner,
    created: now,
    expires,
    token: tokenDigest,
    tokenCopy: token === null ? null : vault.seal(token, id),
  })
  redemptions.countIssued(reward.id, 1)
  const { budget, amountMinor, currency } = spending
  if (budget !== null && amountMinor !== null && currency !== null)
    commitMoney(moment, reward.id, { budget, amountMinor, currency })
  if (kind === 'codes' && !handOutCode(moment, reward.id, seq))
    throw new Error(`the pool of ${reward.id} was not empty a moment ago`)
  if (kind === 'partner' && reward.partner !== null) messages.add(seq, reward.partner, 'redemption.issued', now)
  const title = inLanguage(reward.title, 'en')
  notices.tell(subject, 'redeemed', { reward: reward.id, title, points: offer.cost, redemption: id }, now)
  return { redemption_id: id, status: state, expires_at: detail.expires_at, balance: ledger.balance(subject).points }
}

interface Commitment {
  readonly budget: string
  readonly amountMinor: number
  readonly currency: string
}

/** Commits the money, and tells administrators where much of the month's is used, or too little left for another. */
function commitMoney(moment: Moment, reward: string, { budget, amountMinor, currency }: Commitment): void {
  const { stores, now } = moment
  const { redemptions, notices } = stores
  const { month, allowed, committed } = budgetState(moment, budget)
  redemptions.commit(budget, month, amountMinor, currency)
  const after = committed + amountMinor
  const percent = warningAt(allowed, committed, after)
  if (percent !== null) {
    notices.tellAdministrators(
      'budget_warning',
      { budget, percent, month },
      now,
      `budget ${budget} ${month} ${percent}`,
    )
  }
  if (after < allowed && after + amountMinor > allowed) {
    notices.tellAdministrators('budget_short', { budget, month, reward }, now, `short ${budget} ${month} ${reward}`)
  }
}
