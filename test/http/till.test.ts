import { expect } from 'chai'
import request from 'supertest'
import { groupedToken, tokenFrom } from '../../sidecar/domain/token-code.js'
import type { TestRocket } from '../support.js'
import { balanceOf, get, post } from './calls.js'
import { addCodes, asAdmin, atTill, give, openShop, partnerToken, redeemed } from './shop.js'

const HOUR = 3_600_000
const UNKNOWN = groupedToken(tokenFrom(Buffer.alloc(15, 7)))

describe('tokens at a till, over HTTP', () => {
  let rocket: TestRocket
  let canteen: string
  let shop: string
  beforeEach(async () => {
    rocket = openShop()
    canteen = partnerToken(rocket, 'canteen')
    shop = partnerToken(rocket, 'shop')
    await give(rocket, '42', 300)
  })
  afterEach(() => rocket.close())

  describe('POST /api/tokens/verify', () => {
    it('says what a token is worth, and never whose it is', async () => {
      const { token, redemption_id } = await redeemed(rocket, '42', 'mug', 50)
      const answers = [
        await atTill(rocket, 'verify', { token }, { till: canteen }),
        await atTill(rocket, 'verify', { token }),
      ]
      for (const { status, body, text } of answers) {
        expect(status).to.equal(200)
        const { consumed_by = null, reference = null, ...told } = body
        expect([consumed_by, reference]).to.deep.equal([null, null])
        expect(told).to.deep.equal({
          status: 'issued',
          reward_id: 'mug',
          title: 'A mug',
          value: { amount_minor: 500, currency: 'GBP' },
          discount: null,
          valid_until: '2026-12-23T09:00:00.000Z',
          consumed_at: null,
        })
        expect(text).not.to.contain('42').and.not.to.contain(redemption_id)
      }
    })

    it('reads what people type and what cameras scan', async () => {
      const { token, qr } = await redeemed(rocket, '42', 'mug', 50)
      const plain = token!.replaceAll('-', '')
      for (const written of [
        plain.toLowerCase(),
        ` ${token} `,
        token!.replaceAll('-', ' '),
        qr!,
        `https://a.example/#${qr!.slice(7)}`,
      ]) {
        expect((await atTill(rocket, 'verify', { token: written })).status, written).to.equal(200)
      }
    })

    it('tells a slip of the finger from a token that is not known', async () => {
      const { token } = await redeemed(rocket, '42', 'mug', 50)
      const slip = (token!.startsWith('2') ? '3' : '2') + token!.slice(1)
      const mistyped = await atTill(rocket, 'verify', { token: slip })
      expect([mistyped.status, mistyped.body.code]).to.deep.equal([400, 'token_mistyped'])
      const unknown = await atTill(rocket, 'verify', { token: UNKNOWN })
      expect([unknown.status, unknown.body.code]).to.deep.equal([404, 'token_unknown'])
      const none = await atTill(rocket, 'verify', { token: 'hello' })
      expect([none.status, none.body.code]).to.deep.equal([400, 'token_mistyped'])
      expect(none.body.detail).to.include('This is no token')
    })

    it('changes nothing', async () => {
      const { token } = await redeemed(rocket, '42', 'mug', 50)
      const before = [...rocket.context.view.jsonl({})].join('')
      await atTill(rocket, 'verify', { token })
      expect([...rocket.context.view.jsonl({})].join('')).to.equal(before)
    })
  })

  describe('a partner', () => {
    it('sees what is delivered to it and what nobody else alone may take', async () => {
      const tokens = {
        mug: (await redeemed(rocket, '42', 'mug', 50)).token,
        lunch: (await redeemed(rocket, '42', 'lunch', 20)).token,
        book: (await redeemed(rocket, '42', 'book', 30)).token,
      }
      const sees = async (till: string | null) => {
        const seen: string[] = []
        for (const [reward, token] of Object.entries(tokens)) {
          const { status, body } = await atTill(rocket, 'verify', { token }, { till })
          if (status === 200) seen.push(reward)
          else expect([status, body.code]).to.deep.equal([404, 'token_unknown'])
        }
        return seen
      }
      expect(await sees(canteen)).to.deep.equal(['mug', 'lunch'])
      expect(await sees(shop)).to.deep.equal(['mug', 'book'])
      expect(await sees(partnerToken(rocket, 'museum'))).to.deep.equal(['mug'])
      expect(await sees(null)).to.deep.equal(['mug', 'lunch', 'book'])
    })

    it('cannot tell a stranger’s token from none at all, nor use or reverse it', async () => {
      const { token } = await redeemed(rocket, '42', 'book', 30)
      for (const what of ['verify', 'consume', 'reverse'] as const) {
        const theirs = await atTill(rocket, what, { token }, { till: canteen })
        const none = await atTill(rocket, what, { token: UNKNOWN }, { till: canteen })
        expect([theirs.status, theirs.body]).to.deep.equal([none.status, none.body])
        expect(theirs.status).to.equal(404)
      }
      expect((await atTill(rocket, 'verify', { token }, { till: shop })).body.status).to.equal('delivering')
    })

    it('does not see a code of a pool as a token', async () => {
      addCodes(rocket)
      const { code } = await redeemed(rocket, '42', 'cinema', 10)
      expect((await atTill(rocket, 'verify', { token: code })).body.code).to.equal('token_mistyped')
    })

    it('needs a token that names it; a learner’s will not do', async () => {
      const { token } = await redeemed(rocket, '42', 'mug', 50)
      const { status, body } = await atTill(rocket, 'consume', { token }, { till: partnerToken(rocket, null) })
      expect([status, body.code]).to.deep.equal([403, 'forbidden'])
      expect(body.detail).to.contain('--partner')
      for (const scope of ['learner', 'events', 'reports']) {
        const call = post(rocket, '/api/tokens/consume', JSON.stringify({ token }), scope, { sub: '42' })
        expect((await call).status, scope).to.equal(403)
      }
    })

    it('is never who Moodle signs for', async () => {
      for (const scope of ['partner', 'partner admin']) {
        const { status } = await post(rocket, '/api/tokens/verify', '{"token":"x"}', scope, { partner: 'shop' })
        expect(status, scope).to.equal(401)
      }
    })
  })

  describe('POST /api/tokens/consume', () => {
    it('uses a token once; the second time it says when and where', async () => {
      const { token } = await redeemed(rocket, '42', 'mug', 50)
      const first = await atTill(rocket, 'consume', { token, reference: 'receipt 1' }, { till: canteen })
      expect([first.status, first.body.status, first.body.consumed_at]).to.deep.equal([
        200,
        'consumed',
        '2026-11-23T09:00:00.000Z',
      ])
      rocket.clock.now += HOUR
      for (const till of [canteen, shop, null]) {
        const { status, body, text } = await atTill(rocket, 'consume', { token, reference: 'receipt 2' }, { till })
        expect([status, body.code]).to.deep.equal([409, 'token_consumed'])
        expect(body).to.include({
          consumed_at: '2026-11-23T09:00:00.000Z',
          consumed_by: 'canteen',
          reference: 'receipt 1',
        })
        expect(text).not.to.contain(token)
      }
    })

    it('gives a retry under the same key its first answer, and refuses the key for anything else', async () => {
      const [a, b] = [await redeemed(rocket, '42', 'mug', 50), await redeemed(rocket, '42', 'mug', 50)]
      const sale = { token: a.token, reference: 'sale 7' }
      const first = await atTill(rocket, 'consume', sale, { till: canteen, key: 'k' })
      rocket.clock.now += HOUR
      const again = await atTill(rocket, 'consume', sale, { till: canteen, key: 'k' })
      expect([again.status, again.body]).to.deep.equal([200, first.body])
      // The same token, written in another way, is the same call.
      const typed = { ...sale, token: a.token!.toLowerCase().replaceAll('-', ' ') }
      expect((await atTill(rocket, 'consume', typed, { till: canteen, key: 'k' })).body).to.deep.equal(first.body)
      for (const other of [
        { ...sale, token: b.token },
        { ...sale, reference: 'sale 8' },
      ]) {
        const { status, body } = await atTill(rocket, 'consume', other, { till: canteen, key: 'k' })
        expect([status, body.code]).to.deep.equal([422, 'key_reused'])
      }
      const { status } = await atTill(rocket, 'reverse', sale, { till: canteen, key: 'k' })
      expect(status).to.equal(422)
      // Another till may have chosen the same key.
      expect((await atTill(rocket, 'consume', { token: b.token }, { till: shop, key: 'k' })).status).to.equal(200)
    })

    it('refuses a token that lapsed or was cancelled, before any job has run', async () => {
      const [mug, lunch] = [await redeemed(rocket, '42', 'mug', 50), await redeemed(rocket, '42', 'lunch', 20)]
      await asAdmin(rocket, `/api/redemptions/${mug.redemption_id}/cancel`, { reason: 'asked for' })
      const cancelled = await atTill(rocket, 'consume', { token: mug.token })
      expect(cancelled.body).to.include({ status: 409, code: 'state_conflict', state: 'cancelled' })
      rocket.clock.now += 48 * HOUR - 1
      expect((await atTill(rocket, 'verify', { token: lunch.token })).body.status).to.equal('issued')
      rocket.clock.now += 1
      const lapsed = await atTill(rocket, 'consume', { token: lunch.token })
      expect(lapsed.body).to.include({ status: 409, code: 'token_lapsed', valid_until: '2026-11-25T09:00:00.000Z' })
      expect((await atTill(rocket, 'verify', { token: lunch.token })).body.status).to.equal('expired')
    })

    it('answers a body that is wrong with its faults, by JSON pointer', async () => {
      const faults = async (body: object) => {
        const answer = await atTill(rocket, 'consume', body, { till: canteen })
        expect([answer.status, answer.body.code]).to.deep.equal([400, 'malformed'])
        return answer.body.faults.map(({ pointer }: { pointer: string }) => pointer)
      }
      expect(await faults({ token: 7 })).to.deep.equal(['/token'])
      expect(await faults({ token: '' })).to.deep.equal(['/token'])
      expect(await faults({ token: 'x'.repeat(501) })).to.deep.equal(['/token'])
      expect(await faults({ token: 'x', reference: 'y'.repeat(129) })).to.deep.equal(['/reference'])
      expect(await faults({ token: 7, reference: 7 })).to.have.members(['/token', '/reference'])
      expect(await faults({})).to.have.length(1)
      expect(await faults([])).to.have.length(1)
    })
  })

  describe('POST /api/tokens/reverse', () => {
    const consumedMug = async (till: string | null = canteen): Promise<string> => {
      const { token } = await redeemed(rocket, '42', 'mug', 50)
      await atTill(rocket, 'consume', { token, reference: 'sale 7' }, { till })
      return token!
    }

    it('makes the token count again, for a sale that was voided', async () => {
      const token = await consumedMug()
      const { status, body } = await atTill(rocket, 'reverse', { token, reference: 'void 7' }, { till: canteen })
      expect([status, body.status, body.consumed_at]).to.deep.equal([200, 'issued', null])
      expect(balanceOf(rocket, '42')).to.equal(250)
      expect((await atTill(rocket, 'consume', { token }, { till: shop })).status).to.equal(200)
    })

    it('is done once under one key', async () => {
      const token = await consumedMug()
      const call = () => atTill(rocket, 'reverse', { token }, { till: canteen, key: 'void 7' })
      const first = await call()
      expect((await call()).body).to.deep.equal(first.body)
      const { status, body } = await atTill(rocket, 'reverse', { token }, { till: canteen })
      expect([status, body.code, body.state]).to.deep.equal([409, 'state_conflict', 'issued'])
    })

    it('is for who consumed it, and for the counter', async () => {
      const token = await consumedMug()
      const { status, body } = await atTill(rocket, 'reverse', { token }, { till: shop })
      expect([status, body.code]).to.deep.equal([409, 'state_conflict'])
      expect((await atTill(rocket, 'reverse', { token })).status).to.equal(200)
    })

    it('is possible for 24 hours and no longer', async () => {
      const token = await consumedMug()
      rocket.clock.now += 24 * HOUR + 1
      // The partner's token lasts an hour in these tests.
      const late = await atTill(rocket, 'reverse', { token })
      expect([late.status, late.body.code]).to.deep.equal([409, 'too_late'])
      rocket.clock.now -= 1
      expect((await atTill(rocket, 'reverse', { token })).status).to.equal(200)
    })
  })

  describe('guessing', () => {
    const guess = (n: number, till: string) =>
      atTill(rocket, 'verify', { token: groupedToken(tokenFrom(Buffer.alloc(15, n))) }, { till })

    it('is answered 429 after 30 tokens that are none, with the time to wait, for the one who guesses', async () => {
      const { token } = await redeemed(rocket, '42', 'mug', 50)
      for (let n = 0; n < 30; n++) {
        // Good tokens count for nothing, for better or worse.
        expect((await atTill(rocket, 'verify', { token }, { till: canteen })).status).to.equal(200)
        expect((await guess(n, canteen)).status, String(n)).to.equal(404)
      }
      rocket.clock.now += 10_000
      for (const written of [token, UNKNOWN]) {
        const { status, body, headers } = await atTill(rocket, 'verify', { token: written }, { till: canteen })
        expect([status, body.code, body.retry_after, headers['retry-after']]).to.deep.equal([429, 'too_many', 50, '50'])
      }
      expect((await atTill(rocket, 'consume', { token }, { till: canteen })).status).to.equal(429)
      expect((await atTill(rocket, 'verify', { token }, { till: shop })).status).to.equal(200)
      rocket.clock.now += 50_000
      expect((await atTill(rocket, 'verify', { token }, { till: canteen })).status).to.equal(200)
    })

    it('is no faster where everything is tried at once', async () => {
      const tried = await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          atTill(rocket, 'consume', { token: groupedToken(tokenFrom(Buffer.alloc(15, n))) }, { till: canteen }),
        ),
      )
      const missed = tried.filter(({ status }) => status === 404)
      expect(missed).to.have.length(30)
      expect(tried.filter(({ status }) => status === 429)).to.have.length(70)
    })

    it('does not stop a till that does honest work at once', async () => {
      const tokens: (string | undefined)[] = []
      await give(rocket, '42', 2_000)
      for (let n = 0; n < 40; n++) tokens.push((await redeemed(rocket, '42', 'lunch', 20)).token)
      const used = await Promise.all(tokens.map((token) => atTill(rocket, 'consume', { token }, { till: canteen })))
      expect(used.filter(({ status }) => status === 200)).to.have.length(40)
    })
  })

  describe('GET /api/partner/redemptions', () => {
    it('lists what was delivered to a partner and what it consumed, for its bill', async () => {
      const book = await redeemed(rocket, '42', 'book', 30)
      const mug = await redeemed(rocket, '42', 'mug', 50)
      await redeemed(rocket, '42', 'lunch', 20)
      await atTill(rocket, 'consume', { token: mug.token, reference: 'sale 1' }, { till: shop })
      const list = (till: string, query = '') =>
        request(rocket.app).get(`/api/partner/redemptions${query}`).set('Authorization', `Bearer ${till}`)
      const { status, body, text } = await list(shop)
      expect(status).to.equal(200)
      expect(body.partner).to.equal('shop')
      expect(body.redemptions.map((one: { redemption_id: string }) => one.redemption_id)).to.deep.equal([
        mug.redemption_id,
        book.redemption_id,
      ])
      expect(body.redemptions[0]).to.include({
        status: 'consumed',
        consumed_by: 'shop',
        reference: 'sale 1',
        amount_minor: 500,
        currency: 'GBP',
      })
      for (const secret of [mug.token, book.token, '"42"', 'user_id']) expect(text).not.to.contain(secret)
      expect((await list(shop, '?state=consumed')).body.redemptions).to.have.length(1)
      expect((await list(shop, '?state=odd')).status).to.equal(400)
      expect((await list(shop, '?partner=shop')).status).to.equal(200)
      expect((await list(shop, '?partner=canteen')).status).to.equal(403)
      const first = (await list(shop, '?limit=1')).body
      const second = (await list(shop, `?limit=1&cursor=${first.next_cursor}`)).body
      expect([first.redemptions.length, second.redemptions[0].redemption_id, second.next_cursor]).to.deep.equal([
        1,
        book.redemption_id,
        null,
      ])
      // Lunch is for the canteen alone, and nobody consumed it yet.
      const lunches = (await list(canteen)).body.redemptions
      expect(lunches.map((one: { reward_id: string }) => one.reward_id)).to.deep.equal(['lunch'])
      expect((await get(rocket, '/api/partner/redemptions?partner=shop')).body.redemptions).to.have.length(2)
      expect((await get(rocket, '/api/partner/redemptions')).status).to.equal(400)
      expect((await get(rocket, '/api/partner/redemptions', 'learner', { sub: '42' })).status).to.equal(403)
    })
  })
})

describe('a token that was used', () => {
  it('is said at the counter with where and under which reference, and to a partner without', async () => {
    const rocket = openShop()
    try {
      await give(rocket, '42', 100)
      const { token } = await redeemed(rocket, '42', 'mug', 50)
      await asAdmin(rocket, '/api/tokens/consume', { token, reference: 'Library' })
      const { body } = await asAdmin(rocket, '/api/tokens/verify', { token })
      expect(body).to.include({ status: 'consumed', consumed_by: 'counter', reference: 'Library' })
    } finally {
      rocket.close()
    }
  })
})
