import { expect } from 'chai'
import { catalogueFor } from '../../sidecar/actions/catalogue.js'
import { standing } from '../../sidecar/actions/tier.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { learningEvent } from '../support.js'
import { APPROVED, DAY, inShop, refusal, type Shop } from './shop.js'

/** What a learner sees, by reward: null where it is not shown, else the reasons at its first price. */
function seen(shop: Shop, user = '42'): Record<string, readonly string[]> {
  const shown = shop.at((moment) => catalogueFor(moment, shop.subject(user) || null))
  return Object.fromEntries(shown.map(({ reward, offers }) => [reward.id, offers[0]!.reasons.map(({ text }) => text)]))
}
const remaining = (shop: Shop) =>
  Object.fromEntries(
    shop
      .at((moment) => catalogueFor(moment, shop.subject('42') || null))
      .map(({ reward, remaining: left }) => [reward.id, left]),
  )
const earn = (shop: Shop, badge: string, name: string, event = 'badge.awarded') =>
  shop.send(learningEvent({ event: canonicalName(event)!, object: badge, data: { badge: name }, time: shop.clock.now }))
const RULES = '- { id: badges, event: badge.awarded, points: 5 }'

describe('the catalogue', () => {
  it(
    'says of each reward all that stands in the way, and nothing where it can be had',
    inShop(
      `
tiers: [{ id: bronze, title: Bronze, points: 50 }]
rewards:
  - { id: lab, title: Lab, cost: 80, tier: bronze, requires: { badges: [badge:17] }, ${APPROVED} }
  - { id: tea, title: Tea, cost: 40, ${APPROVED} }
  - { id: off, title: Off, cost: 1, active: false, ${APPROVED} }
  - { id: new, title: New, cost: 1 }
`,
      (shop) => {
        expect(seen(shop)).to.deep.equal({
          lab: ['Reach the tier Bronze: 50 more points', 'Earn badge 17', '80 more points'],
          tea: ['40 more points'],
          new: ['This reward waits for the institution’s approval.', '1 more point'],
        })
        // Somebody else's badge tells Rocket what it is called.
        shop.send(
          learningEvent({
            user: '43',
            event: canonicalName('badge.awarded')!,
            object: 'badge:17',
            data: { badge: 'Lab safety' },
          }),
        )
        shop.give(40)
        expect(seen(shop)).to.deep.include({
          lab: ['Reach the tier Bronze: 10 more points', 'Earn the badge Lab safety', '40 more points'],
          tea: [],
        })
        earn(shop, 'badge:17', 'Lab safety')
        shop.give(40)
        expect(seen(shop).lab).to.deep.equal([])
        earn(shop, 'badge:17', 'Lab safety', 'badge.revoked')
        expect(seen(shop).lab).to.deep.equal(['Earn the badge Lab safety'])
      },
      { rules: RULES },
    ),
  )

  it(
    'leaves out what is hidden until it can be had, and shows it then, also when it is sold out',
    inShop(
      `rewards: [{ id: secret, title: Secret, cost: 10, stock: 1, show: hidden, requires: { badges: [badge:17], points: 10 }, ${APPROVED} }]`,
      (shop) => {
        shop.give(30)
        expect(seen(shop)).to.deep.equal({})
        earn(shop, 'badge:17', 'Lab safety')
        expect(seen(shop)).to.deep.equal({ secret: [] })
        shop.redeem('secret', 10)
        expect(seen(shop)).to.deep.equal({ secret: ['None of these are left.'] })
        expect(seen(shop, '43')).to.deep.equal({})
      },
      { rules: RULES },
    ),
  )

  it(
    'opens by civil days, weekdays and hours in the institution’s zone, summer time included',
    inShop(
      `rewards: [{ id: lunch, title: Lunch, cost: 0, window: { from: 2026-03-01, days: [sat, sun], hours: "12:00-14:00" }, ${APPROVED} }]`,
      (shop) => {
        const at = (time: string) => {
          shop.clock.now = Date.parse(time)
          return seen(shop).lunch
        }
        expect(at('2026-03-28T12:00:00Z')).to.deep.equal([])
        expect(at('2026-03-28T14:00:00Z')).to.deep.equal([
          'This can be had only at certain times, next from 29 March 2026, 12:00.',
        ])
        // Since that night clocks are an hour ahead.
        expect(at('2026-03-29T10:59:59Z')).to.have.length(1)
        expect(at('2026-03-29T11:00:00Z')).to.deep.equal([])
        expect(at('2026-03-29T13:00:00Z')).to.have.length(1)
        expect(refusal(() => shop.redeem('lunch', 0)).locked).to.deep.equal(['reward_window'])
      },
      { settings: 'source: moodle\ntimezone: Europe/London\n', now: Date.parse('2026-03-02T00:00:00Z') },
    ),
  )

  it(
    'locks what the institution does not pay for alone, where only that is funded',
    inShop(
      `
funded_only: true
rewards:
  - { id: tea, title: Tea, cost: 1, ${APPROVED} }
  - { id: off, title: Off, cost: 1, funding: discount, discount: { percent: 5 }, ${APPROVED} }
  - { id: saver, title: Saver, funding: hybrid, savings: [{ points: 1, percent: 5 }], ${APPROVED} }
`,
      (shop) => {
        shop.give(5)
        expect(seen(shop).tea).to.deep.equal([])
        for (const id of ['off', 'saver']) {
          expect(seen(shop)[id]).to.have.length(1)
          expect(refusal(() => shop.redeem(id, 1)).locked).to.deep.equal(['not_funded'])
        }
        expect(shop.redeem('tea', 1).balance).to.equal(4)
      },
    ),
  )

  it(
    'offers the discount of the highest tier that a learner has reached',
    inShop(
      `
tiers:
  - { id: bronze, title: Bronze, points: 50 }
  - { id: silver, title: Silver, points: 200 }
  - { id: gold, title: Gold, points: 500 }
rewards:
  - { id: off, title: Off, cost: 10, funding: discount, discount: { bronze: { percent: 5 }, gold: { percent: 20 } }, ${APPROVED} }
`,
      (shop) => {
        shop.give(40)
        expect(refusal(() => shop.redeem('off', 10))).to.include({
          code: 'reward_locked',
          message: 'Reach the tier Bronze: 10 more points.',
        })
        const discounts = [10, 200, 300].map((points) => {
          shop.give(points)
          return shop.get(shop.redeem('off', 10).redemption_id).detail.terms.discount
        })
        // Lifetime points are 50, 250 and 550: what was spent does not count against them.
        expect(discounts).to.deep.equal([{ percent: 5 }, { percent: 5 }, { percent: 20 }])
      },
    ),
  )

  it(
    'says how many are left: of the stock, of the pool, and of what the budget still pays',
    inShop(
      `
currency: GBP
budgets: [{ id: main, monthly: 10.00 }]
rewards:
  - { id: any, title: Any, cost: 1, ${APPROVED} }
  - { id: few, title: Few, cost: 1, stock: 5, ${APPROVED} }
  - { id: paid, title: Paid, cost: 1, value: 3.00, budget: main, ${APPROVED} }
  - { id: both, title: Both, cost: 1, value: 1.00, budget: main, stock: 9, ${APPROVED} }
  - { id: pool, title: Pool, cost: 1, delivery: codes, ${APPROVED} }
`,
      async (shop) => {
        shop.give(10)
        await shop.importCodes('pool', 'A\nB')
        expect(remaining(shop)).to.deep.equal({ any: null, few: 5, paid: 3, both: 9, pool: 2 })
        for (const id of ['any', 'few', 'paid', 'pool']) shop.redeem(id, 1)
        expect(remaining(shop)).to.deep.equal({ any: null, few: 4, paid: 2, both: 7, pool: 1 })
      },
    ),
  )
})

describe('the limit of a reward', () => {
  for (const [per, lasts] of [
    ['month', 8 * DAY],
    ['48h', 2 * DAY],
    ['day', 15 * 3_600_000],
  ] as const) {
    it(
      `of one in a ${per} begins anew exactly then`,
      inShop(`rewards: [{ id: tea, title: Tea, cost: 1, limit: { count: 1, per: ${per} }, ${APPROVED} }]`, (shop) => {
        shop.give(10)
        shop.give(10, null, '43')
        const { now } = shop.clock
        shop.redeem('tea', 1)
        expect(refusal(() => shop.redeem('tea', 1)).locked).to.deep.equal(['limit_reached'])
        shop.redeem('tea', 1, '43')
        const ends = per === '48h' ? now + lasts : Math.floor((now + lasts) / DAY) * DAY
        shop.clock.now = ends - 1
        expect(refusal(() => shop.redeem('tea', 1)).locked).to.deep.equal(['limit_reached'])
        shop.clock.now = ends
        expect(shop.redeem('tea', 1).balance).to.equal(8)
      }),
    )
  }

  it(
    'of one for ever never ends, unless it is given back',
    inShop(
      `rewards: [{ id: tea, title: Tea, cost: 1, token_ttl: 1d, limit: { count: 1, per: ever }, ${APPROVED} }]`,
      async (shop) => {
        shop.give(10)
        shop.redeem('tea', 1)
        shop.clock.now += DAY
        expect(refusal(() => shop.redeem('tea', 1)).locked).to.deep.equal(['limit_reached'])
        await shop.expire()
        shop.consume(shop.token(shop.redeem('tea', 1).redemption_id))
        shop.clock.now += 900 * DAY
        expect(refusal(() => shop.redeem('tea', 1)).locked).to.deep.equal(['limit_reached'])
      },
    ),
  )
})

describe('the next tier', () => {
  it(
    'is what is missing for it, badge and points',
    inShop(
      `
tiers:
  - { id: bronze, title: Bronze, points: 50 }
  - { id: silver, title: Silver, points: 200, requires: { badges: [badge:17] } }
`,
      (shop) => {
        const next = () => {
          const at = shop.at(({ stores, rules }) => standing(stores, rules.current(), shop.subject('42') || null))
          return { reached: at.reached.map(({ id }) => id), missing: at.next?.missing.map(({ text }) => text) }
        }
        expect(next()).to.deep.equal({ reached: [], missing: ['50 more points'] })
        shop.give(155)
        expect(next()).to.deep.equal({ reached: ['bronze'], missing: ['Earn badge 17', '45 more points'] })
        earn(shop, 'badge:17', 'Lab safety')
        expect(next().missing).to.deep.equal(['40 more points'])
        shop.give(40)
        expect(next()).to.deep.equal({ reached: ['bronze', 'silver'], missing: undefined })
      },
      { rules: RULES },
    ),
  )
})
