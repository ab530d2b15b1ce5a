import { expect } from 'chai'
import { runJob } from '../../sidecar/jobs.js'
import type { TestRocket } from '../support.js'
import { get } from './calls.js'
import { addCodes, asAdmin, atTill, give, openShop, redeemed } from './shop.js'

interface Told {
  readonly id: number
  readonly audience: string
  readonly user_id: string | null
  readonly code: string
  readonly params: Record<string, unknown>
  readonly text: string
}

const DAY = 86_400_000

describe('notices, over HTTP', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openShop()
  })
  afterEach(() => rocket.close())

  const told = async (after = 0): Promise<Told[]> =>
    (await get(rocket, `/api/notices?after=${after}`, 'events')).body.notices
  const codes = async (after = 0) => (await told(after)).map(({ code }) => code)

  describe('GET /api/notices', () => {
    it('tells learners what became of their points, as code, parameters and sentence', async () => {
      await give(rocket, '42', 300)
      const mug = await redeemed(rocket, '42', 'mug', 50)
      await asAdmin(rocket, `/api/redemptions/${mug.redemption_id}/reissue`, { reason: 'lost phone' })
      await asAdmin(rocket, `/api/redemptions/${mug.redemption_id}/cancel`, { reason: 'asked for' })
      const all = await told()
      expect(all.map(({ code, user_id }) => [code, user_id])).to.deep.equal([
        ['tier_reached', '42'],
        ['redeemed', '42'],
        ['token_replaced', '42'],
        ['cancelled', '42'],
      ])
      expect(all[0]).to.deep.include({ audience: 'learner', params: { tier: 'bronze', title: 'Bronze' } })
      expect(all[1]!.params).to.include({ reward: 'mug', title: 'A mug', points: 50, redemption: mug.redemption_id })
      for (const { text } of all) expect(text).to.match(/^[A-Z£].*\.$/)
      expect(all[3]!.text).to.contain('50 points back')
    })

    it('goes on where the last call ended, and gives nothing twice', async () => {
      await give(rocket, '42', 300)
      for (let n = 0; n < 4; n++) await redeemed(rocket, '42', 'lunch', 20)
      const seen: number[] = []
      let after = 0
      for (let page = 0; page < 4; page++) {
        const { body } = await get(rocket, `/api/notices?after=${after}&limit=2`, 'events')
        seen.push(...body.notices.map(({ id }: Told) => id))
        after = body.after
      }
      expect(seen).to.deep.equal((await told()).map(({ id }) => id))
      expect(seen).to.deep.equal([...seen].sort((a, b) => a - b))
      const end = await get(rocket, `/api/notices?after=${after}`, 'events')
      expect(end.body).to.deep.equal({ notices: [], after, resend: null })
    })

    it('tells of a tier once, however the points go up and down', async () => {
      for (const points of [60, -30, 40, -60, 100]) await give(rocket, '42', points)
      expect(await codes()).to.deep.equal(['tier_reached'])
    })

    it('tells administrators of a budget at 80 % and at 100 %, and of a pool at 20 % and when it is empty', async () => {
      await give(rocket, '42', 2_000)
      await give(rocket, '43', 2_000)
      addCodes(rocket, 'cinema', ['A-1', 'A-2', 'A-3', 'A-4', 'A-5'])
      for (let n = 0; n < 5; n++) await redeemed(rocket, '42', 'book', 30)
      const warnings = async () =>
        (await told()).filter(({ audience }) => audience === 'administrators').map(({ code, params }) => [code, params])
      expect(await warnings()).to.deep.equal([])
      await redeemed(rocket, '42', 'book', 30)
      expect(await warnings()).to.deep.equal([['budget_warning', { budget: 'main', percent: 80, month: '2026-11' }]])
      for (const user of ['42', '42', '43', '43', '43']) await redeemed(rocket, user, 'cinema', 10)
      expect((await warnings()).slice(1)).to.deep.equal([
        ['codes_low', { reward: 'cinema', left: 1, of: 5 }],
        ['codes_empty', { reward: 'cinema' }],
      ])
      for (const { user_id, audience } of await told()) {
        expect(user_id === null).to.equal(audience === 'administrators')
      }
    })

    it('warns a week before a token lapses, and says what became of its points', async () => {
      await give(rocket, '42', 100)
      await redeemed(rocket, '42', 'mug', 50)
      const before = (await told()).at(-1)!.id
      rocket.clock.now += 23 * DAY
      await runJob(rocket.context, 'expire')
      expect(await codes(before)).to.deep.equal([])
      rocket.clock.now += 1
      await runJob(rocket.context, 'expire')
      await runJob(rocket.context, 'expire')
      expect(await codes(before)).to.deep.equal(['token_lapses'])
      rocket.clock.now += 7 * DAY
      await runJob(rocket.context, 'expire')
      await runJob(rocket.context, 'expire')
      const [, lapsed] = await told(before)
      expect(lapsed).to.deep.include({ code: 'token_lapsed', user_id: '42' })
      expect(lapsed!.params.points).to.equal(50)
      expect(await codes(before)).to.have.length(2)
    })

    it('holds no token and no code', async () => {
      addCodes(rocket)
      await give(rocket, '42', 300)
      const { token, qr } = await redeemed(rocket, '42', 'mug', 50)
      const { code } = await redeemed(rocket, '42', 'cinema', 10)
      await atTill(rocket, 'consume', { token })
      const { text } = await get(rocket, '/api/notices', 'events')
      for (const secret of [token!, qr!.slice(7), code!]) expect(text).not.to.contain(secret)
    })

    it('is for Moodle alone', async () => {
      for (const scope of ['learner', 'reports', 'admin']) {
        expect((await get(rocket, '/api/notices', scope, { sub: '42' })).status, scope).to.equal(403)
      }
      for (const query of ['after=-1', 'after=x', 'limit=0', 'limit=1001']) {
        expect((await get(rocket, `/api/notices?${query}`, 'events')).status, query).to.equal(400)
      }
    })
  })
})
