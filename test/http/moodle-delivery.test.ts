import { expect } from 'chai'
import type { TestRocket } from '../support.js'
import { balanceOf, get, post } from './calls.js'
import { asAdmin, give, openShop, redeemed } from './shop.js'

describe('deliveries, over HTTP', () => {
  let rocket: TestRocket
  beforeEach(async () => {
    rocket = openShop()
    await give(rocket, '42', 300)
  })
  afterEach(() => rocket.close())

  const waiting = async (): Promise<Record<string, unknown>[]> =>
    (await get(rocket, '/api/deliveries', 'events')).body.deliveries
  const answer = (id: string | undefined, body: object) => post(rocket, `/api/deliveries/${id}`, JSON.stringify(body))

  describe('what Moodle is to hand over', () => {
    it('waits, oldest first, until it is answered, however often it is fetched', async () => {
      const lab = await redeemed(rocket, '42', 'lab', 10)
      rocket.clock.now += 1_000
      const badge = await redeemed(rocket, '42', 'badge', 0)
      const expected = [
        {
          redemption_id: lab.redemption_id,
          user_id: '42',
          action: { enrol: { course: 'PHYS101', days: 90 } },
          created_at: '2026-11-23T09:00:00.000Z',
        },
        {
          redemption_id: badge.redemption_id,
          user_id: '42',
          action: { badge: '17' },
          created_at: '2026-11-23T09:00:01.000Z',
        },
      ]
      expect(await waiting()).to.deep.equal(expected)
      expect(await waiting()).to.deep.equal(expected)
      expect((await get(rocket, '/api/deliveries?limit=1', 'events')).body.deliveries).to.deep.equal([expected[0]])
      await answer(lab.redemption_id, { status: 'done' })
      expect(await waiting()).to.deep.equal([expected[1]])
    })

    it('is delivered once it is done; the same answer again changes nothing', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'lab', 10)
      for (let time = 0; time < 2; time++) {
        const { status, body } = await answer(redemption_id, { status: 'done' })
        expect([status, body]).to.deep.equal([200, { redemption_id, status: 'delivered', receipt: null }])
      }
      expect((await get(rocket, '/api/rewards/ledger?kind=consumption')).body.entries).to.have.length(1)
      expect(balanceOf(rocket, '42')).to.equal(290)
      const other = await answer(redemption_id, { status: 'refused' })
      expect(other.body).to.include({ status: 409, code: 'state_conflict', state: 'delivered' })
    })

    it('gives the points back once it is refused; the same answer again changes nothing', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'lab', 10)
      for (let time = 0; time < 2; time++) {
        const { status, body } = await answer(redemption_id, { status: 'refused', reason: 'there is no such course' })
        expect([status, body.status]).to.deep.equal([200, 'refused'])
        expect(balanceOf(rocket, '42')).to.equal(300)
      }
      expect((await answer(redemption_id, { status: 'done' })).body).to.include({ status: 409, state: 'refused' })
    })

    it('gives back a reward that cost nothing, too', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'badge', 0)
      expect((await answer(redemption_id, { status: 'refused' })).body.status).to.equal('refused')
      expect(balanceOf(rocket, '42')).to.equal(300)
    })

    it('tells the bridge where it was cancelled meanwhile, so that it can undo it', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'lab', 10)
      await asAdmin(rocket, `/api/redemptions/${redemption_id}/cancel`, { reason: 'asked for' })
      expect(await waiting()).to.deep.equal([])
      const { status, body } = await answer(redemption_id, { status: 'done' })
      expect([status, body.state]).to.deep.equal([409, 'cancelled'])
      expect(balanceOf(rocket, '42')).to.equal(300)
    })

    it('is none of a partner’s or the counter’s', async () => {
      for (const { redemption_id } of [
        await redeemed(rocket, '42', 'book', 30),
        await redeemed(rocket, '42', 'mug', 50),
        { redemption_id: 'rdm_0' },
      ]) {
        expect((await answer(redemption_id, { status: 'done' })).status).to.equal(404)
        expect((await answer(redemption_id, { status: 'refused' })).status).to.equal(404)
      }
      expect(balanceOf(rocket, '42')).to.equal(220)
    })

    it('is for Moodle alone, and answered with done or refused', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'lab', 10)
      for (const scope of ['learner', 'reports', 'admin']) {
        expect((await get(rocket, '/api/deliveries', scope, { sub: '42' })).status, scope).to.equal(403)
        const path = `/api/deliveries/${redemption_id}`
        expect((await post(rocket, path, '{"status":"done"}', scope, { sub: '42' })).status, scope).to.equal(403)
      }
      for (const [body, pointer] of [
        [{ status: 'perhaps' }, '/status'],
        [{ status: null }, '/status'],
        [{ status: 'refused', reason: 7 }, '/reason'],
      ] as const) {
        const { status, body: problem } = await answer(redemption_id, body)
        expect([status, problem.faults[0].pointer]).to.deep.equal([400, pointer])
      }
    })
  })
})
