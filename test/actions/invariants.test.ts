/** Whatever learners, tills, partners, staff and time do, and in whatever order: what is true of a shop afterwards. */
import { expect } from 'chai'
import fc from 'fast-check'
import { importCodes } from '../../sidecar/actions/import-codes.js'
import { answerDelivery } from '../../sidecar/actions/moodle-delivery.js'
import { deliver, refund } from '../../sidecar/actions/redemption.js'
import { Refusal } from '../../sidecar/actions/refusal.js'
import { cancel, cancelOwn, extend, reissue } from '../../sidecar/actions/support.js'
import { reverseToken } from '../../sidecar/actions/till.js'
import { groupedToken } from '../../sidecar/domain/token-code.js'
import { checkShop } from './books.js'
import { DAY, HOUR, openShop, type Shop } from './shop.js'

const REWARDS = `
currency: GBP
budgets:
  - { id: main, monthly: 15.00, rollover: true }
  - { id: side, monthly: 4.00 }
partners: [{ id: canteen }, { id: shop }]
rewards:
  - { id: gift, title: Gift, cost: 10, value: 5.00, budget: main, stock: 4, limit: { count: 2, per: month }, cancel_within: 24h, approved: &a { by: Dean, on: 2026-01-01 } }
  - { id: cup, title: Cup, cost: 7, token_ttl: 3d, on_expiry: forfeit, partner: canteen, approved: *a }
  - { id: ride, title: Ride, cost: 5, value: 4.00, budget: main, delivery: shop, token_ttl: 5d, approved: *a }
  - { id: course, title: Course, cost: 3, delivery: moodle, moodle: { cohort: lounge }, approved: *a }
  - { id: code, title: Code, cost: 4, value: 2.00, budget: side, delivery: codes, approved: *a }
  - { id: saver, title: Saver, funding: hybrid, savings: [{ points: 5, percent: 10 }, { points: 9, percent: 20 }], top_up: 1.00, budget: main, approved: *a }
`
const PRICES: readonly (readonly [reward: string, cost: number])[] = [
  ['gift', 10],
  ['cup', 7],
  ['ride', 5],
  ['course', 3],
  ['code', 4],
  ['saver', 5],
  ['saver', 9],
]

type Step = (shop: Shop, remembered: string[]) => unknown
const asked = { actor: 'it', reason: 'asked' }
/** One of the redemptions so far. */
const some = (shop: Shop, which: number): string => {
  const ids = shop.stores.redemptions.list({}, 1_000).map(({ id }) => id)
  return ids[which % Math.max(1, ids.length)] ?? 'none'
}

const user = fc.constantFrom('ann', 'bob', 'cy')
const which = fc.nat(40)
const steps: Record<string, { weight: number; arbitrary: fc.Arbitrary<Step> }> = {
  grant: {
    weight: 4,
    arbitrary: fc.tuple(user, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 40 })).map(
      ([who, points, days]): Step =>
        (shop) =>
          shop.give(points, shop.rules.current().civil.dayOf(shop.clock.now + days * DAY), who),
    ),
  },
  adjust: {
    weight: 2,
    arbitrary: fc.tuple(user, fc.integer({ min: -15, max: 30 })).map(
      ([who, points]): Step =>
        (shop) =>
          points !== 0 && shop.give(points, null, who),
    ),
  },
  redeem: {
    weight: 8,
    arbitrary: fc.tuple(user, fc.constantFrom(...PRICES)).map(
      ([who, [reward, cost]]): Step =>
        (shop, tokens) => {
          const { redemption_id } = shop.redeem(reward, cost, who)
          const { tokenCopy } = shop.get(redemption_id)
          if (tokenCopy !== null) tokens.push(shop.token(redemption_id))
        },
    ),
  },
  consume: {
    weight: 5,
    arbitrary: fc.tuple(which, fc.constantFrom(null, 'canteen', 'shop')).map(
      ([index, partner]): Step =>
        (shop, tokens) => {
          const till = partner === null ? null : { partner }
          shop.consume(tokens[index % Math.max(1, tokens.length)] ?? groupedToken('0'.repeat(24)), till)
        },
    ),
  },
  reverse: {
    weight: 2,
    arbitrary: which.map(
      (index): Step =>
        (shop, tokens) => {
          const token = tokens[index % Math.max(1, tokens.length)] ?? ''
          shop.at((moment) => reverseToken(moment, null, { token, reference: null, key: null }))
        },
    ),
  },
  cancel: {
    weight: 1,
    arbitrary: which.map(
      (index): Step =>
        (shop) =>
          shop.at((now) => cancel(now, some(shop, index), asked)),
    ),
  },
  cancelOwn: {
    weight: 2,
    arbitrary: fc.tuple(user, which).map(
      ([who, index]): Step =>
        (shop) =>
          shop.at((now) => cancelOwn(now, who, some(shop, index))),
    ),
  },
  reissue: {
    weight: 1,
    arbitrary: which.map(
      (index): Step =>
        (shop, tokens) => {
          const { id, tokenCopy } = shop.at((now) => reissue(now, some(shop, index), asked))
          if (tokenCopy !== null) tokens.push(shop.token(id))
        },
    ),
  },
  extend: {
    weight: 1,
    arbitrary: which.map(
      (index): Step =>
        (shop) =>
          shop.at((now) => extend(now, some(shop, index), now.now + 6 * DAY, asked)),
    ),
  },
  moodle: {
    weight: 2,
    arbitrary: fc.tuple(which, fc.constantFrom('done' as const, 'refused' as const)).map(
      ([index, status]): Step =>
        (shop) =>
          shop.at((now) => answerDelivery(now, some(shop, index), { status, reason: null })),
    ),
  },
  partner: {
    weight: 2,
    arbitrary: fc.tuple(which, fc.boolean()).map(
      ([index, takes]): Step =>
        (shop) => {
          const redemption = shop.stores.redemptions.byId(some(shop, index))
          if (redemption?.delivery !== 'partner') return
          if (takes) shop.at((now) => deliver(now, redemption, { by: 'shop' }))
          else shop.at((now) => refund(now, redemption, 'refused', { by: 'shop' }))
        },
    ),
  },
  buyCodes: {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 3 }).map(
      (count): Step =>
        (shop) => {
          const text = Array.from(
            { length: count },
            () => `code-${Math.trunc(shop.stores.ledger.head().seq)}-${count--}`,
          )
          shop.at((now) => importCodes(now, { reward: 'code', file: 'codes.csv', text: text.join('\n'), actor: 'it' }))
        },
    ),
  },
  // A clock may be set back a little, too.
  time: {
    weight: 5,
    arbitrary: fc.constantFrom(-5 * 60_000, 60_000, HOUR, 10 * HOUR, DAY, 4 * DAY, 15 * DAY).map(
      (time): Step =>
        (shop) => {
          shop.clock.now += time
        },
    ),
  },
  night: { weight: 2, arbitrary: fc.constant((shop: Shop) => shop.expire()) },
}

const ZONES = ['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles', 'Europe/London']
// Months' ends, and the nights on which London and Los Angeles begin and end summer time.
const BEGINNINGS = ['2026-03-07T22:00:00Z', '2026-03-28T23:00:00Z', '2026-10-31T09:30:00Z', '2026-12-31T23:30:00Z']

describe('whatever happens in a shop', () => {
  it('points, stock, money, limits, states, tokens and codes add up', async function () {
    this.timeout(60_000)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(...Object.values(steps)), { minLength: 10, maxLength: 60, size: 'max' }),
        fc.constantFrom(...ZONES),
        fc.constantFrom(...BEGINNINGS),
        async (walk, timezone, beginning) => {
          const settings = `source: moodle\ntimezone: ${timezone}\n`
          const shop = openShop(REWARDS, { settings, now: Date.parse(beginning) })
          try {
            const tokens: string[] = []
            for (const next of walk) {
              const { seq } = shop.stores.ledger.head()
              try {
                await next(shop, tokens)
              } catch (error) {
                // Only what is refused for a reason is refused, and then nothing is done.
                if (!(error instanceof Refusal)) throw error
                expect(shop.stores.ledger.head().seq).to.equal(seq)
              }
              checkShop(shop)
            }
          } finally {
            shop.close()
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
