import { expect } from 'chai'
import { cancel, cancellableUntil, cancelOwn, extend, reissue, replay } from '../../sidecar/actions/support.js'
import { APPROVED, DAY, HOUR, inShop, refusal, type Shop } from './shop.js'

const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 10.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: gift, title: Gift, cost: 10, value: 1.00, budget: main, limit: { count: 1, per: month }, cancel_within: 24h, token_ttl: 30d, ${APPROVED} }
  - { id: short, title: Short, cost: 5, cancel_within: 24h, token_ttl: 2h, ${APPROVED} }
  - { id: final, title: Final, cost: 5, ${APPROVED} }
  - { id: ride, title: Ride, cost: 5, delivery: shop, cancel_within: 24h, ${APPROVED} }
  - { id: pool, title: Pool, cost: 5, delivery: codes, ${APPROVED} }
  - { id: course, title: Course, cost: 5, delivery: moodle, moodle: { badge: 17 }, ${APPROVED} }
`
const asked = { actor: 'it', reason: 'a lost phone' }
const redeemed = (shop: Shop, reward: string, cost: number): string => {
  shop.give(cost)
  return shop.redeem(reward, cost).redemption_id
}
const cancelOwned = (shop: Shop, id: string, user = '42') => shop.at((moment) => cancelOwn(moment, user, id))
/** What was noted beside the entries about points: it goes with what else is kept of its learner. */
const administrations = ({ stores }: Shop) => {
  const { entries } = stores.keptAbout.read([stores.learners.subjectOf('moodle', '42') ?? ''])
  return entries.filter(({ kind }) => kind === 'administration').map(({ record }) => record.reason)
}

describe('a learner cancels', () => {
  it(
    'within the time that the reward allows: points, money, stock and limit are as before',
    inShop(REWARDS, (shop) => {
      const id = redeemed(shop, 'gift', 10)
      expect(refusal(() => shop.redeem('gift', 10)).locked).to.include('limit_reached')
      shop.clock.now += DAY - 1
      expect(cancelOwned(shop, id).state).to.equal('cancelled')
      expect(shop.balance()).to.equal(10)
      expect(shop.stores.redemptions.committed('main', '2026-11')).to.equal(0)
      expect(shop.stores.redemptions.issued('gift')).to.equal(0)
      expect(shop.told()).to.deep.equal(['redeemed', 'cancelled'])
      expect(shop.redeem('gift', 10).status).to.equal('issued')
    }),
  )

  it(
    'not a moment later, nor after the token lapsed',
    inShop(REWARDS, (shop) => {
      const [gift, short] = [redeemed(shop, 'gift', 10), redeemed(shop, 'short', 5)]
      expect(cancellableUntil(shop.get(gift), shop.clock.now)).to.equal(shop.clock.now + DAY)
      expect(cancellableUntil(shop.get(short), shop.clock.now)).to.equal(shop.clock.now + 2 * HOUR)
      shop.clock.now += 2 * HOUR
      expect(refusal(() => cancelOwned(shop, short)).code).to.equal('state_conflict')
      shop.clock.now += 22 * HOUR
      expect(refusal(() => cancelOwned(shop, gift)).code).to.equal('state_conflict')
    }),
  )

  it(
    'only what is unused, in-app, theirs and allowed; asked twice it is done once',
    inShop(REWARDS, (shop) => {
      const [used, final, ride, twice] = [
        redeemed(shop, 'gift', 10),
        redeemed(shop, 'final', 5),
        redeemed(shop, 'ride', 5),
        redeemed(shop, 'short', 5),
      ]
      shop.consume(shop.token(used))
      for (const id of [used, final, ride]) {
        expect(refusal(() => cancelOwned(shop, id)).code).to.equal('state_conflict')
      }
      expect(refusal(() => cancelOwned(shop, twice, '43')).code).to.equal('not_found')
      cancelOwned(shop, twice)
      expect(cancelOwned(shop, twice).state).to.equal('cancelled')
      expect(shop.balance()).to.equal(5)
    }),
  )
})

describe('a person in charge cancels', () => {
  it(
    'also what was delivered, with who and why on the ledger',
    inShop(REWARDS, async (shop) => {
      await shop.importCodes('pool', 'A-1')
      const id = redeemed(shop, 'pool', 5)
      expect(shop.at((moment) => cancel(moment, id, asked)).state).to.equal('cancelled')
      expect(shop.balance()).to.equal(5)
      const data = shop.opened.connection.prepare('SELECT data FROM private_record ORDER BY seq DESC').pluck().get()
      expect(JSON.parse(data as string)).to.deep.include({ ...asked, user_id: '42' })
      // A code that was shown may be used: it does not come back.
      expect([shop.stores.codes.available('pool', '2026-11-23'), shop.stores.codes.total('pool')]).to.deep.equal([0, 1])
    }),
  )

  it(
    'not what was consumed, and nothing twice',
    inShop(REWARDS, (shop) => {
      const id = redeemed(shop, 'gift', 10)
      shop.consume(shop.token(id))
      expect(refusal(() => shop.at((moment) => cancel(moment, id, asked)))).to.deep.include({
        code: 'state_conflict',
        message: `The redemption ${id} is consumed, so it cannot become cancelled.`,
      })
      const other = redeemed(shop, 'final', 5)
      shop.at((moment) => cancel(moment, other, asked))
      expect(refusal(() => shop.at((moment) => cancel(moment, other, asked))).code).to.equal('state_conflict')
      expect(refusal(() => shop.at((moment) => cancel(moment, 'rdm_0', asked))).code).to.equal('not_found')
    }),
  )

  it(
    'and the partner is told only where it may have heard of it',
    inShop(REWARDS, (shop) => {
      const [unheard, heard] = [redeemed(shop, 'ride', 5), redeemed(shop, 'ride', 5)]
      const messages = (id: string) =>
        shop.stores.messages.ofRedemption(shop.get(id).seq).map(({ type, state }) => `${type} ${state}`)
      shop.at(({ stores, now }) =>
        stores.messages.begin(stores.messages.ofRedemption(shop.get(heard).seq)[0]!.number, now),
      )
      for (const id of [unheard, heard]) shop.at((moment) => cancel(moment, id, asked))
      expect(messages(unheard)).to.deep.equal(['redemption.issued dropped'])
      expect(messages(heard)).to.deep.equal(['redemption.issued dropped', 'redemption.cancelled pending'])
    }),
  )
})

describe('a token is reissued', () => {
  it(
    'and the one before it no longer counts',
    inShop(REWARDS, (shop) => {
      const id = redeemed(shop, 'gift', 10)
      const old = shop.token(id)
      shop.at((moment) => reissue(moment, id, asked))
      expect(refusal(() => shop.consume(old)).code).to.equal('token_unknown')
      expect(shop.consume(shop.token(id)).status).to.equal('consumed')
      expect(shop.told()).to.deep.equal(['redeemed', 'token_replaced'])
      expect(administrations(shop)).to.deep.equal(['redemption reissued'])
    }),
  )

  it(
    'only while it is unused, and only where there is one',
    inShop(REWARDS, (shop) => {
      const [gift, ride, course] = [redeemed(shop, 'gift', 10), redeemed(shop, 'ride', 5), redeemed(shop, 'course', 5)]
      shop.consume(shop.token(gift))
      for (const id of [gift, ride, course]) {
        expect(refusal(() => shop.at((moment) => reissue(moment, id, asked))).code).to.equal('state_conflict')
      }
    }),
  )
})

describe('a code is reissued', () => {
  it(
    'from the pool, and the faulty one is kept for the claim',
    inShop(REWARDS, async (shop) => {
      await shop.importCodes('pool', 'A-1\nA-2\nA-3')
      const id = redeemed(shop, 'pool', 5)
      const { seq } = shop.get(id)
      const first = shop.stores.codes.codeOf(seq)?.code
      shop.at((moment) => reissue(moment, id, asked))
      const second = shop.stores.codes.codeOf(seq)?.code
      expect(second).to.match(/^A-/).and.to.not.equal(first)
      expect(shop.stores.codes.batches()[0]).to.include({ available: 1, handed_out: 1, faulty: 1 })
      expect(shop.stores.redemptions.issued('pool')).to.equal(1)
      expect(shop.balance()).to.equal(0)
    }),
  )

  it(
    'not where the pool is empty: the learner keeps what they have',
    inShop(REWARDS, async (shop) => {
      await shop.importCodes('pool', 'A-1')
      const id = redeemed(shop, 'pool', 5)
      expect(refusal(() => shop.at((moment) => reissue(moment, id, asked))).message).to.include('No code is left')
      expect(shop.stores.codes.codeOf(shop.get(id).seq)?.code).to.equal('A-1')
      expect(shop.stores.codes.batches()[0]).to.include({ handed_out: 1, faulty: 0 })
    }),
  )

  it(
    'and administrators are told where that takes the last of the pool',
    inShop(REWARDS, async (shop) => {
      await shop.importCodes('pool', Array.from({ length: 10 }, (_, index) => `A-${index}`).join('\n'))
      const id = redeemed(shop, 'pool', 5)
      for (let i = 0; i < 9; i++) shop.at((moment) => reissue(moment, id, asked))
      expect(shop.told('administrators')).to.deep.equal(['codes_low', 'codes_empty'])
    }),
  )
})

describe('a token is extended', () => {
  const until = (shop: Shop, id: string, time: number) => shop.at((moment) => extend(moment, id, time, asked))

  it(
    'to a later time, and lapses then',
    inShop(REWARDS, async (shop) => {
      const id = redeemed(shop, 'short', 5)
      const later = shop.clock.now + 3 * DAY
      expect(until(shop, id, later).expires).to.equal(later)
      shop.clock.now = later - 1
      await shop.expire()
      expect(shop.get(id).state).to.equal('issued')
      shop.clock.now = later
      await shop.expire()
      expect(shop.get(id).state).to.equal('expired')
      expect(administrations(shop)).to.deep.equal(['redemption extended'])
    }),
  )

  it(
    'never shortened, and not where there is none unused',
    inShop(REWARDS, (shop) => {
      const [gift, course] = [redeemed(shop, 'gift', 10), redeemed(shop, 'course', 5)]
      expect(refusal(() => until(shop, gift, shop.get(gift).expires!)).message).to.include('give a later time')
      expect(refusal(() => until(shop, course, shop.clock.now + DAY)).code).to.equal('state_conflict')
      shop.consume(shop.token(gift))
      expect(refusal(() => until(shop, gift, shop.clock.now + 90 * DAY)).code).to.equal('state_conflict')
    }),
  )
})

describe('a message is replayed', () => {
  it(
    'that was given up, and is due at once with all its attempts',
    inShop(REWARDS, (shop) => {
      const id = redeemed(shop, 'ride', 5)
      const [message] = shop.stores.messages.ofRedemption(shop.get(id).seq)
      shop.at(({ stores, now }) => {
        stores.messages.begin(message!.number, now + DAY)
        stores.messages.settle(message!.number, 'dead', 'It answered 500.')
      })
      expect(shop.stores.messages.due(shop.clock.now + 2 * DAY, 9)).to.deep.equal([])
      expect(shop.at((moment) => replay(moment, id, asked))).to.equal(1)
      expect(shop.stores.messages.due(shop.clock.now, 9)).to.have.length(1)
      expect(shop.stores.messages.pending(message!.number)).to.include({ attempts: 1, attemptsBefore: 1 })
      shop.at(({ stores }) => stores.messages.settle(message!.number, 'done', 'accepted'))
      expect(refusal(() => shop.at((moment) => replay(moment, id, asked))).code).to.equal('state_conflict')
    }),
  )
})
