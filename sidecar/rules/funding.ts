/** Who pays for a reward: `funding`, and the keys that go with each kind of it. */
import type { Discount, Funding, Saving } from '../domain/reward.js'
import type { Cursor } from './cursor.js'
import { type Fields, fieldsOf, mapOf } from './fields.js'
import type { Ids } from './ids.js'
import { type Currency, moneyOf, percent } from './money.js'
import { listOf, oneOf, whole } from './values.js'

const MOST_POINTS = 1_000_000_000
const KINDS = ['institution', 'discount', 'hybrid'] as const

/** Which kind of funding each key goes with. */
const BELONGS = { value: 'institution', discount: 'discount', savings: 'hybrid', top_up: 'hybrid' } as const
export const FUNDING_KEYS = ['funding', ...Object.keys(BELONGS)]

interface Priced {
  readonly cost: number
  readonly funding: Funding
}

/** The tiers that a discount may name: their ids, and the order of those without a mistake, from the lowest. */
export interface Ladder {
  readonly ids: Ids
  readonly order: readonly string[]
}

/** What a reward costs in points, and who pays what. */
export function readFunding(reward: Fields, currency: Currency, tiers: Ladder): Priced | null {
  const kind = reward.has('funding') ? reward.read('funding', oneOf(KINDS)) : 'institution'
  if (kind === null) return null
  for (const [key, goesWith] of Object.entries(BELONGS)) {
    if (reward.has(key) && goesWith !== kind) {
      const advice = `and this reward is funded by ${kind}; change \`funding\` or leave it out`
      reward.key(key).fail(`\`${key}\` goes with \`funding: ${goesWith}\`, ${advice}`)
    }
  }
  if (kind === 'hybrid') return readHybrid(reward, currency)
  const cost = reward.need('cost', whole(0, MOST_POINTS))
  const funding = kind === 'institution' ? readInstitution(reward, currency) : readDiscounted(reward, currency, tiers)
  return cost === null || funding === null ? null : { cost, funding }
}

/** What the institution pays for one redemption, in the currency's smallest unit. */
export function paidFor(funding: Funding): number {
  if (funding.kind === 'discount') return 0
  return funding.kind === 'hybrid' ? funding.topUpMinor : funding.valueMinor
}

function readInstitution(reward: Fields, currency: Currency): Funding {
  return { kind: 'institution', valueMinor: reward.read('value', moneyOf(currency)) ?? 0 }
}

function readHybrid(reward: Fields, currency: Currency): Priced | null {
  if (reward.has('cost')) {
    reward.key('cost').fail('a hybrid reward costs the points of its `savings`, so it has no `cost`; leave it out')
  }
  const savings = reward.need('savings', readSavings)
  const topUpMinor = reward.read('top_up', moneyOf(currency)) ?? 0
  const [first] = savings ?? []
  return savings && first ? { cost: first.points, funding: { kind: 'hybrid', savings, topUpMinor } } : null
}

function readSavings(at: Cursor): Saving[] | null {
  let last: Saving | null = null
  return listOf((item) => {
    const saving = readSaving(item)
    if (saving && last && saving.points <= last.points) {
      item.fail(
        `after ${last.points} points comes ${saving.points}; write the steps from the fewest points to the most`,
      )
    } else if (saving && last && saving.percent <= last.percent) {
      item.warn(`this step costs more points than the one before it and saves no more, so nobody would choose it`)
    }
    last = saving ?? last
    return saving
  })(at)
}

function readSaving(at: Cursor): Saving | null {
  const fields = fieldsOf(at, 'a step of savings', ['points', 'percent'])
  if (!fields) return null
  const points = fields.need('points', whole(0, MOST_POINTS))
  const saved = fields.need('percent', percent)
  return points === null || saved === null ? null : { points, percent: saved }
}

function readDiscounted(reward: Fields, currency: Currency, tiers: Ladder): Funding | null {
  const discount = reward.need('discount', (at) =>
    isByTier(at) ? readByTier(at, currency, tiers) : readDiscount(at, currency),
  )
  return discount && { kind: 'discount', discount }
}

/** `{silver: {percent: 5}}`, where `{percent: 5}` is one discount for everybody. */
const isByTier = ({ shape }: Cursor): boolean =>
  shape.kind === 'map' && shape.entries.some(({ value }) => value.shape.kind === 'map')

/** Discounts from the lowest tier to the highest, in whatever order they are written. */
function readByTier(at: Cursor, currency: Currency, tiers: Ladder) {
  const read = (mapOf(at, at.name) ?? []).flatMap(({ key, name, value }): [string, Discount][] => {
    tiers.ids.named(key)
    const discount = readDiscount(value, currency)
    return discount ? [[name, discount]] : []
  })
  const step = ([tier]: [string, Discount]) => tiers.order.indexOf(tier)
  return { byTier: new Map(read.sort((a, b) => step(a) - step(b))) }
}

function readDiscount(at: Cursor, currency: Currency): Discount | null {
  const fields = fieldsOf(at, at.name, ['percent', 'amount'])
  if (!fields) return null
  const saved = fields.read('percent', percent)
  const amountMinor = fields.read('amount', moneyOf(currency))
  if (fields.has('percent') === fields.has('amount')) {
    const forms = '{percent: 10} or {amount: 2.00}, or a map from tier to one of them'
    return at.fail(`${at.name} must be ${forms}; give exactly one of \`percent\` and \`amount\``)
  }
  if (saved !== null) return { percent: saved }
  return amountMinor === null ? null : { amountMinor }
}
