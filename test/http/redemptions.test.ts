import { expect } from 'chai'
import { runJob } from '../../sidecar/jobs.js'
import type { TestRocket } from '../support.js'
import { balanceOf, get } from './calls.js'
import { addCodes, asAdmin, asLearner, atTill, give, openShop, redeemed } from './shop.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR

describe('a learner’s redemptions, over HTTP', () => {
  let rocket: TestRocket
  beforeEach(async () => {
    rocket = openShop()
    await give(rocket, '42', 300)
  })
  afterEach(() => rocket.close())

  const own = async (user = '42', query = ''): Promise<Record<string, unknown>[]> =>
    (await get(rocket, `/api/user/redemptions${query}`, 'learner', { sub: user })).body.redemptions
  const cancel = (id: string | undefined, user = '42') => asLearner(rocket, user, `/api/user/redemptions/${id}/cancel`)

  describe('GET /api/user/redemptions', () => {
    it('shows a learner the token while it is unused, and no longer', async () => {
      const { token, qr, redemption_id } = await redeemed(rocket, '42', 'mug', 50)
      const [before] = await own()
      expect(before).to.include({ redemption_id, status: 'issued', token, qr, code: null, cost: 50 })
      expect(before).to.deep.include({ value: { amount_minor: 500, currency: 'GBP' }, title: 'A mug' })
      expect(before!.instructions).to.equal('Show it at the desk.')
      await atTill(rocket, 'consume', { token })
      const [after] = await own()
      expect(after).to.include({ status: 'consumed', token: null, qr: null, consumed_at: '2026-11-23T09:00:00.000Z' })
      await atTill(rocket, 'reverse', { token })
      expect((await own())[0]).to.include({ status: 'issued', token, consumed_at: null })
    })

    it('shows a code to its learner for good', async () => {
      addCodes(rocket)
      const { code } = await redeemed(rocket, '42', 'cinema', 10)
      rocket.clock.now += 100 * DAY
      expect((await own())[0]).to.include({ status: 'delivered', code, code_expires: '2027-06-30', token: null })
    })

    it('shows admin neither token nor code', async () => {
      addCodes(rocket)
      const { token, qr } = await redeemed(rocket, '42', 'mug', 50)
      const { code } = await redeemed(rocket, '42', 'cinema', 10)
      for (const path of ['/api/user/redemptions?user_id=42', '/api/redemptions', '/api/redemptions?user_id=42']) {
        const { status, text, body } = await get(rocket, path)
        expect(status).to.equal(200)
        expect(body.redemptions).to.have.length(2)
        for (const secret of [token, qr!.slice(7), code]) expect(text, path).not.to.contain(secret)
      }
      // Not even where the same person asks as a learner for somebody else.
      const { text } = await get(rocket, '/api/user/redemptions?user_id=42', 'learner admin', { sub: 'boss' })
      expect(text).not.to.contain(token)
    })

    it('shows a learner their own alone', async () => {
      await redeemed(rocket, '42', 'mug', 50)
      expect(await own('43')).to.deep.equal([])
      expect((await get(rocket, '/api/user/redemptions?user_id=42', 'learner', { sub: '43' })).status).to.equal(403)
      expect((await get(rocket, '/api/user/redemptions?user_id=42', 'events')).status).to.equal(403)
      expect((await get(rocket, '/api/user/redemptions?user_id=nobody')).status).to.equal(404)
    })

    it('comes in pages, newest first', async () => {
      for (let n = 0; n < 5; n++) await redeemed(rocket, '42', 'lunch', 20)
      const seen: unknown[] = []
      let query = '?limit=2'
      for (let page = 0; page < 4; page++) {
        const { body } = await get(rocket, `/api/user/redemptions${query}`, 'learner', { sub: '42' })
        seen.push(...body.redemptions.map((one: { redemption_id: string }) => one.redemption_id))
        if (body.next_cursor === null) break
        query = `?limit=2&cursor=${body.next_cursor}`
      }
      expect(seen).to.deep.equal((await own()).map(({ redemption_id }) => redemption_id))
      expect(new Set(seen).size).to.equal(5)
    })

    it('tells a token that is past its time, before and after the job has written so', async () => {
      await redeemed(rocket, '42', 'lunch', 20)
      rocket.clock.now += 2 * DAY
      expect((await own())[0]).to.include({ status: 'expired' })
      await runJob(rocket.context, 'expire')
      expect((await own())[0]).to.include({ status: 'expired', token: null })
      // lunch forfeits.
      expect(balanceOf(rocket, '42')).to.equal(280)
    })
  })

  describe('POST /api/user/redemptions/{id}/cancel', () => {
    it('gives points, money and stock back, within the time', async () => {
      const { redemption_id, token } = await redeemed(rocket, '42', 'mug', 50)
      expect((await own())[0]!.cancellable_until).to.equal('2026-11-24T09:00:00.000Z')
      rocket.clock.now += 24 * HOUR - 1
      const { status, body } = await cancel(redemption_id)
      expect([status, body]).to.deep.equal([200, { redemption_id, status: 'cancelled', balance: 300, receipt: null }])
      const { budgets } = (await get(rocket, '/api/reports/budgets', 'reports')).body
      expect(budgets[0]).to.include({ committed_minor: 0, left_minor: 5_000 })
      expect((await atTill(rocket, 'consume', { token })).body).to.include({
        code: 'state_conflict',
        state: 'cancelled',
      })
      expect((await own())[0]).to.include({ status: 'cancelled', token: null })
    })

    it('does nothing twice', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'mug', 50)
      const answers = [await cancel(redemption_id), await cancel(redemption_id)]
      expect(answers[1]!.body).to.deep.equal(answers[0]!.body)
      expect(balanceOf(rocket, '42')).to.equal(300)
    })

    it('is refused when it is too late, used, or not to be cancelled at all', async () => {
      addCodes(rocket)
      const late = await redeemed(rocket, '42', 'mug', 50)
      const used = await redeemed(rocket, '42', 'mug', 50)
      const others = [
        await redeemed(rocket, '42', 'lunch', 20),
        await redeemed(rocket, '42', 'book', 30),
        await redeemed(rocket, '42', 'cinema', 10),
        await redeemed(rocket, '42', 'lab', 10),
      ]
      await atTill(rocket, 'consume', { token: used.token })
      for (const { redemption_id } of [used, ...others]) {
        const { status, body } = await cancel(redemption_id)
        expect([status, body.code, body.status]).to.deep.equal([409, 'state_conflict', 409])
        expect(body.state).to.be.a('string')
      }
      rocket.clock.now += 24 * HOUR
      expect((await cancel(late.redemption_id)).status).to.equal(409)
      expect(balanceOf(rocket, '42')).to.equal(130)
    })

    it('is for its learner alone: for everybody else there is no such redemption', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'mug', 50)
      const stranger = await cancel(redemption_id, '43')
      const unknown = await cancel('rdm_000000000000000000000000')
      expect([stranger.status, stranger.body.code]).to.deep.equal([404, 'not_found'])
      expect(stranger.body.detail.replace(redemption_id!, 'X')).to.equal(
        unknown.body.detail.replace('rdm_000000000000000000000000', 'X'),
      )
      const boss = await asAdmin(rocket, `/api/user/redemptions/${redemption_id}/cancel`, {})
      expect(boss.status).to.equal(403)
    })
  })
})
