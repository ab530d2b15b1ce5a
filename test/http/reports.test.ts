import { expect } from 'chai'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
import { get, sendEvents } from './calls.js'
import { asAdmin, give, openShop, REWARDS, redeemed } from './shop.js'

describe('reports, over HTTP', () => {
  let rocket: TestRocket
  afterEach(() => rocket.close())

  describe('GET /api/reports/budgets', () => {
    const budgets = async () => (await get(rocket, '/api/reports/budgets', 'reports')).body

    it('says what each may pay this month, has committed, and has left', async () => {
      rocket = openShop()
      expect(await budgets()).to.deep.equal({
        currency: 'GBP',
        budgets: [{ id: 'main', month: '2026-11', allowed_minor: 5_000, committed_minor: 0, left_minor: 5_000 }],
      })
      await give(rocket, '42', 300)
      const { redemption_id } = await redeemed(rocket, '42', 'mug', 50)
      await redeemed(rocket, '42', 'book', 30)
      expect((await budgets()).budgets[0]).to.include({ committed_minor: 1_200, left_minor: 3_800 })
      await asAdmin(rocket, `/api/redemptions/${redemption_id}/cancel`, { reason: 'asked for' })
      expect((await budgets()).budgets[0]).to.include({ committed_minor: 700, left_minor: 4_300 })
    })

    it('begins anew with the month of the institution’s zone, and a refund goes to the month of its redemption', async () => {
      rocket = openShop(REWARDS, 'source: moodle\ntimezone: Pacific/Auckland\n')
      await give(rocket, '42', 300)
      // In Auckland it is still 30 November.
      rocket.clock.now = Date.parse('2026-11-30T10:59:59Z')
      const { redemption_id } = await redeemed(rocket, '42', 'mug', 50)
      expect((await budgets()).budgets[0]).to.include({ month: '2026-11', committed_minor: 500 })
      rocket.clock.now += 1_000
      expect((await budgets()).budgets[0]).to.include({ month: '2026-12', committed_minor: 0 })
      await redeemed(rocket, '42', 'mug', 50)
      await asAdmin(rocket, `/api/redemptions/${redemption_id}/cancel`, { reason: 'asked for' })
      expect((await budgets()).budgets[0]).to.include({ month: '2026-12', committed_minor: 500 })
      expect(rocket.context.stores.redemptions.committed('main', '2026-11')).to.equal(0)
    })

    it('is empty where no reward costs money', async () => {
      rocket = openRocket()
      expect(await budgets()).to.deep.equal({ currency: null, budgets: [] })
    })
  })

  describe('GET /api/reports/liability', () => {
    const liability = async () => (await get(rocket, '/api/reports/liability', 'reports')).body

    it('says what learners can still spend, by the month in which it lapses', async () => {
      const pack = '- { id: graded, event: quiz.graded, points: 10, expires: 30d }\n'
      rocket = openRocket({ 'rules/pack.yaml': pack, 'rewards.yaml': REWARDS })
      expect(await liability()).to.include({ total: 0, undated: 0, owed: 0 })
      await sendEvents(rocket, [wireEvent({ user: '42' }), wireEvent({ user: '43' })])
      await give(rocket, '42', 25)
      await give(rocket, '44', -7)
      expect(await liability()).to.deep.equal({
        as_of: '2026-11-23T09:00:00.000Z',
        total: 45,
        undated: 25,
        months: [{ month: '2026-12', points: 20 }],
        owed: 7,
      })
      // What lapses soonest is spent first.
      await redeemed(rocket, '42', 'lunch', 20)
      expect(await liability()).to.deep.include({ total: 25, undated: 15, months: [{ month: '2026-12', points: 10 }] })
    })

    it('is for reports and people in charge', async () => {
      rocket = openShop()
      for (const path of ['/api/reports/liability', '/api/reports/budgets']) {
        expect((await get(rocket, path, 'admin')).status).to.equal(200)
        for (const scope of ['learner', 'events', 'review', 'privacy', 'metrics']) {
          expect((await get(rocket, path, scope, { sub: '42' })).status, scope).to.equal(403)
        }
      }
    })
  })
})
