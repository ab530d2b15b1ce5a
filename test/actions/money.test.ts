import { expect } from 'chai'
import { budgetState } from '../../sidecar/actions/catalogue.js'
import { ConfigurationRefused } from '../../sidecar/actions/publish.js'
import { cancel } from '../../sidecar/actions/support.js'
import { APPROVED, DAY, inShop, refusal, type Shop } from './shop.js'

const rewards = (monthly = '10.00', rollover = false) => `
currency: GBP
budgets: [{ id: main, monthly: ${monthly}, rollover: ${rollover} }]
rewards:
  - { id: one, title: One, cost: 1, value: 1.00, budget: main, ${APPROVED} }
  - { id: four, title: Four, cost: 4, value: 4.00, budget: main, ${APPROVED} }
`
const state = (shop: Shop) => shop.at((moment) => budgetState(moment, 'main'))
const cancelled = (shop: Shop, id: string) => shop.at((moment) => cancel(moment, id, { actor: 'it', reason: 'asked' }))
const zone = (timezone: string, now: string) => ({
  settings: `source: moodle\ntimezone: ${timezone}\n`,
  now: Date.parse(now),
})

describe('a monthly budget', () => {
  it(
    'is never overdrawn, and what costs less than is left can still be had',
    inShop(rewards(), (shop) => {
      shop.give(100)
      shop.redeem('four', 4)
      shop.redeem('four', 4)
      expect(refusal(() => shop.redeem('four', 4)).locked).to.deep.equal(['budget_used_up'])
      shop.redeem('one', 1)
      shop.redeem('one', 1)
      expect(refusal(() => shop.redeem('one', 1)).locked).to.deep.equal(['budget_used_up'])
      expect(state(shop)).to.deep.equal({ month: '2026-11', allowed: 1_000, committed: 1_000, left: 0 })
    }),
  )

  it(
    'begins anew with the next month, without what was left',
    inShop(rewards(), (shop) => {
      shop.give(100)
      shop.redeem('four', 4)
      shop.clock.now += 10 * DAY
      expect(state(shop)).to.deep.equal({ month: '2026-12', allowed: 1_000, committed: 0, left: 1_000 })
    }),
  )

  it(
    'that rolls over adds what the months before left, and what refunds gave back to them',
    inShop(rewards('10.00', true), (shop) => {
      shop.give(100)
      const { redemption_id } = shop.redeem('four', 4)
      shop.clock.now += 10 * DAY
      expect(state(shop)).to.deep.equal({ month: '2026-12', allowed: 1_600, committed: 0, left: 1_600 })
      cancelled(shop, redemption_id)
      expect(state(shop)).to.deep.equal({ month: '2026-12', allowed: 2_000, committed: 0, left: 2_000 })
    }),
  )

  it(
    'has back in the month of the redemption what is refunded later',
    inShop(rewards(), (shop) => {
      shop.give(100)
      const { redemption_id } = shop.redeem('four', 4)
      shop.clock.now += 10 * DAY
      shop.redeem('one', 1)
      cancelled(shop, redemption_id)
      const { redemptions } = shop.stores
      expect(redemptions.committed('main', '2026-11')).to.equal(0)
      expect(redemptions.committed('main', '2026-12')).to.equal(100)
      expect(shop.entries().at(-1)).to.include({ kind: 'refund', day: '2026-12-03', budget: 'main', amountMinor: -400 })
    }),
  )

  for (const [timezone, before, after] of [
    ['Pacific/Kiritimati', '2026-11-30T09:59:59.999Z', '2026-11-30T10:00:00Z'],
    ['America/Los_Angeles', '2026-12-01T07:59:59.999Z', '2026-12-01T08:00:00Z'],
    ['Europe/London', '2026-03-31T22:59:59.999Z', '2026-03-31T23:00:00Z'],
  ] as const) {
    it(
      `goes by the months of ${timezone}`,
      inShop(
        rewards('4.00'),
        (shop) => {
          shop.give(100)
          shop.redeem('four', 4)
          expect(refusal(() => shop.redeem('one', 1)).locked).to.deep.equal(['budget_used_up'])
          shop.clock.now = Date.parse(after)
          shop.redeem('four', 4)
          const days = shop.entries().filter(({ kind }) => kind === 'redemption')
          const [last, first] = days.map(({ day }) => day.slice(0, 7)) as [string, string]
          expect(last < first).to.equal(true)
          expect([last, first].map((month) => shop.stores.redemptions.committed('main', month))).to.deep.equal([
            400, 400,
          ])
        },
        zone(timezone, before),
      ),
    )
  }

  it(
    'is one month for check, entry and refund, also where the clock is set back over a month’s end',
    inShop(
      rewards('4.00'),
      (shop) => {
        shop.give(100)
        shop.clock.now -= 5_000
        const { redemption_id } = shop.redeem('four', 4)
        expect(shop.get(redemption_id).day).to.equal('2026-12-01')
        expect(shop.stores.redemptions.committed('main', '2026-12')).to.equal(400)
        expect(refusal(() => shop.redeem('one', 1)).locked).to.deep.equal(['budget_used_up'])
        cancelled(shop, redemption_id)
        expect(shop.stores.redemptions.committed('main', '2026-12')).to.equal(0)
      },
      zone('UTC', '2026-12-01T00:00:02Z'),
    ),
  )

  it(
    'that is cut pays no more than it has now',
    inShop(rewards(), (shop) => {
      shop.give(100)
      shop.redeem('four', 4)
      shop.publish(rewards('3.00'))
      expect(state(shop)).to.include({ allowed: 300, committed: 400, left: -100 })
      expect(refusal(() => shop.redeem('one', 1)).locked).to.deep.equal(['budget_used_up'])
    }),
  )
})

describe('administrators', () => {
  it(
    'are told at 80 % and at 100 % of a budget, once each in a month',
    inShop(rewards('5.00'), (shop) => {
      shop.give(100)
      const told = () => shop.notices('administrators').map(({ params }) => params)
      for (let i = 0; i < 3; i++) shop.redeem('one', 1)
      expect(told()).to.deep.equal([])
      const { redemption_id } = shop.redeem('one', 1)
      expect(told()).to.deep.equal([{ budget: 'main', percent: 80, month: '2026-11' }])
      cancelled(shop, redemption_id)
      shop.redeem('one', 1)
      expect(told()).to.have.length(1)
      shop.redeem('one', 1)
      expect(told()[1]).to.deep.equal({ budget: 'main', percent: 100, month: '2026-11' })
      shop.clock.now += 10 * DAY
      shop.redeem('four', 4)
      expect(told()[2]).to.deep.equal({ budget: 'main', percent: 80, month: '2026-12' })
      // One pound is left, and another four cannot be paid.
      expect(told()[3]).to.deep.equal({ budget: 'main', month: '2026-12', reward: 'four' })
      expect(told()).to.have.length(4)
    }),
  )
})

describe('a currency', () => {
  const rewards = (currency: string, budget: string) => `
currency: ${currency}
budgets: [{ id: ${budget}, monthly: 1000 }]
rewards: [{ id: mug, title: A mug, cost: 5, value: 4, budget: ${budget}, ${APPROVED} }]
`
  it(
    'is never changed under a budget that has committed money: that needs another id',
    inShop(rewards('GBP', 'main'), (shop) => {
      shop.give(20)
      shop.publish(rewards('EUR', 'main'))
      shop.publish(rewards('GBP', 'main'))
      shop.redeem('mug', 5)
      expect(() => shop.publish(rewards('EUR', 'main'))).to.throw(ConfigurationRefused)
      shop.publish(rewards('EUR', 'euros'))
      expect(() => shop.publish(rewards('EUR', 'main'))).to.throw(ConfigurationRefused)
      shop.publish(rewards('GBP', 'main'))
    }),
  )
})
