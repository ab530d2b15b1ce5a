import { expect } from 'chai'
import { redeem } from '../../sidecar/actions/redeem.js'
import { cancel } from '../../sidecar/actions/support.js'
import { readToken } from '../../sidecar/domain/token-code.js'
import { APPROVED, DAY, inShop, refusal, type Shop } from './shop.js'

const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 10.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: gift, title: "£1 gift card", cost: 50, value: 1.00, budget: main, token_ttl: 30d, ${APPROVED} }
  - { id: two, title: Two pounds, cost: 5, value: 2.00, budget: main, ${APPROVED} }
  - { id: rare, title: Rare, cost: 5, stock: 2, ${APPROVED} }
  - { id: saver, title: Saver, funding: hybrid, savings: [{ points: 50, percent: 10 }, { points: 120, percent: 25 }], top_up: 1.50, budget: main, ${APPROVED} }
  - { id: ride, title: Ride, cost: 5, delivery: shop, ${APPROVED} }
  - { id: course, title: Course, cost: 5, delivery: moodle, moodle: { badge: 17 }, ${APPROVED} }
  - { id: pool, title: Pool, cost: 5, delivery: codes, ${APPROVED} }
  - { id: free, title: Free, cost: 0, ${APPROVED} }
`
const cancelled = (shop: Shop, id: string) =>
  shop.at((moment) => cancel(moment, id, { actor: 'it', reason: 'asked for' }))

describe('redeeming', () => {
  it(
    'takes the points at once, commits the money, and gives a token',
    inShop(REWARDS, (shop) => {
      shop.give(120)
      const { redemption_id, status, expires_at, balance } = shop.redeem('gift', 50)
      expect(redemption_id).to.match(/^rdm_[0-9a-f]{24}$/)
      expect({ status, balance }).to.deep.equal({ status: 'issued', balance: 70 })
      expect(expires_at).to.equal(new Date(shop.clock.now + 30 * DAY).toISOString())
      expect(readToken(shop.token(redemption_id))).to.have.property('token')
      expect(shop.entries().at(-1)).to.include({
        kind: 'redemption',
        points: -50,
        reward: 'gift',
        budget: 'main',
        amountMinor: 100,
      })
      expect(shop.stores.redemptions.committed('main', '2026-11')).to.equal(100)
      expect(shop.stores.redemptions.issued('gift')).to.equal(1)
      expect(shop.notices()).to.have.length(1)
      const about = { reward: 'gift', title: '£1 gift card', points: 50, redemption: redemption_id }
      expect(shop.notices()[0]).to.deep.include({ userId: '42', code: 'redeemed', params: about })
    }),
  )

  it(
    'never spends lifetime points: nobody falls back',
    inShop(REWARDS, (shop) => {
      shop.give(60)
      shop.redeem('gift', 50)
      expect(shop.stores.ledger.balance(shop.subject('42'))).to.deep.equal({ points: 10, held: 0, lifetime: 60 })
    }),
  )

  it(
    'begins what each kind of delivery asks for',
    inShop(REWARDS, async (shop) => {
      shop.give(100)
      await shop.importCodes('pool', 'SECRET-1')
      const began = (['ride', 'course', 'pool'] as const).map((reward) => shop.redeem(reward, 5))
      expect(began.map(({ status }) => status)).to.deep.equal(['delivering', 'delivering', 'delivered'])
      const [ride, course, pool] = began.map(({ redemption_id }) => shop.get(redemption_id))
      expect(shop.stores.messages.ofRedemption(ride!.seq)).to.have.length(1)
      expect(shop.stores.messages.ofRedemption(course!.seq)).to.have.length(0)
      expect(shop.stores.redemptions.forMoodle(10).map(({ id }) => id)).to.deep.equal([course!.id])
      expect(shop.stores.codes.codeOf(pool!.seq)).to.deep.equal({ code: 'SECRET-1', expires: null })
      expect([ride, course, pool].map((one) => one?.tokenCopy === null)).to.deep.equal([false, true, true])
    }),
  )

  it(
    'may cost no points at all',
    inShop(REWARDS, (shop) => {
      const { redemption_id, balance } = shop.redeem('free', 0)
      expect(balance).to.equal(0)
      cancelled(shop, redemption_id)
      expect(shop.story()).to.deep.equal(['redemption 0', 'refund 0'])
    }),
  )

  it(
    'keeps tokens and codes out of the ledger, the notices and the idempotent answer',
    inShop(REWARDS, async (shop) => {
      shop.give(100)
      await shop.importCodes('pool', 'SECRET-1')
      const token = shop.token(shop.redeem('gift', 50).redemption_id).replaceAll('-', '').slice(0, 24)
      shop.redeem('pool', 5)
      const texts = ['body FROM entry', 'data FROM private_record', 'params FROM notice', 'answer FROM idempotency']
      const all = texts.flatMap((from) => shop.opened.connection.prepare(`SELECT ${from}`).pluck().all())
      expect(all.join('\n')).to.include('redemption').and.to.not.include(token).and.to.not.include('SECRET-1')
    }),
  )

  it(
    'keeps the terms it was made under, whatever the file says later',
    inShop(REWARDS, (shop) => {
      shop.give(50)
      const { redemption_id } = shop.redeem('gift', 50)
      shop.publish(REWARDS.replace('"£1 gift card", cost: 50, value: 1.00', 'Other, cost: 60, value: 3.00'))
      expect(shop.get(redemption_id).detail.terms).to.deep.include({
        title: '£1 gift card',
        cost: 50,
        value: { amount_minor: 100, currency: 'GBP' },
      })
      cancelled(shop, redemption_id)
      expect(shop.balance()).to.equal(50)
      expect(shop.stores.redemptions.committed('main', '2026-11')).to.equal(0)
    }),
  )
})

describe('a redemption that is refused', () => {
  it(
    'says why, and changes nothing',
    inShop(REWARDS, (shop) => {
      shop.give(49)
      const { seq } = shop.stores.ledger.head()
      expect(refusal(() => shop.redeem('gift', 50))).to.deep.equal({
        code: 'reward_locked',
        message: '1 more point.',
        locked: ['needs_balance'],
      })
      expect(refusal(() => shop.redeem('none', 50)).code).to.equal('not_found')
      expect(shop.stores.ledger.head().seq).to.equal(seq)
      expect(shop.stores.redemptions.list({}, 9)).to.deep.equal([])
    }),
  )

  it(
    'may be one at another price than is asked now, and says which',
    inShop(REWARDS, (shop) => {
      shop.give(200)
      expect(refusal(() => shop.redeem('gift', 40))).to.include({
        code: 'price_changed',
        message: 'This reward costs 50 points now, not 40.',
      })
      expect(refusal(() => shop.redeem('saver', 51)).message).to.include('costs 50 or 120 points now')
    }),
  )

  it(
    'may lack stock: what was refunded is there again, what is consumed is not',
    inShop(REWARDS, (shop) => {
      shop.give(100)
      const first = shop.redeem('rare', 5).redemption_id
      shop.consume(shop.token(shop.redeem('rare', 5).redemption_id))
      expect(refusal(() => shop.redeem('rare', 5)).locked).to.deep.equal(['out_of_stock'])
      cancelled(shop, first)
      shop.redeem('rare', 5)
      expect(refusal(() => shop.redeem('rare', 5)).locked).to.deep.equal(['out_of_stock'])
    }),
  )

  it(
    'may find its pool empty, or its partner closed',
    inShop(REWARDS, (shop) => {
      shop.give(100)
      expect(refusal(() => shop.redeem('pool', 5)).locked).to.deep.equal(['out_of_stock'])
      shop.at(({ stores, now }) => stores.messages.close('shop', now, 'It answered 410.'))
      expect(refusal(() => shop.redeem('ride', 5)).locked).to.deep.equal(['partner_closed'])
    }),
  )
})

describe('a hybrid', () => {
  it(
    'takes the step whose price the learner was shown',
    inShop(REWARDS, (shop) => {
      shop.give(170)
      const [small, large] = [50, 120].map((cost) => shop.get(shop.redeem('saver', cost).redemption_id))
      expect(small?.detail.terms).to.deep.include({ cost: 50, discount: { percent: 10 } })
      expect(large?.detail.terms).to.deep.include({ cost: 120, discount: { percent: 25 } })
      expect([small?.amountMinor, large?.amountMinor]).to.deep.equal([150, 150])
      expect(shop.balance()).to.equal(0)
    }),
  )

  it(
    'may be had at one step where the other is too dear',
    inShop(REWARDS, (shop) => {
      shop.give(60)
      expect(refusal(() => shop.redeem('saver', 120))).to.include({ code: 'reward_locked', message: '60 more points.' })
      expect(shop.redeem('saver', 50).balance).to.equal(10)
    }),
  )
})

describe('the same idempotency key', () => {
  it(
    'gives the same answer and redeems once, whatever has changed since',
    inShop(REWARDS, (shop) => {
      shop.give(100)
      const first = shop.redeem('gift', 50, '42', 'one')
      shop.consume(shop.token(first.redemption_id))
      shop.publish(REWARDS.replace('id: gift, ', 'id: gift, active: false, '))
      expect(shop.redeem('gift', 50, '42', 'one')).to.deep.equal(first)
      expect(shop.balance()).to.equal(50)
    }),
  )

  it(
    'with another reward or another price is refused',
    inShop(REWARDS, (shop) => {
      shop.give(200)
      shop.redeem('gift', 50, '42', 'one')
      expect(refusal(() => shop.redeem('rare', 5, '42', 'one')).code).to.equal('key_reused')
      expect(refusal(() => shop.redeem('gift', 51, '42', 'one')).code).to.equal('key_reused')
      expect(shop.balance()).to.equal(150)
    }),
  )

  it(
    'of another learner is another key',
    inShop(REWARDS, (shop) => {
      shop.give(50)
      shop.give(50, null, '43')
      const ids = ['42', '43'].map((user) => shop.redeem('gift', 50, user, 'one').redemption_id)
      expect(new Set(ids).size).to.equal(2)
    }),
  )

  it(
    'may be used again after a refusal: nothing was kept of it',
    inShop(REWARDS, (shop) => {
      expect(refusal(() => shop.redeem('gift', 50, '42', 'one')).code).to.equal('reward_locked')
      shop.give(50)
      expect(shop.redeem('gift', 50, '42', 'one').balance).to.equal(0)
    }),
  )
})

describe('many at once', () => {
  it(
    'share one transaction, and those that find nothing left are undone alone',
    inShop(REWARDS, (shop) => {
      const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
      for (const user of users) shop.give(5, null, user)
      const { stores, rules, clock } = shop
      const order = (userId: string) => ({ userId, reward: 'two', expectedCost: 5, key: 'one' })
      const results = stores.writer.writeAll(
        users.map((user) => () => redeem({ stores, rules, now: clock.now }, order(user))),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(5)
      expect(users.map((user) => shop.balance(user)).filter((points) => points === 0)).to.have.length(5)
      expect(stores.redemptions.committed('main', '2026-11')).to.equal(1_000)
      expect(stores.redemptions.issued('two')).to.equal(5)
    }),
  )
})
