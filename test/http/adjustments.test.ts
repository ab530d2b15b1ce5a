import { expect } from 'chai'
import type { TestRocket } from '../support.js'
import { balanceOf, get, post } from './calls.js'
import { asAdmin, openShop } from './shop.js'

describe('adjustments, over HTTP', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openShop()
  })
  afterEach(() => rocket.close())

  const adjust = (body: object, key: string | null = null) => asAdmin(rocket, '/api/adjustments', body, key)

  describe('POST /api/adjustments', () => {
    it('gives points and takes some, also from one who has none', async () => {
      const given = await adjust({ user_id: '42', points: 30, reason: 'lost in the move' })
      expect([given.status, given.body]).to.deep.equal([
        201,
        { seq: given.body.seq, user_id: '42', points: 30, balance: 30 },
      ])
      const taken = await adjust({ user_id: '42', points: -50, reason: 'counted twice' })
      expect(taken.body.balance).to.equal(-20)
      await adjust({ user_id: '42', points: 25, reason: 'the other half' })
      expect(balanceOf(rocket, '42')).to.equal(5)
      const { body } = await get(rocket, '/api/user/points?user_id=42')
      expect(body).to.include({ balance: 5, lifetime: 5 })
    })

    it('stands on the ledger with who did it and why', async () => {
      const { body } = await adjust({ user_id: '42', points: 30, reason: 'lost in the move' })
      const [entry] = (await get(rocket, '/api/rewards/ledger?kind=adjustment')).body.entries
      expect(entry).to.include({ seq: body.seq, points: 30, user_id: '42' })
      const written = [...rocket.context.view.jsonl({ kind: 'adjustment' })].join('')
      const boss = rocket.context.stores.learners.subjectOf('moodle', 'boss')
      expect(written).to.contain('lost in the move').and.to.contain(`subject:${boss}`)
    })

    it('is done once under one key, and refuses the key for anything else', async () => {
      const wanted = { user_id: '42', points: 30, reason: 'lost in the move' }
      const first = await adjust(wanted, 'k')
      const again = await adjust(wanted, 'k')
      expect([again.status, again.body]).to.deep.equal([201, first.body])
      expect(balanceOf(rocket, '42')).to.equal(30)
      for (const change of [{ points: 31 }, { user_id: '43' }, { reason: 'another' }]) {
        const { status, body } = await adjust({ ...wanted, ...change }, 'k')
        expect([status, body.code]).to.deep.equal([422, 'key_reused'])
      }
      await adjust(wanted)
      await adjust(wanted)
      expect(balanceOf(rocket, '42')).to.equal(90)
    })

    it('answers a body that is wrong with its faults, by JSON pointer', async () => {
      const right = { user_id: '42', points: 30, reason: 'because' }
      for (const [change, pointer] of [
        [{ points: 0 }, '/points'],
        [{ points: 1.5 }, '/points'],
        [{ points: '30' }, '/points'],
        [{ points: 1_000_001 }, '/points'],
        [{ points: -1_000_001 }, '/points'],
        [{ points: null }, '/points'],
        [{ user_id: 42 }, '/user_id'],
        [{ user_id: '' }, '/user_id'],
        [{ user_id: 'a\nb' }, '/user_id'],
        [{ user_id: 'x'.repeat(65) }, '/user_id'],
        [{ reason: '' }, '/reason'],
        [{ reason: 'x'.repeat(501) }, '/reason'],
      ] as const) {
        const { status, body } = await adjust({ ...right, ...change })
        expect([status, body.code], JSON.stringify(change)).to.deep.equal([400, 'malformed'])
        expect(body.faults.map((fault: { pointer: string }) => fault.pointer)).to.deep.equal([pointer])
      }
      expect((await adjust({})).body.faults).to.have.length(3)
      expect((await get(rocket, '/api/rewards/ledger?kind=adjustment')).body.entries).to.deep.equal([])
    })

    it('is for people in charge alone', async () => {
      const body = '{"user_id":"42","points":30,"reason":"because"}'
      for (const scope of ['learner', 'events', 'reports', 'review', 'privacy']) {
        expect((await post(rocket, '/api/adjustments', body, scope, { sub: '42' })).status, scope).to.equal(403)
      }
      expect(balanceOf(rocket, '42')).to.equal(0)
    })
  })
})

describe('a correction of an erased learner', () => {
  it('leads from the ledger to nobody any more, and was in the export before', async () => {
    const rocket = openShop()
    try {
      const body = JSON.stringify({ user_id: '42', points: 5, reason: 'typing error' })
      await post(rocket, '/api/adjustments', body, 'admin', { sub: '1' }).set('Idempotency-Key', 'k')
      const { body: kept } = await get(rocket, '/api/learners/42/export', 'privacy')
      expect(JSON.stringify(kept)).to.include('typing error')
      await post(rocket, '/api/learners/42/erase', JSON.stringify({ reason: 'asked for' }), 'privacy')
      const { connection } = rocket.context.stores.writer
      expect(
        connection.prepare("SELECT count(*) AS n FROM idempotency WHERE caller = 'adjustments'").get(),
      ).to.deep.equal({ n: 0 })
    } finally {
      rocket.close()
    }
  })
})
