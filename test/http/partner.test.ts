/** A partner that answers well, badly, late, or not at all: what becomes of points, stock, money and the learner's token. */
import type { ServerResponse } from 'node:http'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { Messenger } from '../../sidecar/actions/send-messages.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { runJob } from '../../sidecar/jobs.js'
import { WEBHOOK_SCHEMAS } from '../../sidecar/webhook/message.js'
import { SCHEDULE } from '../../sidecar/webhook/schedule.js'
import type { TestRocket } from '../support.js'
import { openPartner, SECRET, type TestPartner } from '../webhook/partner-server.js'
import { balanceOf, get } from './calls.js'
import { asAdmin, atTill, give, openShop, partnerToken, REWARDS, redeem, redeemed } from './shop.js'

const DAY = 86_400_000

type Behaviour = (response: ServerResponse) => void
const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Behaviour =>
  (response) =>
    response.writeHead(status, headers).end(body)
const json = (body: unknown): Behaviour => answer(200, JSON.stringify(body))
const closing: Behaviour = (response) => response.socket?.destroy()

describe('a partner that is sent redemptions', () => {
  let rocket: TestRocket
  let partner: TestPartner
  let messenger: Messenger
  let behave: Behaviour
  beforeEach(async () => {
    behave = answer(200)
    partner = await openPartner((response) => behave(response))
    rocket = openShop(REWARDS.replace('http://127.0.0.1:9/rocket', partner.url))
    messenger = new Messenger({ ...rocket.context, env: { SHOP_SECRET: SECRET } })
    await give(rocket, '42', 300)
  })
  afterEach('the ledger still proves everything', async () => {
    try {
      await messenger.stop()
      expect(verifyLedger(rocket.context.reader, { quick: false }).problems).to.deep.equal([])
    } finally {
      partner.close()
      rocket.close()
    }
  })

  const support = async (id: string | undefined): Promise<Record<string, unknown> & { messages: Sent[] }> => {
    const { body } = await get(rocket, '/api/redemptions?limit=1000')
    return body.redemptions.find((one: { redemption_id: string }) => one.redemption_id === id)
  }
  interface Sent {
    readonly type: string
    readonly state: string
    readonly attempts: number
    readonly next_at: string
    readonly outcome: string | null
  }
  const own = async (id: string | undefined): Promise<Record<string, unknown>> => {
    const { body } = await get(rocket, '/api/user/redemptions', 'learner', { sub: '42' })
    return body.redemptions.find((one: { redemption_id: string }) => one.redemption_id === id)
  }
  const act = (id: string | undefined, name: string) =>
    asAdmin(rocket, `/api/redemptions/${id}/${name}`, { reason: 'they say it is mended' })
  const notices = async (code: string): Promise<{ params: object; text: string }[]> =>
    (await get(rocket, '/api/notices?limit=1000', 'events')).body.notices.filter(
      (notice: { code: string }) => notice.code === code,
    )
  const committed = (): number => rocket.context.stores.redemptions.committed('main', '2026-11')
  /** Waits as long as the schedule may ask at most, and sends. */
  const sendAgain = async (attempt: number): Promise<void> => {
    rocket.clock.now += SCHEDULE[attempt]!
    await messenger.sendDue()
  }
  const withoutBook = { balance: 300, money: 0 }
  const standing = () => ({ balance: balanceOf(rocket, '42'), money: committed() })

  it('is told of it once it stands, in the form of the schema, and of nobody', async () => {
    const { redemption_id, token } = await redeemed(rocket, '42', 'book', 30)
    expect(partner.received).to.deep.equal([])
    await messenger.sendDue()
    await messenger.sendDue()
    expect(partner.received).to.have.length(1)
    const [{ headers, body }] = partner.received as [TestPartner['received'][number]]
    expect(headers['webhook-id']).to.equal(`${redemption_id}_issued`)
    const message = JSON.parse(body)
    expect(new Ajv2020({ strict: false }).validate(WEBHOOK_SCHEMAS['redemption.issued'], message)).to.equal(true)
    // What the learner shows, to the letter.
    expect(message.data.token).to.equal(token)
    expect(message.data).to.deep.include({ redemption_id, reward_id: 'book', title: 'A book' })
    expect(message.data).not.to.have.property('user_id')
    expect(body).not.to.contain('"42"')
    expect(await own(redemption_id)).to.include({ status: 'delivered', token })
    expect(standing()).to.deep.equal({ balance: 270, money: 700 })
  })

  it('is told who it is only where the file says so', async () => {
    partner.close()
    partner = await openPartner((response) => behave(response))
    rocket.close()
    rocket = openShop(REWARDS.replace('"http://127.0.0.1:9/rocket"', `"${partner.url}", personal: [user_id]`))
    messenger = new Messenger({ ...rocket.context, env: { SHOP_SECRET: SECRET } })
    await give(rocket, '42', 300)
    await redeemed(rocket, '42', 'book', 30)
    await messenger.sendDue()
    expect(JSON.parse(partner.received[0]!.body).data.user_id).to.equal('42')
  })

  for (const [name, trouble] of Object.entries({
    'answers 500': answer(500),
    'answers 503 with a page': answer(503, '<html>'),
    'answers with a redirect': answer(302, '', { location: 'http://127.0.0.1:1/' }),
    'closes the connection': closing,
    'breaks off in the middle of an answer': (response: ServerResponse) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"code":')
      setTimeout(() => response.socket?.destroy(), 20)
    },
  })) {
    it(`is unknown where it ${name}: nothing is given back, and the same bytes are sent again`, async () => {
      behave = trouble
      const { redemption_id, token } = await redeemed(rocket, '42', 'book', 30)
      await messenger.sendDue()
      expect(await own(redemption_id)).to.include({ status: 'delivering', token })
      const [sent] = (await support(redemption_id)).messages
      expect(sent).to.include({ state: 'pending', attempts: 1 })
      expect(sent!.outcome).to.match(/^The partner /)
      expect(standing()).to.deep.equal({ balance: 270, money: 700 })
      behave = answer(204)
      await sendAgain(1)
      const [first, second] = partner.received
      expect(second!.body).to.equal(first!.body)
      expect(second!.headers['webhook-id']).to.equal(first!.headers['webhook-id'])
      expect(await own(redemption_id)).to.include({ status: 'delivered' })
      await sendAgain(2)
      expect(partner.received).to.have.length(2)
    })
  }

  it('is not asked again before the time that it gives', async () => {
    behave = answer(429, '', { 'retry-after': '3600' })
    const { redemption_id } = await redeemed(rocket, '42', 'book', 30)
    await messenger.sendDue()
    expect((await support(redemption_id)).messages[0]!.next_at).to.equal('2026-11-23T10:00:00.000Z')
    behave = answer(200)
    rocket.clock.now += 3_600_000 - 1
    await messenger.sendDue()
    expect(partner.received).to.have.length(1)
    rocket.clock.now += 1
    await messenger.sendDue()
    expect((await own(redemption_id)).status).to.equal('delivered')
  })

  for (const status of [400, 401, 404, 422]) {
    it(`gives points, stock and money back where it answers ${status}`, async () => {
      behave = answer(status, '{"error":"a secret of ours"}')
      const { redemption_id, token } = await redeemed(rocket, '42', 'book', 30)
      await messenger.sendDue()
      expect(await own(redemption_id)).to.include({ status: 'refused', token: null })
      expect(standing()).to.deep.equal(withoutBook)
      expect(rocket.context.stores.redemptions.issued('book')).to.equal(0)
      expect(await notices('refused')).to.have.length(1)
      const till = await atTill(rocket, 'consume', { token })
      expect(till.body).to.include({ code: 'state_conflict', state: 'refused' })
      await sendAgain(1)
      expect(partner.received).to.have.length(1)
      expect([...rocket.context.view.jsonl({})].join('')).not.to.contain('a secret of ours')
    })
  }

  it('is closed where it answers 410: its rewards are locked, and what waits goes on waiting', async () => {
    behave = answer(410)
    const { redemption_id } = await redeemed(rocket, '42', 'book', 30)
    await messenger.sendDue()
    const locked = await redeem(rocket, '42', 'book', 30, 'another')
    expect(locked.body.locked_because[0].code).to.equal('partner_closed')
    expect((await own(redemption_id)).status).to.equal('delivering')
    expect(standing()).to.deep.equal({ balance: 270, money: 700 })
    expect((await notices('partner_gone')).map(({ params }) => params)).to.deep.equal([{ partner: 'shop' }])
    behave = answer(200)
    await sendAgain(9)
    expect(partner.received).to.have.length(1)
    rocket.context.stores.writer.write(() => rocket.context.stores.messages.open('shop'))
    await messenger.sendDue()
    expect((await own(redemption_id)).status).to.equal('delivered')
    expect((await redeem(rocket, '42', 'book', 30, 'another')).status).to.equal(201)
  })

  it('is told to let go where it refuses what it may have taken before', async () => {
    behave = closing
    const { redemption_id } = await redeemed(rocket, '42', 'book', 30)
    await messenger.sendDue()
    // Its answer was lost; to the second attempt it says that it has it already.
    behave = answer(409)
    await sendAgain(1)
    expect((await own(redemption_id)).status).to.equal('refused')
    expect(standing()).to.deep.equal(withoutBook)
    behave = answer(204)
    await messenger.sendDue()
    const ids = partner.received.map(({ headers }) => headers['webhook-id'])
    expect(ids).to.deep.equal([`${redemption_id}_issued`, `${redemption_id}_issued`, `${redemption_id}_cancelled`])
  })

  it('is told of a cancellation also where its message was begun anew', async () => {
    behave = closing
    const { redemption_id } = await redeemed(rocket, '42', 'book', 30)
    await messenger.sendDue()
    await act(redemption_id, 'replay')
    await act(redemption_id, 'cancel')
    behave = answer(204)
    await messenger.sendDue()
    expect(partner.received.at(-1)?.headers['webhook-id']).to.equal(`${redemption_id}_cancelled`)
  })

  it('may answer with a code of its own, for its learner alone to see', async () => {
    behave = json({ code: 'SHOP-1234' })
    const { redemption_id } = await redeemed(rocket, '42', 'book', 30)
    await messenger.sendDue()
    expect(await own(redemption_id)).to.include({ status: 'delivered', code: 'SHOP-1234' })
    for (const path of ['/api/redemptions', '/api/user/redemptions?user_id=42', '/api/rewards/ledger']) {
      expect((await get(rocket, path)).text, path).not.to.contain('SHOP-1234')
    }
    expect((await get(rocket, '/api/notices', 'events')).text).not.to.contain('SHOP-1234')
    expect([...rocket.context.view.jsonl({})].join('')).not.to.contain('SHOP-1234')
  })

  it('may answer that all is handed over: then its token is used', async () => {
    behave = json({ code: 'SHOP-1', consumed: true })
    const { redemption_id, token } = await redeemed(rocket, '42', 'book', 30)
    await messenger.sendDue()
    expect(await own(redemption_id)).to.include({ status: 'consumed', token: null, code: 'SHOP-1' })
    const again = await atTill(rocket, 'consume', { token })
    expect(again.body).to.include({ code: 'token_consumed', consumed_by: 'shop' })
  })

  for (const [name, lie] of Object.entries({
    'a code that is too long': json({ code: 'x'.repeat(256) }),
    'a code of several lines': json({ code: 'a\nb' }),
    'a code that is none': json({ code: { html: '<b>' } }),
    'a code that is blank': json({ code: '   ' }),
    'consumed, but not whether': json({ consumed: 'yes' }),
    'what is not JSON': answer(200, '<html>Hello</html>'),
    'bytes that are no text': answer(200, Buffer.from([0xff, 0xfe]).toString('latin1')),
    'a list': json([1, 2]),
    null: json(null),
    'more than is read': answer(200, `{"code":"A","pad":"${'x'.repeat(70_000)}"}`),
  })) {
    it(`says yes with a 2xx, even where it says ${name}: that is left out`, async () => {
      behave = lie
      const { redemption_id, token } = await redeemed(rocket, '42', 'book', 30)
      await messenger.sendDue()
      expect(await own(redemption_id)).to.include({ status: 'delivered', token, code: null })
      expect(standing()).to.deep.equal({ balance: 270, money: 700 })
    })
  }

  it('is given up after ten attempts; a person is told, and can send again or give back', async () => {
    behave = answer(500)
    const lost = await redeemed(rocket, '42', 'book', 30)
    const found = await redeemed(rocket, '42', 'book', 30)
    for (let attempt = 0; attempt < SCHEDULE.length; attempt++) await sendAgain(attempt)
    expect(partner.received).to.have.length(2 * SCHEDULE.length)
    await sendAgain(SCHEDULE.length - 1)
    expect(partner.received).to.have.length(2 * SCHEDULE.length)
    for (const { redemption_id } of [lost, found]) {
      const { messages, status } = await support(redemption_id)
      expect(status).to.equal('delivering')
      expect(messages[0]).to.include({ state: 'dead', attempts: 10, outcome: 'The partner answered 500.' })
    }
    const stuck = (await notices('delivery_stuck')).map(({ text }) => text).join('\n')
    for (const { redemption_id } of [lost, found]) expect(stuck).to.contain(`redemption replay ${redemption_id}`)
    expect(standing()).to.deep.equal({ balance: 240, money: 1_400 })

    behave = answer(200)
    expect((await act(found.redemption_id, 'replay')).body.messages[0]).to.include({ state: 'pending', attempts: 10 })
    await messenger.sendDue()
    expect((await own(found.redemption_id)).status).to.equal('delivered')
    expect(new Set(partner.received.map(({ headers }) => headers['webhook-id'])).size).to.equal(2)
    expect((await act(found.redemption_id, 'replay')).status).to.equal(409)

    // It may have heard of the one that was given up: it is told that it counts no more.
    expect((await act(lost.redemption_id, 'cancel')).status).to.equal(200)
    await messenger.sendDue()
    const last = JSON.parse(partner.received.at(-1)!.body)
    expect([last.type, last.data]).to.deep.equal([
      'redemption.cancelled',
      { redemption_id: lost.redemption_id, reward_id: 'book' },
    ])
    expect(standing()).to.deep.equal({ balance: 270, money: 700 })
  })

  it('hears that a redemption was cancelled, if it heard of it, under another id', async () => {
    const { redemption_id, token } = await redeemed(rocket, '42', 'book', 30)
    await messenger.sendDue()
    await asAdmin(rocket, `/api/redemptions/${redemption_id}/cancel`, { reason: 'asked for' })
    behave = answer(500)
    await messenger.sendDue()
    behave = answer(200)
    await sendAgain(1)
    const [, failed, told] = partner.received
    expect(told!.body).to.equal(failed!.body)
    expect(told!.headers['webhook-id']).to.equal(`${redemption_id}_cancelled`)
    const message = JSON.parse(told!.body)
    expect(new Ajv2020({ strict: false }).validate(WEBHOOK_SCHEMAS['redemption.cancelled'], message)).to.equal(true)
    expect(told!.body).not.to.contain(token).and.not.to.contain('token')
    expect(standing()).to.deep.equal(withoutBook)
  })

  it('leaves its word unheard where a person cancelled while it was thinking', async () => {
    let finish: () => void = () => undefined
    behave = (response) => {
      finish = () => void response.writeHead(200).end('{"code":"SHOP-1"}')
    }
    const { redemption_id } = await redeemed(rocket, '42', 'book', 30)
    const sending = messenger.sendDue()
    while (partner.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await asAdmin(rocket, `/api/redemptions/${redemption_id}/cancel`, { reason: 'asked for' })
    finish()
    await sending
    expect(await own(redemption_id)).to.include({ status: 'cancelled', code: null })
    expect(standing()).to.deep.equal(withoutBook)
    // And it is told, since it said yes.
    behave = answer(200)
    await messenger.sendDue()
    expect(JSON.parse(partner.received[1]!.body).type).to.equal('redemption.cancelled')
  })

  it('may use the token at its till before its answer has arrived', async () => {
    let finish: () => void = () => undefined
    behave = (response) => {
      finish = () => void response.writeHead(400).end()
    }
    const { redemption_id, token } = await redeemed(rocket, '42', 'book', 30)
    const sending = messenger.sendDue()
    while (partner.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const till = partnerToken(rocket, 'shop')
    expect((await atTill(rocket, 'consume', { token, reference: 'sale 1' }, { till })).status).to.equal(200)
    // What it says then about the webhook changes nothing: it has handed over.
    finish()
    await sending
    expect((await own(redemption_id)).status).to.equal('consumed')
    expect(standing()).to.deep.equal({ balance: 270, money: 700 })
    await sendAgain(1)
    expect(partner.received).to.have.length(1)
  })

  it('hears that a token lapsed; the points stay spent', async () => {
    const { redemption_id } = await redeemed(rocket, '42', 'book', 30)
    await messenger.sendDue()
    rocket.clock.now += 30 * DAY
    await runJob(rocket.context, 'expire')
    await messenger.sendDue()
    await runJob(rocket.context, 'expire')
    await messenger.sendDue()
    expect(partner.received.map(({ body }) => JSON.parse(body).type)).to.deep.equal([
      'redemption.issued',
      'redemption.expired',
    ])
    const message = JSON.parse(partner.received[1]!.body)
    expect(new Ajv2020({ strict: false }).validate(WEBHOOK_SCHEMAS['redemption.expired'], message)).to.equal(true)
    expect(await own(redemption_id)).to.include({ token: null })
    expect(standing()).to.deep.equal({ balance: 270, money: 700 })
  })

  it('is sent nothing without a secret, and loses nothing over it', async () => {
    const without = new Messenger({ ...rocket.context, env: {} })
    const { redemption_id } = await redeemed(rocket, '42', 'book', 30)
    await without.sendDue()
    expect(partner.received).to.deep.equal([])
    expect((await support(redemption_id)).messages[0]!.outcome).to.contain('SHOP_SECRET is not set')
    expect((await own(redemption_id)).status).to.equal('delivering')
    await sendAgain(1)
    expect((await own(redemption_id)).status).to.equal('delivered')
  })

  it('holds up no other redemption while it is slow', async () => {
    const waiting: ServerResponse[] = []
    behave = (response) => void waiting.push(response)
    for (let n = 0; n < 6; n++) await redeemed(rocket, '42', 'book', 30)
    const sending = messenger.sendDue()
    while (waiting.length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
    await messenger.sendDue()
    // Four at once, and no more.
    expect(partner.received).to.have.length(4)
    behave = answer(200)
    for (const response of waiting) response.writeHead(200).end()
    await sending
    await messenger.sendDue()
    expect(partner.received).to.have.length(6)
    expect(new Set(partner.received.map(({ headers }) => headers['webhook-id'])).size).to.equal(6)
  })
})
