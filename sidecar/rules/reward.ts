/** One reward of rewards.yaml. */
import type { Limit, Partner, Reward } from '../domain/reward.js'
import { didYouMean } from './closest.js'
import { type Cursor, quote } from './cursor.js'
import { DELIVERY_KEYS, readDelivery } from './delivery.js'
import { type Fields, fieldsOf } from './fields.js'
import { FUNDING_KEYS, paidFor, readFunding } from './funding.js'
import type { Ids } from './ids.js'
import { readPeriod } from './limits.js'
import type { Currency } from './money.js'
import { type OnRule, requirementOf } from './requires.js'
import { readText } from './text.js'
import { show } from './tier.js'
import { civilDay, duration, identifier, oneOf, type Reader, text, truth, whole, word } from './values.js'
import { readWindow } from './window.js'

const WORDS = ['id', 'title', 'description', 'instructions', 'terms', 'image', 'category']
const BOUNDS = ['tier', 'cost', 'budget', 'stock', 'limit', 'requires', 'window', 'show']
const TOKEN = ['token_ttl', 'on_expiry', 'cancel_within']
const KEYS = [...WORDS, ...BOUNDS, ...FUNDING_KEYS, ...DELIVERY_KEYS, ...TOKEN, 'approved', 'active']

const CATEGORIES = ['gift_card', 'voucher', 'badge', 'course_access', 'discount', 'merchandise']
const MOST = 1_000_000_000
const THIRTY_DAYS = 30 * 86_400_000

/** What a reward is read against: the rest of the configuration. */
export interface RewardSurroundings {
  readonly currency: Currency
  /** Whether rocket.yaml has terms. */
  readonly terms: boolean
  readonly fundedOnly: boolean
  readonly onRule: OnRule
  readonly ids: { readonly rewards: Ids; readonly tiers: Ids; readonly budgets: Ids; readonly partners: Ids }
  /** Ids of the tiers, from the lowest. */
  readonly tierOrder: readonly string[]
  readonly partners: readonly Partner[]
}

/** Reads one reward and reports all of its mistakes. */
export function rewardOf(surroundings: RewardSurroundings): Reader<Reward> {
  const { currency, terms, onRule, ids, tierOrder, partners } = surroundings
  return (at) => {
    const fields = fieldsOf(at, 'a reward', KEYS)
    if (!fields) return null
    const id = ids.rewards.claim(fields)
    const title = fields.need('title', readText)
    const priced = readFunding(fields, currency, { ids: ids.tiers, order: tierOrder })
    const delivered = readDelivery(fields, ids.partners, partners)
    const rest = {
      description: fields.read('description', readText),
      instructions: fields.read('instructions', readText),
      terms: fields.read('terms', readText),
      image: fields.read('image', readImage),
      category: fields.read('category', readCategory),
      tier: fields.read('tier', ids.tiers.named),
      budget: fields.read('budget', ids.budgets.named),
      stock: fields.read('stock', whole(1, MOST)),
      limit: fields.read('limit', limitOf(terms)),
      requires: fields.read('requires', requirementOf(onRule, ids.tiers.named)),
      window: fields.read('window', readWindow),
      show: fields.read('show', show) ?? 'locked',
      tokenTtl: fields.read('token_ttl', duration) ?? THIRTY_DAYS,
      onExpiry: fields.read('on_expiry', oneOf(['refund', 'forfeit'])) ?? 'refund',
      cancelWithin: fields.read('cancel_within', duration),
      approved: fields.read('approved', readApproval),
      active: fields.read('active', truth) ?? true,
    }
    if (id === null || title === null || priced === null || delivered === null) return null
    const reward = { id, title, ...priced, ...delivered, ...rest }
    warn(fields, reward, surroundings)
    return reward
  }
}

/** What can be put in force and is hardly meant. */
function warn(fields: Fields, reward: Reward, { fundedOnly }: RewardSurroundings): void {
  const { id, funding, budget, delivery, active } = reward
  const money = funding.kind === 'hybrid' ? 'top_up' : 'value'
  const pays = paidFor(funding) > 0
  if (pays && !fields.has('budget')) {
    fields.key(money).warn(`no budget limits what ${quote(id)} pays; name one with \`budget\``)
  }
  if (budget !== null && !pays && !fields.has(money)) {
    fields.key('budget').warn(`${quote(id)} pays no money, so its budget has no effect; leave it out`)
  }
  if (delivery.kind === 'codes' && fields.has('stock')) {
    fields
      .key('stock')
      .warn('`stock` has no effect with `delivery: codes`: the stock is what the pool holds; leave it out')
  }
  if (fundedOnly && funding.kind !== 'institution') {
    fields.key('funding').warn(`${quote(id)} cannot be redeemed: \`funded_only\` allows institution funding only`)
  }
  if (active && !fields.has('approved')) {
    fields.key('id').warn(`${quote(id)} is not approved, so nobody can redeem it yet; add \`approved: {by, on}\``)
  }
}

/** At most so many redemptions in a period. */
function limitOf(terms: boolean): Reader<Limit> {
  return (at) => {
    const fields = fieldsOf(at, at.name, ['count', 'per'])
    if (!fields) return null
    const count = fields.need('count', whole(1, MOST))
    const per = fields.need('per', (value) => readPeriod(value, terms))
    return count === null || per === null ? null : { count, ...per }
  }
}

function readApproval(at: Cursor): { by: string; on: string } | null {
  const fields = fieldsOf(at, at.name, ['by', 'on'])
  if (!fields) return null
  const by = fields.need('by', text)
  const on = fields.need('on', civilDay)
  return by === null || on === null ? null : { by, on }
}

function readCategory(at: Cursor): string | null {
  const category = identifier(at)
  if (category !== null && !CATEGORIES.includes(category)) {
    const close = didYouMean(category, CATEGORIES)
    at.warn(`${quote(category)} is no category that Rocket knows${close} Known: ${CATEGORIES.join(', ')}`)
  }
  return category
}

/** A picture: an https address, or a path on the same Moodle site. */
function readImage(at: Cursor): string | null {
  const written = word(at)
  if (written === null || /^\/(?!\/)\S*$/.test(written)) return written
  if (/^https:\/\/\S+$/.test(written) && URL.canParse(written)) return written
  return at.fail(
    `${at.name} must be an https:// address, or a path on the Moodle site such as /pix/gift.png, not ${at.found}`,
  )
}
