import { expect } from 'chai'
import { lapse } from '../../sidecar/actions/lapse.js'
import { cancel } from '../../sidecar/actions/support.js'
import { APPROVED, DAY, inShop, type Shop } from './shop.js'

const REWARDS = `
rewards:
  - { id: cup, title: Cup, cost: 30, ${APPROVED} }
  - { id: sip, title: Sip, cost: 5, ${APPROVED} }
`
const [SOON, LATER] = ['2026-11-30', '2027-01-31'] as const
const lapsed = (shop: Shop) => shop.at((moment) => lapse(moment, shop.subject('42'), '42'))
const cancelled = (shop: Shop, id: string) => shop.at((moment) => cancel(moment, id, { actor: 'it', reason: 'asked' }))
const on = (shop: Shop, day: string) => {
  shop.clock.now = Date.parse(`${day}T12:00:00Z`)
}

describe('points lapse', () => {
  it(
    'on their civil day, each day’s as an entry, and never more than is left of them',
    inShop(REWARDS, (shop) => {
      shop.give(20, SOON)
      shop.give(15, LATER)
      shop.give(7, SOON)
      shop.give(1)
      shop.redeem('sip', 5)
      on(shop, '2026-11-29')
      expect(lapsed(shop)).to.equal(0)
      on(shop, SOON)
      expect(lapsed(shop)).to.equal(22)
      expect(lapsed(shop)).to.equal(0)
      on(shop, '2027-06-01')
      expect(lapsed(shop)).to.equal(15)
      expect(shop.story().slice(-2)).to.deep.equal([`expiry -22 ${SOON}`, `expiry -15 ${LATER}`])
      expect(shop.balance()).to.equal(1)
    }),
  )

  it(
    'where the institution is, not where UTC is',
    inShop(
      REWARDS,
      (shop) => {
        shop.give(20, SOON)
        shop.clock.now = Date.parse('2026-11-30T07:59:59Z')
        expect(lapsed(shop)).to.equal(0)
        shop.clock.now = Date.parse('2026-11-30T08:00:00Z')
        expect(lapsed(shop)).to.equal(20)
      },
      { settings: 'source: moodle\ntimezone: America/Los_Angeles\n' },
    ),
  )

  it(
    'before they can be spent, whether or not the nightly job has been there',
    inShop(REWARDS, (shop) => {
      shop.give(20, SOON)
      shop.give(30)
      on(shop, '2026-12-01')
      expect(shop.redeem('cup', 30).balance).to.equal(0)
      expect(shop.story().slice(2)).to.deep.equal([`expiry -20 ${SOON}`, 'redemption -30'])
    }),
  )
})

describe('points that are given back', () => {
  it(
    'have the days on which they would have lapsed',
    inShop(REWARDS, (shop) => {
      shop.give(10, LATER)
      shop.give(12, SOON)
      shop.give(9)
      const { redemption_id } = shop.redeem('cup', 30)
      expect(shop.get(redemption_id).detail.portions).to.deep.equal([
        { expires: SOON, points: 12 },
        { expires: LATER, points: 10 },
        { expires: null, points: 8 },
      ])
      cancelled(shop, redemption_id)
      expect(shop.story().slice(-3)).to.deep.equal([`refund 12 ${SOON}`, `refund 10 ${LATER}`, 'refund 8'])
      expect(shop.stores.ledger.lots.of(shop.subject('42')).map(({ expires, left }) => [expires, left])).to.deep.equal([
        [SOON, 12],
        [LATER, 10],
      ])
      expect(shop.balance()).to.equal(31)
    }),
  )

  it(
    'and have lapsed meanwhile come back and lapse at once, and the history shows both',
    inShop(REWARDS, (shop) => {
      shop.give(20, SOON)
      shop.give(10, LATER)
      const { redemption_id } = shop.redeem('cup', 30)
      on(shop, '2026-12-15')
      cancelled(shop, redemption_id)
      expect(shop.story().slice(-3)).to.deep.equal([`refund 20 ${SOON}`, `refund 10 ${LATER}`, `expiry -20 ${SOON}`])
      expect(shop.balance()).to.equal(10)
    }),
  )

  it(
    'first fill a debt',
    inShop(REWARDS, (shop) => {
      shop.give(30, LATER)
      const { redemption_id } = shop.redeem('cup', 30)
      shop.give(-12)
      expect(shop.balance()).to.equal(-12)
      cancelled(shop, redemption_id)
      expect(shop.balance()).to.equal(18)
      expect(shop.stores.ledger.lots.of(shop.subject('42'))).to.have.nested.property('[0].left', 18)
      shop.clock.now += 100 * DAY
      expect(lapsed(shop)).to.equal(18)
      expect(shop.balance()).to.equal(0)
    }),
  )
})
