import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import request from 'supertest'
import { recordAdministration } from '../../sidecar/actions/administer.js'
import { resumeRedeeming } from '../../sidecar/actions/pause.js'
import { askToResend } from '../../sidecar/actions/resend.js'
import { RESTORED } from '../../sidecar/actions/restore-receipts.js'
import { reissue } from '../../sidecar/actions/support.js'
import { issueToken } from '../../sidecar/actions/token.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { openNote, signNote } from '../../sidecar/domain/note.js'
import { redemptionReceiptText } from '../../sidecar/domain/redemption-receipt.js'
import { runJob } from '../../sidecar/jobs.js'
import type { TestRocket } from '../support.js'
import { balanceOf, get, post, postAs, sendEvents } from './calls.js'
import {
  addCodes,
  asAdmin,
  asLearner,
  atTill,
  give,
  momentOf,
  openShop,
  partnerToken,
  redeem,
  redeemed,
} from './shop.js'

describe('after a restore, over HTTP', () => {
  let rocket: TestRocket
  beforeEach(async () => {
    rocket = openShop()
    rocket.context.notary.keys.begin()
    addCodes(rocket)
    await give(rocket, '42', 500)
  })
  afterEach(() => rocket.close())

  const sendReceipts = async (receipts: unknown[]) =>
    (await post(rocket, '/api/receipts', JSON.stringify({ receipts }))).body.results
  const resent = (id: string) => post(rocket, '/api/resent', JSON.stringify({ id }))
  const issuedEventsToken = (): string => {
    const { stores, rules, secrets, now } = rocket.context
    const wanted = { userId: null, name: null, partner: null, ttl: 3_600_000, actor: 'test', now: now() }
    return stores.writer.write(
      () => issueToken(stores, rules.current(), secrets(), { ...wanted, scopes: ['events'] }).token,
    )
  }
  const ask = () => rocket.context.stores.writer.write(() => askToResend(momentOf(rocket), rocket.clock.now, 'it'))
  /** What a receipt says, once its signature is checked. */
  const told = (receipt: string) => {
    const [first, json] = openNote(receipt, rocket.context.notary.keys.vkeys()).text.split('\n')
    expect(first).to.equal('rocket-redemption/v1')
    return JSON.parse(json!)
  }

  describe('while it is not finished', () => {
    it('nothing moves a redemption: not its learner, not the counter, not a till, not staff', async () => {
      const mug = await redeemed(rocket, '42', 'mug', 50)
      const other = await redeemed(rocket, '42', 'mug', 50)
      await atTill(rocket, 'consume', { token: other.token })
      const lunch = await redeemed(rocket, '42', 'lunch', 20)
      const canteen = partnerToken(rocket, 'canteen')
      const { id } = ask()
      const cancelled = () => asLearner(rocket, '42', `/api/user/redemptions/${mug.redemption_id}/cancel`)
      const calls = [
        cancelled,
        () => atTill(rocket, 'consume', { token: mug.token }),
        () => atTill(rocket, 'consume', { token: lunch.token }, { till: canteen }),
        () => atTill(rocket, 'reverse', { token: other.token }),
        ...['cancel', 'reissue', 'extend', 'replay'].map((name) => () => {
          const body = { reason: 'asked for', ...(name === 'extend' ? { until: '2027-11-24' } : {}) }
          return asAdmin(rocket, `/api/redemptions/${mug.redemption_id}/${name}`, body)
        }),
      ]
      for (const call of calls) {
        const { status, body } = await call()
        expect([status, body.code]).to.deep.equal([409, 'redeeming_paused'])
        expect(body.detail).to.contain('A restore is not finished')
      }
      expect((await atTill(rocket, 'verify', { token: mug.token })).body.status).to.equal('issued')
      await resent(id)
      expect((await cancelled()).status).to.equal(200)
    })

    it('no answer has a receipt, which would take the place of one that is still to come, but for those of receipts', async () => {
      const { body } = await redeem(rocket, '42', 'mug', 50, 'a key')
      const lab = await redeemed(rocket, '42', 'lab', 10)
      const { id } = ask()
      expect((await redeem(rocket, '42', 'mug', 50, 'a key')).body).to.include({ status: 'issued', receipt: null })
      const done = await post(rocket, `/api/deliveries/${lab.redemption_id}`, '{"status":"done"}')
      expect([done.status, done.body.receipt]).to.deep.equal([200, null])
      const { notices } = (await get(rocket, '/api/notices', 'events')).body as { notices: { receipt: unknown }[] }
      expect(notices.every(({ receipt }) => receipt === null)).to.equal(true)
      const [{ receipt }] = await sendReceipts([body.receipt])
      expect(told(receipt)).to.include({ redemption: body.redemption_id })
      await resent(id)
      expect(told((await redeem(rocket, '42', 'mug', 50, 'a key')).body.receipt)).to.include({ state: 'issued' })
    })

    it('nor has one about a redemption from before it, where a person goes on first; what Moodle sends then counts', async () => {
      const mug = await redeemed(rocket, '42', 'mug', 50)
      rocket.clock.now += 1000
      const { id } = ask()
      rocket.context.stores.writer.write(() =>
        resumeRedeeming(momentOf(rocket), 'restore', { actor: 'boss', reason: 'no cron for hours' }),
      )
      rocket.clock.now += 1000
      const answer = await asAdmin(rocket, `/api/redemptions/${mug.redemption_id}/extend`, {
        reason: 'asked for',
        until: '2027-11-24',
      })
      expect([answer.status, answer.body.receipt]).to.deep.equal([200, null])
      expect((await redeem(rocket, '42', 'mug', 50, 'since')).body.receipt).to.be.a('string')
      expect((await sendReceipts([mug.receipt]))[0]).to.include({ status: 'known' })
      await resent(id)
      const { body } = await asLearner(rocket, '42', `/api/user/redemptions/${mug.redemption_id}/cancel`)
      expect(told(body.receipt)).to.include({ state: 'cancelled' })
    })

    it('only Moodle itself hears what is awaited, and says that it is done: no token that was issued', async () => {
      const { id } = ask()
      const token = issuedEventsToken()
      expect((await postAs(rocket, '/api/events', '{"events":[]}', token)).body.resend).to.equal(null)
      expect((await postAs(rocket, '/api/resent', JSON.stringify({ id }), token)).status).to.equal(403)
      expect((await postAs(rocket, '/api/receipts', '{"receipts":[]}', token)).status).to.equal(403)
      expect((await sendEvents(rocket, [])).body.resend.id).to.equal(id)
    })

    it('a receipt counts that was signed by a key that signs now, and not by one that was given up', async () => {
      const mug = await redeemed(rocket, '42', 'mug', 50)
      ask()
      rocket.context.notary.keys.rotate('it', 'kept for a while')
      const [known] = await sendReceipts([mug.receipt])
      expect(known).to.include({ redemption_id: mug.redemption_id, status: 'known', reason: null })
      rocket.clock.now += 31 * 86_400_000
      const [{ status, redemption_id }] = await sendReceipts([mug.receipt])
      expect([status, redemption_id]).to.deep.equal(['refused', null])
    })
  })

  it('a receipt counts that was signed by a key that a restore declared lost, until all are sent', async () => {
    const { stores, notary, rules, now } = rocket.context
    const mug = await redeemed(rocket, '42', 'mug', 50)
    const [lost] = notary.keys.vkeys()
    rmSync(join(rocket.home, 'ledger.key'))
    const { id } = ask()
    const take = async () => (await sendReceipts([mug.receipt]))[0].status
    notary.keys.rotate('it', 'the disk is gone', 'lost')
    expect(await take()).to.equal('refused')
    const what = { actor: 'it', reason: RESTORED, detail: { key_lost: lost }, now: now() }
    stores.writer.write(() => recordAdministration(stores.ledger, rules.current(), what))
    expect(await take()).to.equal('known')
    await resent(id)
    expect(await take()).to.equal('refused')
  })

  describe('the receipt of a redemption', () => {
    it('comes with every answer that changes it, and says what it is by then', async () => {
      const mug = await redeemed(rocket, '42', 'mug', 50)
      const first = told(mug.receipt!)
      expect(first).to.include({ redemption: mug.redemption_id, user_id: '42', state: 'issued', points: 50 })
      expect(first).to.include({ budget: 'main', amount_minor: 500, currency: 'GBP', day: '2026-11-23' })
      const used = (await atTill(rocket, 'consume', { token: mug.token, reference: 'till 1' })).body
      expect(used.redemption_id).to.equal(mug.redemption_id)
      expect(told(used.receipt)).to.deep.include({
        state: 'consumed',
        token: first.token,
        token_copy: null,
        consumed: { at: '2026-11-23T09:00:00.000Z', by: 'counter', reference: 'till 1' },
      })
      const voided = (await atTill(rocket, 'reverse', { token: mug.token })).body
      expect(told(voided.receipt)).to.include({ state: 'issued' })
      const path = `/api/user/redemptions/${mug.redemption_id}/cancel`
      expect(told((await asLearner(rocket, '42', path)).body.receipt)).to.include({ state: 'cancelled' })
      const lab = await redeemed(rocket, '42', 'lab', 10)
      const done = await post(rocket, `/api/deliveries/${lab.redemption_id}`, '{"status":"done"}')
      expect(told(done.body.receipt)).to.include({ redemption: lab.redemption_id, state: 'delivered' })
    })

    it('comes again with the answer to a retry, as things are then', async () => {
      const { body } = await redeem(rocket, '42', 'mug', 50, 'a key')
      await atTill(rocket, 'consume', { token: body.token })
      const again = await redeem(rocket, '42', 'mug', 50, 'a key')
      expect(told(again.body.receipt)).to.include({ redemption: body.redemption_id, state: 'consumed' })
    })

    it('holds neither the token nor the code, nor names anybody but its learner', async () => {
      const mug = await redeemed(rocket, '42', 'mug', 50)
      const cinema = await redeemed(rocket, '42', 'cinema', 10)
      expect(mug.receipt).not.to.contain(mug.token!).and.not.to.contain(mug.token!.replaceAll('-', '').slice(0, 24))
      expect(cinema.receipt).not.to.contain(cinema.code!)
      expect(told(cinema.receipt!).codes).to.have.length(1)
    })

    it('is for Moodle alone', async () => {
      const canteen = partnerToken(rocket, 'canteen')
      const lunch = await redeemed(rocket, '42', 'lunch', 20)
      const { body } = await atTill(rocket, 'consume', { token: lunch.token }, { till: canteen })
      expect(body).to.include({ status: 'consumed' }).and.not.to.have.any.keys('receipt', 'redemption_id')
    })

    it('does not keep an answer back where it cannot be signed', async () => {
      rocket.context.notary.keys.signers = () => {
        throw new Error('the key is gone')
      }
      const mug = await redeemed(rocket, '42', 'mug', 50)
      expect(mug).to.include({ status: 'issued', receipt: null })
      expect(mug.token).to.be.a('string')
    })

    it('is null as long as the ledger has no key', async () => {
      const unsigned = openShop()
      try {
        await give(unsigned, '42', 50)
        expect(await redeemed(unsigned, '42', 'mug', 50)).to.include({ receipt: null })
      } finally {
        unsigned.close()
      }
    })
  })

  describe('the receipt beside a notice', () => {
    const noticed = async () =>
      (await get(rocket, '/api/notices', 'events')).body.notices as {
        code: string
        params: { redemption?: string }
        receipt: string | null
      }[]

    it('tells Moodle also what it did not do itself: another code by a command, a token that lapsed', async () => {
      const cinema = await redeemed(rocket, '42', 'cinema', 10)
      const lunch = await redeemed(rocket, '42', 'lunch', 20)
      const { writer } = rocket.context.stores
      const why = { actor: 'cli:it', reason: 'the shop refused it' }
      writer.write(() => reissue(momentOf(rocket), cinema.redemption_id!, why))
      rocket.clock.now += 3 * 86_400_000
      await runJob(rocket.context, 'expire')
      const all = await noticed()
      const of = (id: string | undefined) =>
        all.flatMap(({ params, receipt }) => (params.redemption === id && receipt !== null ? [told(receipt)] : []))
      expect(
        of(cinema.redemption_id).map(({ codes }) => codes.map(({ state }: { state: string }) => state).sort()),
      ).to.deep.equal([['faulty', 'handed_out']])
      expect(of(lunch.redemption_id).map(({ state }) => state)).to.deep.equal(['expired'])
      expect(all.find(({ code }) => code === 'tier_reached')).to.include({ receipt: null })
    })

    it('is for Moodle alone, and null once its learner is erased', async () => {
      await redeemed(rocket, '42', 'mug', 50)
      const token = issuedEventsToken()
      const { body } = await request(rocket.app).get('/api/notices').set('Authorization', `Bearer ${token}`)
      const receipts = (notices: { receipt: string | null }[]) =>
        notices.filter(({ receipt }) => receipt !== null).length
      expect([receipts(body.notices), receipts(await noticed())]).to.deep.equal([0, 1])
    })
  })

  describe('POST /api/receipts', () => {
    it('answers with a receipt of what it has written, for Moodle to keep in place of the old one', async () => {
      const mug = await redeemed(rocket, '42', 'mug', 50)
      const { subject } = told(mug.receipt!)
      const head = { seq: 1_000_000, hash: 'f'.repeat(64) }
      const lost = { redemption: 'rdm_of_before', subject: 'f'.repeat(24), token: 'ab'.repeat(32), head }
      const text = redemptionReceiptText({ ...told(mug.receipt!), ...lost })
      const before = signNote(text, rocket.context.notary.keys.signers())
      ask()
      const [result] = await sendReceipts([before])
      expect([result.redemption_id, result.status]).to.deep.equal(['rdm_of_before', 'restored'])
      expect(told(result.receipt)).to.include({ redemption: 'rdm_of_before', subject, state: 'issued' })
      const [again] = await sendReceipts([before])
      expect([again.status, told(again.receipt).redemption]).to.deep.equal(['known', 'rdm_of_before'])
    })

    it('takes none where no restore ever asked for them', async () => {
      const mug = await redeemed(rocket, '42', 'mug', 50)
      const [result] = await sendReceipts([mug.receipt])
      expect([result.status, result.receipt]).to.deep.equal(['refused', null])
      expect(result.reason).to.contain('was never restored')
    })

    it('takes each by itself: one that is wrong holds up no other', async () => {
      const mug = await redeemed(rocket, '42', 'mug', 50)
      ask()
      const results = await sendReceipts(['nonsense', mug.receipt, mug.receipt!.replace('"points":50', '"points":1')])
      expect(results.map(({ status }: { status: string }) => status)).to.deep.equal(['refused', 'known', 'refused'])
      expect(results[0]).to.deep.include({ redemption_id: null })
      expect(results[0].reason).to.match(/^It was not taken: .*\.$/)
      expect(results[1]).to.include({ redemption_id: mug.redemption_id, status: 'known', reason: null })
      expect(balanceOf(rocket, '42')).to.equal(450)
    })

    it('is for Moodle alone, and takes a hundred at most', async () => {
      const body = JSON.stringify({ receipts: [] })
      expect((await post(rocket, '/api/receipts', body, 'admin')).status).to.equal(403)
      const many = JSON.stringify({ receipts: Array(101).fill('x') })
      expect((await post(rocket, '/api/receipts', many)).status).to.equal(400)
      for (const wrong of [{}, { receipts: 'x' }, { receipts: [1] }])
        expect((await post(rocket, '/api/receipts', JSON.stringify(wrong))).status).to.equal(400)
    })
  })

  describe('a resend', () => {
    it('is asked for in every answer that the bridge reads, until it says that it is done', async () => {
      const read = async () => [
        (await sendEvents(rocket, [])).body.resend,
        (await get(rocket, '/api/handshake', 'events')).body.resend,
        (await get(rocket, '/api/notices', 'events')).body.resend,
      ]
      expect(await read()).to.deep.equal([null, null, null])
      const { id } = ask()
      const asked = { id, since: '2026-11-23T08:00:00.000Z' }
      expect(await read()).to.deep.equal([asked, asked, asked])
      expect((await redeem(rocket, '42', 'mug', 50, 'k')).body).to.include({ status: 409, code: 'redeeming_paused' })
      const { status, body } = await resent(id)
      expect([status, body]).to.deep.equal([200, { id, redeeming: 'open' }])
      expect(await read()).to.deep.equal([null, null, null])
      expect((await redeem(rocket, '42', 'mug', 50, 'k')).status).to.equal(201)
      expect((await resent(id)).body).to.deep.equal({ id, redeeming: 'open' })
    })

    it('shows beside every reward why it cannot be had', async () => {
      ask()
      const { body } = await get(rocket, '/api/rewards', 'learner', { sub: '42' })
      for (const { available, locked_because } of body.rewards) {
        expect(available).to.equal(false)
        expect(locked_because[0]).to.deep.equal({
          code: 'redeeming_paused',
          params: {},
          text: 'Redeeming is paused for the moment. Your points are safe.',
        })
      }
    })

    it('that was not asked for is none, and only Moodle answers it', async () => {
      expect((await resent('rsd_0')).body).to.include({ status: 404, code: 'not_found' })
      const { id } = ask()
      expect((await post(rocket, '/api/resent', JSON.stringify({ id }), 'admin')).status).to.equal(403)
      expect((await post(rocket, '/api/resent', '{}')).status).to.equal(400)
      expect(rocket.context.stores.resends.awaited()).to.include({ id })
    })

    it('keeps points and tokens from lapsing, until it is done or a person goes on without it', async () => {
      const lunch = await redeemed(rocket, '42', 'lunch', 20)
      ask()
      rocket.clock.now += 3 * 86_400_000
      expect((await runJob(rocket.context, 'expire')).message).to.contain('Moodle')
      const stateNow = () => rocket.context.stores.redemptions.byId(lunch.redemption_id!)!.state
      expect(stateNow()).to.equal('issued')
      const why = { actor: 'boss', reason: 'no Moodle any more' }
      rocket.context.stores.writer.write(() => resumeRedeeming(momentOf(rocket), 'restore', why))
      await runJob(rocket.context, 'expire')
      expect(stateNow()).to.equal('expired')
      expect(verifyLedger(rocket.context.reader, { quick: false }).problems).to.deep.equal([])
    })
  })
})
