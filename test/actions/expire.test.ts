import { expect } from 'chai'
import { APPROVED, DAY, HOUR, inShop, type Shop } from './shop.js'

const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 10.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: back, title: Back, cost: 10, value: 1.00, budget: main, stock: 1, token_ttl: 10d, on_expiry: refund, ${APPROVED} }
  - { id: gone, title: Gone, cost: 10, value: 1.00, budget: main, token_ttl: 10d, on_expiry: forfeit, ${APPROVED} }
  - { id: week, title: Week, cost: 10, token_ttl: 7d, ${APPROVED} }
  - { id: ride, title: Ride, cost: 10, token_ttl: 10d, delivery: shop, ${APPROVED} }
  - { id: pool, title: Pool, cost: 10, delivery: codes, ${APPROVED} }
`
const redeemed = (shop: Shop, reward: string): string => {
  shop.give(10)
  return shop.redeem(reward, 10).redemption_id
}

describe('the nightly job', () => {
  it(
    'takes the points that lapse from every learner, and once',
    inShop(REWARDS, async (shop) => {
      const users = Array.from({ length: 230 }, (_, index) => `user-${index}`)
      for (const user of users) shop.give(5, '2026-11-30', user)
      shop.give(5, '2027-01-31', 'other')
      expect(await shop.expire()).to.equal('points of 0 learners lapsed, and 0 tokens')
      shop.clock.now = Date.parse('2026-11-30T02:00:00Z')
      expect(await shop.expire()).to.equal('points of 230 learners lapsed, and 0 tokens')
      expect(await shop.expire()).to.equal('points of 0 learners lapsed, and 0 tokens')
      expect(users.map((user) => shop.balance(user))).to.deep.equal(users.map(() => 0))
      expect(shop.balance('other')).to.equal(5)
    }),
  )

  it(
    'gives back what a token that lapsed unused cost, where the reward says so',
    inShop(REWARDS, async (shop) => {
      const [back, gone] = [redeemed(shop, 'back'), redeemed(shop, 'gone')]
      const { redemptions } = shop.stores
      shop.clock.now += 10 * DAY - 1
      await shop.expire()
      expect([back, gone].map((id) => shop.get(id).state)).to.deep.equal(['issued', 'issued'])
      shop.clock.now += 1
      expect(await shop.expire()).to.equal('points of 0 learners lapsed, and 2 tokens')
      expect([back, gone].map((id) => shop.get(id).state)).to.deep.equal(['expired', 'expired'])
      expect(shop.story().slice(-2).sort()).to.deep.equal(['expiry 0', 'refund 10'])
      expect(shop.balance()).to.equal(10)
      expect(['back', 'gone'].map((reward) => redemptions.issued(reward))).to.deep.equal([0, 1])
      // The money of the refund goes back to its month; what is forfeited stays spent.
      expect(redemptions.committed('main', '2026-11')).to.equal(100)
      expect([back, gone].map((id) => shop.get(id).tokenCopy)).to.deep.equal([null, null])
      const lapsed = shop.notices().filter(({ code }) => code === 'token_lapsed')
      expect(lapsed.map(({ params }) => params.points).sort()).to.deep.equal([0, 10])
    }),
  )

  it(
    'leaves what a partner has, whose token nobody can see any more, and tells the partner',
    inShop(REWARDS, async (shop) => {
      const id = redeemed(shop, 'ride')
      const { seq } = shop.get(id)
      shop.at(({ stores }) => stores.redemptions.setState(seq, 'delivered'))
      shop.clock.now += 10 * DAY
      expect(await shop.expire()).to.equal('points of 0 learners lapsed, and 1 tokens')
      expect(shop.get(id)).to.include({ state: 'delivered', tokenCopy: null })
      expect(shop.balance()).to.equal(0)
      const messages = shop.stores.messages.ofRedemption(seq)
      expect(messages.map(({ type }) => type)).to.deep.equal(['redemption.issued', 'redemption.expired'])
      expect(await shop.expire()).to.equal('points of 0 learners lapsed, and 0 tokens')
    }),
  )

  it(
    'never decides for a partner that has not answered',
    inShop(REWARDS, async (shop) => {
      const id = redeemed(shop, 'ride')
      const [message] = shop.stores.messages.ofRedemption(shop.get(id).seq)
      shop.at(({ stores, now }) => stores.messages.begin(message!.number, now))
      shop.clock.now += 40 * DAY
      await shop.expire()
      expect(shop.get(id).state).to.equal('delivering')
      expect(shop.balance()).to.equal(0)
      expect(shop.stores.messages.ofRedemption(shop.get(id).seq)[0]?.state).to.equal('dead')
      expect(shop.told('administrators')).to.include('delivery_stuck')
    }),
  )

  it(
    'takes a token that its partner was never sent as any other that lapses unused',
    inShop(REWARDS, async (shop) => {
      const id = redeemed(shop, 'ride')
      const cost = shop.get(id).points
      shop.clock.now += 40 * DAY
      await shop.expire()
      expect(shop.get(id).state).to.equal('expired')
      expect(shop.balance()).to.equal(cost)
      expect(shop.stores.messages.ofRedemption(shop.get(id).seq)[0]?.state).to.equal('dropped')
    }),
  )
})

describe('a notice ahead', () => {
  const told = (shop: Shop, code: string) =>
    [...shop.notices(), ...shop.notices('administrators')].filter((notice) => notice.code === code)

  it(
    'comes seven days before points lapse, once, to each learner',
    inShop(REWARDS, async (shop) => {
      shop.give(5, '2026-12-31')
      shop.give(6, '2026-12-31')
      shop.give(7, '2026-12-31', '43')
      shop.clock.now = Date.parse('2026-12-23T23:00:00Z')
      await shop.expire()
      expect(told(shop, 'points_lapse')).to.deep.equal([])
      for (let night = 0; night < 5; night++) {
        shop.clock.now += DAY
        await shop.expire()
      }
      const about = told(shop, 'points_lapse').map(({ userId, params }) => ({ userId, ...params }))
      expect(about).to.have.deep.members([
        { userId: '42', points: 11, expires: '2026-12-31' },
        { userId: '43', points: 7, expires: '2026-12-31' },
      ])
    }),
  )

  it(
    'comes seven days before a token lapses, and again only where it was extended',
    inShop(REWARDS, async (shop) => {
      const [id, used] = [redeemed(shop, 'back'), redeemed(shop, 'gone')]
      const { seq, expires } = shop.get(id)
      shop.consume(shop.token(used))
      shop.clock.now += 3 * DAY
      await shop.expire()
      expect(told(shop, 'token_lapses')).to.deep.equal([])
      shop.clock.now += HOUR
      await shop.expire()
      await shop.expire()
      expect(told(shop, 'token_lapses').map(({ params }) => params)).to.deep.equal([
        { reward: 'back', title: 'Back', redemption: id, expires: new Date(expires!).toISOString() },
      ])
      shop.at(({ stores }) => stores.redemptions.extend(seq, expires! + DAY))
      shop.clock.now += DAY
      await shop.expire()
      expect(told(shop, 'token_lapses')).to.have.length(2)
    }),
  )

  it(
    'does not come for a token that lives a week or less: its learner has just been told of it',
    inShop(REWARDS, async (shop) => {
      redeemed(shop, 'week')
      shop.clock.now += DAY
      await shop.expire()
      expect(told(shop, 'token_lapses')).to.deep.equal([])
    }),
  )

  it(
    'comes to administrators 30 days before codes lapse that are still in the pool',
    inShop(REWARDS, async (shop) => {
      await shop.importCodes('pool', 'code,expires\nA,2026-12-31\nB,2026-12-31\nC,2027-06-30\nD,2026-12-30\n')
      // The soonest to lapse is handed out first, and is nobody's concern any more.
      redeemed(shop, 'pool')
      shop.clock.now = Date.parse('2026-11-30T12:00:00Z')
      await shop.expire()
      expect(told(shop, 'codes_lapse')).to.deep.equal([])
      shop.clock.now += DAY
      await shop.expire()
      await shop.expire()
      expect(told(shop, 'codes_lapse').map(({ params }) => params)).to.deep.equal([
        { reward: 'pool', count: 2, expires: '2026-12-31' },
      ])
    }),
  )
})
