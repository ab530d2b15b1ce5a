import { expect } from 'chai'
import request from 'supertest'
import { publish } from '../../sidecar/actions/publish.js'
import { readToken } from '../../sidecar/domain/token-code.js'
import { SEED_RULE, type TestRocket, wireEvent } from '../support.js'
import { balanceOf, get, post, postAs, sendEvents } from './calls.js'
import { addCodes, asAdmin, CODES, give, openShop, partnerToken, REWARDS, redeem, redeemed } from './shop.js'

interface Shown {
  readonly id: string
  readonly title: string
  readonly cost: number
  readonly available: boolean
  readonly remaining: number | null
  readonly locked_because: readonly { code: string; params: object; text: string }[]
  readonly options: readonly { cost: number; available: boolean; discount: object | null }[]
}

describe('rewards, over HTTP', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openShop()
  })
  afterEach(() => rocket.close())

  const shown = async (user: string, query = ''): Promise<Shown[]> =>
    (await get(rocket, `/api/rewards${query}`, 'learner', { sub: user })).body.rewards
  const one = async (user: string, id: string): Promise<Shown | undefined> =>
    (await shown(user)).find((reward) => reward.id === id)
  const codesOf = (reward: Shown | undefined) => reward?.locked_because.map(({ code }) => code)

  describe('GET /api/rewards', () => {
    it('shows every reward that is on and not hidden, in the order of the file', async () => {
      const ids = (await shown('42')).map(({ id }) => id)
      expect(ids).to.deep.equal(['mug', 'lunch', 'book', 'cinema', 'lab', 'badge', 'discount', 'trip', 'unsigned'])
    })

    it('shows one who never did anything all that is missing, as code, parameters and sentence', async () => {
      const trip = await one('new', 'trip')
      expect(trip).to.deep.include({ available: false, cost: 40, remaining: null })
      expect(codesOf(trip)).to.include('needs_tier')
      for (const { code, params, text } of trip!.locked_because) {
        expect(code).to.be.a('string')
        expect(params).to.be.an('object')
        expect(text).to.match(/\S/)
      }
      expect(codesOf(await one('new', 'mug'))).to.deep.equal(['needs_balance'])
      expect(codesOf(await one('new', 'unsigned'))).to.include('not_approved')
      expect(codesOf(await one('new', 'cinema'))).to.include('out_of_stock')
      expect(await one('new', 'badge')).to.include({ available: true, cost: 0 })
    })

    it('shows a hidden one once it can be had, and badge and points in their sentences before', async () => {
      await give(rocket, '42', 900)
      expect(await one('42', 'secret')).to.equal(undefined)
      const { text } = (await one('42', 'trip'))!.locked_because[0]!
      expect(text).to.contain('Silver')
      await sendEvents(rocket, [
        wireEvent({ event: 'badge.awarded', object: 'badge:17', data: { badge: '17' }, user: '42' }),
      ])
      expect(await one('42', 'secret')).to.include({ available: true })
      expect(await one('42', 'trip')).to.include({ available: true })
    })

    it('counts what remains, of the stock or of the money, whichever is less', async () => {
      addCodes(rocket)
      expect((await one('42', 'mug'))?.remaining).to.equal(4)
      expect((await one('42', 'book'))?.remaining).to.equal(7)
      expect((await one('42', 'cinema'))?.remaining).to.equal(3)
      await give(rocket, '42', 1_000)
      for (let n = 0; n < 6; n++) await redeemed(rocket, '42', 'book', 30)
      expect((await one('42', 'mug'))?.remaining).to.equal(1)
      expect((await one('42', 'book'))?.remaining).to.equal(1)
    })

    it('shows each price of a hybrid, and which of them can be had', async () => {
      await give(rocket, '42', 60)
      const { cost, available, options } = (await one('42', 'discount'))!
      expect([cost, available]).to.deep.equal([50, true])
      expect(options.map((option) => [option.cost, option.available, option.discount])).to.deep.equal([
        [50, true, { percent: 10 }],
        [120, false, { percent: 25 }],
      ])
    })

    it('speaks the language that is asked for, where the files have it', async () => {
      const title = async (lang: string) => (await shown('42', `?lang=${lang}`))[0]!.title
      expect(await title('de')).to.equal('Eine Tasse')
      expect(await title('de_AT')).to.equal('Eine Tasse')
      expect(await title('fr')).to.equal('A mug')
      expect((await get(rocket, '/api/rewards?lang=%F0', 'learner', { sub: '42' })).status).to.be.oneOf([200, 400])
      expect((await get(rocket, '/api/rewards?lang=../x', 'learner', { sub: '42' })).status).to.equal(400)
    })

    it('is for the learner alone, and for admin, who says which', async () => {
      await give(rocket, '42', 60)
      expect((await get(rocket, '/api/rewards?user_id=42', 'learner', { sub: '43' })).status).to.equal(403)
      const { body } = await get(rocket, '/api/rewards?user_id=42')
      expect(body).to.include({ user_id: '42', balance: 60 })
      expect((await get(rocket, '/api/rewards')).status).to.equal(400)
      for (const scope of ['events', 'reports', 'review']) {
        expect((await get(rocket, '/api/rewards?user_id=42', scope)).status, scope).to.equal(403)
      }
      const shop = { Authorization: `Bearer ${partnerToken(rocket, 'shop')}` }
      expect((await request(rocket.app).get('/api/rewards?user_id=42').set(shop)).status).to.equal(403)
    })
  })

  describe('POST /api/rewards/{id}/redeem', () => {
    beforeEach(() => give(rocket, '42', 200))

    it('deducts at once and hands out a token', async () => {
      const { status, body } = await redeem(rocket, '42', 'mug', 50, 'a')
      expect(status).to.equal(201)
      expect(body).to.include({ status: 'issued', balance: 150, expires_at: '2026-12-23T09:00:00.000Z' })
      expect(readToken(body.token)).to.have.property('token')
      expect(body.qr).to.equal(`ROCKET:${body.token.replaceAll('-', '').slice(0, 24)}`)
      expect(balanceOf(rocket, '42')).to.equal(150)
      const [entry] = (await get(rocket, '/api/rewards/ledger?kind=redemption')).body.entries
      expect(entry).to.include({ points: -50, reward_id: 'mug', budget_id: 'main', amount_minor: 500, currency: 'GBP' })
    })

    it('begins as its delivery says', async () => {
      addCodes(rocket)
      expect(await redeemed(rocket, '42', 'book', 30))
        .to.include({ status: 'delivering' })
        .and.to.include.keys('token')
      const lab = await redeemed(rocket, '42', 'lab', 10)
      expect(lab).to.include({ status: 'delivering', expires_at: null }).and.not.to.have.any.keys('token', 'code')
      const cinema = await redeemed(rocket, '42', 'cinema', 10)
      expect(cinema).to.include({ status: 'delivered', expires_at: null, code_expires: '2027-06-30' })
      expect(CODES).to.include(cinema.code)
      expect(cinema).not.to.have.property('token')
    })

    it('gives the same key the same answer, token and code included, whatever happened since', async () => {
      addCodes(rocket)
      for (const [reward, cost] of [
        ['mug', 50],
        ['cinema', 10],
        ['lab', 10],
      ] as const) {
        const first = await redeem(rocket, '42', reward, cost, `key of ${reward}`)
        await give(rocket, '42', 7)
        const second = await redeem(rocket, '42', reward, cost, `key of ${reward}`)
        expect([second.status, second.body]).to.deep.equal([201, first.body])
      }
      expect(balanceOf(rocket, '42')).to.equal(200 + 21 - 70)
    })

    it('knows whose key it is', async () => {
      await give(rocket, '43', 200)
      const [mine, theirs] = [
        await redeem(rocket, '42', 'mug', 50, 'shared'),
        await redeem(rocket, '43', 'mug', 50, 'shared'),
      ]
      expect([mine.status, theirs.status]).to.deep.equal([201, 201])
      expect(mine.body.redemption_id).not.to.equal(theirs.body.redemption_id)
    })

    it('refuses a used key for anything else, and a call without one', async () => {
      await redeem(rocket, '42', 'discount', 50, 'a')
      for (const call of [redeem(rocket, '42', 'discount', 120, 'a'), redeem(rocket, '42', 'lunch', 20, 'a')]) {
        const { status, body } = await call
        expect([status, body.code]).to.deep.equal([422, 'key_reused'])
      }
      for (const key of [null, '', '   ', 'x'.repeat(256)]) {
        const { status, body } = await redeem(rocket, '42', 'mug', 50, key)
        expect([status, body.code]).to.deep.equal([400, 'malformed'])
        expect(body.detail).to.contain('Idempotency-Key')
      }
      expect(balanceOf(rocket, '42')).to.equal(150)
    })

    it('remembers nothing of a refusal: the same key may be tried again', async () => {
      expect((await redeem(rocket, '43', 'mug', 50, 'a')).status).to.equal(409)
      await give(rocket, '43', 50)
      expect((await redeem(rocket, '43', 'mug', 50, 'a')).status).to.equal(201)
    })

    it('says the price where it is another one', async () => {
      const { status, body } = await redeem(rocket, '42', 'mug', 49, 'a')
      expect([status, body.code]).to.deep.equal([409, 'price_changed'])
      expect(body.costs).to.deep.equal([50])
      const hybrid = await redeem(rocket, '42', 'discount', 60, 'b')
      expect(hybrid.body).to.deep.include({ code: 'price_changed', costs: [50, 120] })
      expect(balanceOf(rocket, '42')).to.equal(200)
    })

    it('says everything that stands in the way, and does nothing', async () => {
      const refused = async (user: string, reward: string, cost: number): Promise<string[]> => {
        const { status, body } = await redeem(rocket, user, reward, cost, 'a')
        expect([status, body.code, body.status]).to.deep.equal([409, 'reward_locked', 409])
        for (const { text } of body.locked_because) expect(body.detail).to.contain(text.replace(/\.$/, ''))
        return body.locked_because.map(({ code }: { code: string }) => code)
      }
      expect(await refused('43', 'mug', 50)).to.deep.equal(['needs_balance'])
      expect(await refused('43', 'trip', 40)).to.include.members(['needs_tier', 'needs_balance'])
      expect(await refused('42', 'unsigned', 1)).to.deep.equal(['not_approved'])
      expect(await refused('42', 'off', 1)).to.deep.equal(['not_active'])
      expect(await refused('42', 'cinema', 10)).to.deep.equal(['out_of_stock'])
      expect(balanceOf(rocket, '42')).to.equal(200)
      expect((await get(rocket, '/api/rewards/ledger?kind=redemption')).body.entries).to.deep.equal([])
    })

    it('keeps to the limit of each learner and to the stock', async () => {
      addCodes(rocket, 'cinema', ['A-1', 'A-2', 'A-3', 'A-4'])
      for (let n = 0; n < 3; n++) await redeemed(rocket, '42', 'cinema', 10)
      expect((await redeem(rocket, '42', 'cinema', 10, 'a')).body.locked_because[0]).to.deep.include({
        code: 'limit_reached',
      })
      await give(rocket, '43', 500)
      await redeemed(rocket, '43', 'cinema', 10)
      expect((await redeem(rocket, '43', 'cinema', 10, 'a')).body.locked_because[0]).to.deep.include({
        code: 'out_of_stock',
      })
      for (let n = 0; n < 4; n++) await redeemed(rocket, '43', 'mug', 50)
      expect((await redeem(rocket, '43', 'mug', 50, 'b')).body.locked_because[0]).to.deep.include({
        code: 'out_of_stock',
      })
    })

    it('needs a new approval once what was approved is another thing', async () => {
      const { stores, now } = rocket.context
      const change = (rewards: string) => {
        const settings = 'source: moodle\ntimezone: Europe/London\n'
        const files = new Map(
          Object.entries({ 'rocket.yaml': settings, 'rules/pack.yaml': SEED_RULE, 'rewards.yaml': rewards }),
        )
        stores.writer.write(() => publish(stores, files, { actor: 'test', reason: 'a change', now: now() }))
      }
      change(REWARDS.replace('cost: 20, partner: canteen', 'cost: 10, partner: canteen'))
      const { body } = await redeem(rocket, '42', 'lunch', 10, 'a')
      expect(body.locked_because[0].code).to.equal('not_approved')
      change(
        REWARDS.replace(
          'cost: 20, partner: canteen, token_ttl: 2d, on_expiry: forfeit, approved: *approval',
          'cost: 10, partner: canteen, approved: { by: Head of student life, on: 2026-11-23 }',
        ),
      )
      expect((await redeem(rocket, '42', 'lunch', 10, 'a')).status).to.equal(201)
    })

    it('answers a body that is wrong with its faults, by JSON pointer', async () => {
      const send = (body: string) =>
        post(rocket, '/api/rewards/mug/redeem', body, 'learner', { sub: '42' }).set('Idempotency-Key', 'a')
      for (const value of ['"50"', '-1', '1.5', 'null', 'true']) {
        const { status, body } = await send(`{"expected_cost":${value}}`)
        expect([status, body.code]).to.deep.equal([400, 'malformed'])
        expect(body.faults[0].pointer).to.equal('/expected_cost')
      }
      for (const text of ['', '{', '[]', '7', '{}']) expect((await send(text)).status, text).to.equal(400)
      expect((await send('{"expected_cost":50,"more":1}')).status).to.equal(201)
    })

    it('knows no reward that is not there, whatever is written in its place', async () => {
      for (const id of ['nothing', '__proto__', '%2e%2e', 'mug%00', "mug' OR 1=1"]) {
        const path = `/api/rewards/${encodeURI(decodeURI(id))}/redeem`
        const answer = await post(rocket, path, '{"expected_cost":1}', 'learner', { sub: '42' }).set(
          'Idempotency-Key',
          id,
        )
        expect(answer.status, id).to.be.oneOf([401, 404])
      }
      expect((await redeem(rocket, '42', 'nothing', 1, 'a')).body.code).to.equal('not_found')
    })

    it('is for learners alone: nobody redeems for somebody else', async () => {
      const path = '/api/rewards/mug/redeem'
      const body = '{"expected_cost":50}'
      for (const scope of ['admin', 'events', 'reports']) {
        const { status } = await post(rocket, path, body, scope, { sub: '42' }).set('Idempotency-Key', 'a')
        expect(status, scope).to.equal(403)
      }
      const shop = partnerToken(rocket, 'shop')
      expect((await postAs(rocket, path, body, shop).set('Idempotency-Key', 'a')).status).to.equal(403)
      const nobody = await post(rocket, path, body, 'learner').set('Idempotency-Key', 'a')
      expect(nobody.status).to.equal(400)
    })

    it('writes neither token nor code on the ledger', async () => {
      addCodes(rocket)
      const { token, qr } = await redeemed(rocket, '42', 'mug', 50)
      const { code } = await redeemed(rocket, '42', 'cinema', 10)
      const written = [...rocket.context.view.jsonl({})].join('')
      for (const secret of [token, qr!.slice('ROCKET:'.length), code]) expect(written).not.to.contain(secret)
    })

    it('answers 503 where nothing can be written, and does nothing', async () => {
      const { connection } = rocket.context.stores.writer
      connection.pragma('query_only = 1')
      const { status, body } = await redeem(rocket, '42', 'mug', 50, 'a')
      expect([status, body.code]).to.deep.equal([503, 'unavailable'])
      connection.pragma('query_only = 0')
      expect(balanceOf(rocket, '42')).to.equal(200)
      expect((await redeem(rocket, '42', 'mug', 50, 'a')).status).to.equal(201)
    })

    it('goes on once points are there that were missing', async () => {
      await asAdmin(rocket, '/api/adjustments', { user_id: '42', points: -180, reason: 'a mistake' })
      expect((await redeem(rocket, '42', 'mug', 50, 'a')).body.locked_because[0].params).to.deep.equal({ points: 30 })
    })
  })
})
