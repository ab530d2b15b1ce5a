import { expect } from 'chai'
import { issueToken } from '../../sidecar/actions/token.js'
import { openNote } from '../../sidecar/domain/note.js'
import type { TestRocket } from '../support.js'
import { balanceOf, get, post, postAs } from './calls.js'
import { addCodes, asAdmin, atTill, CODES, give, momentOf, openShop, partnerToken, redeemed } from './shop.js'

const DAY = 86_400_000

describe('redemptions for people in charge, over HTTP', () => {
  let rocket: TestRocket
  beforeEach(async () => {
    rocket = openShop()
    await give(rocket, '42', 300)
  })
  afterEach(() => rocket.close())

  const act = (id: string | undefined, name: string, body: object = { reason: 'asked for' }) =>
    asAdmin(rocket, `/api/redemptions/${id}/${name}`, body)
  const own = async (id: string | undefined): Promise<Record<string, string | null>> => {
    const { body } = await get(rocket, '/api/user/redemptions', 'learner', { sub: '42' })
    return body.redemptions.find((one: { redemption_id: string }) => one.redemption_id === id)
  }
  /** Who asks, as the ledger has them. */
  const boss = () => `subject:${rocket.context.stores.learners.subjectOf('moodle', 'boss')}`
  const administration = async (): Promise<Record<string, unknown>[]> =>
    [...rocket.context.view.jsonl({})]
      .join('')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .filter(({ body }) => JSON.parse(body).kind === 'administration')
      .map(({ data }) => JSON.parse(data))

  it('gives Moodle a receipt of what was done, and nobody else', async () => {
    rocket.context.notary.keys.begin()
    const mug = await redeemed(rocket, '42', 'mug', 50)
    const { status, body } = await act(mug.redemption_id, 'cancel')
    expect(status).to.equal(200)
    const { text } = openNote(body.receipt, rocket.context.notary.keys.vkeys())
    expect(JSON.parse(text.split('\n')[1]!)).to.include({ redemption: mug.redemption_id, state: 'cancelled' })
    const other = await redeemed(rocket, '42', 'mug', 50)
    const { stores, rules, secrets, now } = rocket.context
    const wanted = { userId: null, name: null, partner: null, ttl: DAY, actor: 'test', now: now() }
    const { token } = stores.writer.write(() =>
      issueToken(stores, rules.current(), secrets(), { ...wanted, scopes: ['admin'] }),
    )
    const path = `/api/redemptions/${other.redemption_id}/cancel`
    const answer = await postAs(rocket, path, JSON.stringify({ reason: 'asked for' }), token)
    expect([answer.status, answer.body.receipt]).to.deep.equal([200, null])
  })

  describe('GET /api/redemptions', () => {
    it('finds by state, reward, learner and partner', async () => {
      await give(rocket, '43', 100)
      const mug = await redeemed(rocket, '42', 'mug', 50)
      const book = await redeemed(rocket, '43', 'book', 30)
      await atTill(rocket, 'consume', { token: mug.token })
      const found = async (query: string): Promise<string[]> =>
        (await get(rocket, `/api/redemptions?${query}`)).body.redemptions.map(
          (one: { redemption_id: string }) => one.redemption_id,
        )
      expect(await found('')).to.deep.equal([book.redemption_id, mug.redemption_id])
      expect(await found('state=consumed')).to.deep.equal([mug.redemption_id])
      expect(await found('reward=book')).to.deep.equal([book.redemption_id])
      expect(await found('user_id=43')).to.deep.equal([book.redemption_id])
      expect(await found('partner=shop')).to.deep.equal([book.redemption_id])
      expect(await found('user_id=nobody')).to.deep.equal([])
      expect(await found('state=issued&reward=book')).to.deep.equal([])
    })

    it('shows what its partner was sent', async () => {
      await redeemed(rocket, '42', 'book', 30)
      const [book] = (await get(rocket, '/api/redemptions')).body.redemptions
      expect(book).to.include({
        user_id: '42',
        partner: 'shop',
        status: 'delivering',
        budget: 'main',
        amount_minor: 700,
      })
      expect(book.messages).to.deep.equal([
        {
          type: 'redemption.issued',
          state: 'pending',
          attempts: 0,
          next_at: '2026-11-23T09:00:00.000Z',
          outcome: null,
        },
      ])
    })

    it('is for people in charge alone', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'mug', 50)
      const paths = ['cancel', 'reissue', 'extend', 'replay'].map((name) => `/api/redemptions/${redemption_id}/${name}`)
      for (const scope of ['learner', 'events', 'reports', 'review', 'privacy']) {
        expect((await get(rocket, '/api/redemptions', scope, { sub: '42' })).status, scope).to.equal(403)
        for (const path of paths) {
          const { status } = await post(rocket, path, '{"reason":"x","until":"2027-01-01"}', scope, { sub: '42' })
          expect(status, `${scope} ${path}`).to.equal(403)
        }
      }
      for (const path of paths) {
        expect((await postAs(rocket, path, '{"reason":"x"}', partnerToken(rocket, 'shop'))).status).to.equal(403)
      }
    })

    it('wants to know why, for everything that is changed', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'mug', 50)
      for (const name of ['cancel', 'reissue', 'replay']) {
        for (const body of [{}, { reason: '' }, { reason: 7 }, { reason: 'x'.repeat(501) }]) {
          const { status, body: problem } = await act(redemption_id, name, body)
          expect([status, problem.code], name).to.deep.equal([400, 'malformed'])
          expect(problem.faults).to.have.length(1)
        }
        expect((await act('rdm_0', name)).status).to.equal(404)
      }
      expect((await own(redemption_id)).status).to.equal('issued')
    })
  })

  describe('cancelling for somebody', () => {
    it('gives points, money and stock back, and stands on the ledger with who did it and why', async () => {
      const { redemption_id, token } = await redeemed(rocket, '42', 'mug', 50)
      rocket.clock.now += 3 * DAY
      const { status, body } = await act(redemption_id, 'cancel', { reason: 'the mugs broke' })
      expect([status, body.status, body.user_id]).to.deep.equal([200, 'cancelled', '42'])
      expect(balanceOf(rocket, '42')).to.equal(300)
      expect(rocket.context.stores.redemptions.issued('mug')).to.equal(0)
      const [refund] = (await get(rocket, '/api/rewards/ledger?kind=refund')).body.entries
      expect(refund).to.include({
        points: 50,
        amount_minor: -500,
        currency: 'GBP',
        budget_id: 'main',
        reward_id: 'mug',
      })
      const written = [...rocket.context.view.jsonl({ kind: 'refund' })].join('')
      expect(written).to.contain('the mugs broke').and.to.contain(boss()).and.not.to.contain(token)
      expect((await act(redemption_id, 'cancel')).body).to.include({
        status: 409,
        code: 'state_conflict',
        state: 'cancelled',
      })
    })

    it('is possible for a code and for what waits for its partner or for Moodle, not for what was consumed', async () => {
      addCodes(rocket)
      for (const [reward, cost] of [
        ['cinema', 10],
        ['book', 30],
        ['lab', 10],
      ] as const) {
        const { redemption_id } = await redeemed(rocket, '42', reward, cost)
        expect((await act(redemption_id, 'cancel')).body.status).to.equal('cancelled')
        expect(await own(redemption_id)).to.include({ token: null, code: null })
      }
      expect(balanceOf(rocket, '42')).to.equal(300)
      // A code that was shown never returns to the pool.
      expect(rocket.context.stores.codes.available('cinema', '2026-11-23')).to.equal(CODES.length - 1)
      const { redemption_id, token } = await redeemed(rocket, '42', 'mug', 50)
      await atTill(rocket, 'consume', { token })
      expect((await act(redemption_id, 'cancel')).status).to.equal(409)
    })

    it('drops what its partner has not heard of yet', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'book', 30)
      const { body } = await act(redemption_id, 'cancel')
      expect(body.messages.map(({ type, state }: Record<string, string>) => [type, state])).to.deep.equal([
        ['redemption.issued', 'dropped'],
      ])
      expect(rocket.context.stores.messages.due(momentOf(rocket).now, 10)).to.deep.equal([])
    })
  })

  describe('replacing a token or a code', () => {
    it('ends the old token and shows its learner the new one', async () => {
      const { redemption_id, token } = await redeemed(rocket, '42', 'mug', 50)
      const { status, text } = await act(redemption_id, 'reissue', { reason: 'lost phone' })
      expect(status).to.equal(200)
      const { token: fresh } = await own(redemption_id)
      expect(fresh).to.be.a('string').and.not.equal(token)
      expect(text).not.to.contain(fresh).and.not.to.contain(token)
      expect((await atTill(rocket, 'consume', { token })).body.code).to.equal('token_unknown')
      expect((await atTill(rocket, 'consume', { token: fresh })).status).to.equal(200)
      const written = (await administration()).at(-1)
      expect(JSON.stringify(written)).to.contain('lost phone').and.to.contain(boss()).and.not.to.contain(fresh)
    })

    it('hands out another code for one that the shop refused, and keeps that one for the claim', async () => {
      addCodes(rocket)
      const { redemption_id, code } = await redeemed(rocket, '42', 'cinema', 10)
      expect((await act(redemption_id, 'reissue')).status).to.equal(200)
      const { code: other } = await own(redemption_id)
      expect(other).not.to.equal(code)
      expect(CODES).to.include(other)
      const [batch] = rocket.context.stores.codes.batches()
      expect(batch).to.deep.include({ faulty: 1, handed_out: 1, available: 1 })
      expect(batch!.faulty_lines).to.deep.equal([CODES.indexOf(code!) + 2])
      await act(redemption_id, 'reissue')
      const empty = await act(redemption_id, 'reissue')
      expect([empty.status, empty.body.code]).to.deep.equal([409, 'reward_locked'])
      // Nothing was lost over it.
      expect((await own(redemption_id)).code).to.be.oneOf([...CODES])
    })

    it('is refused for what is used, sent to a partner, or done by Moodle', async () => {
      const used = await redeemed(rocket, '42', 'mug', 50)
      await atTill(rocket, 'consume', { token: used.token })
      const others = [await redeemed(rocket, '42', 'book', 30), await redeemed(rocket, '42', 'lab', 10)]
      for (const { redemption_id } of [used, ...others]) {
        expect((await act(redemption_id, 'reissue')).body).to.include({ status: 409, code: 'state_conflict' })
      }
    })
  })

  describe('more time for a token', () => {
    const extend = (id: string | undefined, until: unknown) => act(id, 'extend', { until, reason: 'ill' })

    it('is given until a time, or until the end of a day in the institution’s zone', async () => {
      const { redemption_id, token } = await redeemed(rocket, '42', 'mug', 50)
      const { body } = await extend(redemption_id, '2027-07-01')
      expect(body.expires_at).to.equal('2027-07-01T23:00:00.000Z')
      rocket.clock.now = Date.parse('2027-07-01T22:59:59.999Z')
      expect((await atTill(rocket, 'verify', { token })).body.status).to.equal('issued')
      const further = await extend(redemption_id, '2027-07-02T12:00:00Z')
      expect(further.body.expires_at).to.equal('2027-07-02T12:00:00.000Z')
    })

    it('is refused where it is no time, a past one, or there is no unused token', async () => {
      const { redemption_id, token } = await redeemed(rocket, '42', 'mug', 50)
      for (const until of ['soon', '2027-02-30', '7d', 7]) {
        const { status, body } = await extend(redemption_id, until)
        expect([status, body.faults[0].pointer], String(until)).to.deep.equal([400, '/until'])
      }
      for (const until of ['2026-12-01', '2026-12-23T09:00:00Z']) {
        expect((await extend(redemption_id, until)).body.code).to.equal('state_conflict')
      }
      await atTill(rocket, 'consume', { token })
      expect((await extend(redemption_id, '2027-07-01')).status).to.equal(409)
      expect((await extend('rdm_0', '2027-07-01')).status).to.equal(404)
    })
  })

  describe('sending again', () => {
    it('is refused where nothing waits', async () => {
      const { redemption_id } = await redeemed(rocket, '42', 'mug', 50)
      expect((await act(redemption_id, 'replay')).body).to.include({ status: 409, code: 'state_conflict' })
    })
  })
})
