/** The example partner as a real process, sent to as Rocket sends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'chai'
import { ROOT } from '../../sidecar/version.js'
import { type MessageData, type MessageType, messageText } from '../../sidecar/webhook/message.js'
import { readSecrets } from '../../sidecar/webhook/sign.js'
import { NOW } from '../support.js'
import { openPartner, SECRET, send } from './partner-server.js'

const PROGRAM = join(ROOT, 'scripts/example-partner.js')
const OTHER = `whsec_${Buffer.from('another secret of 32 bytes......').toString('base64')}`
const issued: MessageData['redemption.issued'] = {
  redemption_id: 'r1',
  reward_id: 'gift-5',
  title: '£5 gift card',
  token: 'TOKEN-OF-R1',
  value: { amount_minor: 500, currency: 'GBP' },
  discount: null,
  valid_until: '2026-12-23T09:00:00Z',
}
const ended = { redemption_id: 'r1', reward_id: 'gift-5' }

class Shop {
  output = ''
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async open(env: NodeJS.ProcessEnv): Promise<Shop> {
    const child = spawn(process.execPath, [PROGRAM, '--port', '0'], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [first] = await once(child.stdout!.setEncoding('utf8'), 'data')
    const shop = new Shop(child, /http:\S+/.exec(first)![0])
    child.stdout!.on('data', (text) => (shop.output += text))
    return shop
  }

  webhook<Type extends MessageType>(type: Type, data: MessageData[Type], id: string, given: object = {}) {
    const body = messageText(type, NOW, data)
    return send({ url: `${this.url}rocket`, type, body, id, now: Date.now(), ...given })
  }

  async list(): Promise<string> {
    return (await fetch(this.url)).text()
  }

  async till(path: string, body: string, type = 'application/json') {
    const headers = { 'content-type': type }
    const response = await fetch(new URL(path, this.url), { method: 'POST', headers, body })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  async close(): Promise<void> {
    const closed = once(this.child, 'close')
    this.child.kill()
    await closed
  }
}

const ACCEPTED = { kind: 'accepted', answer: {}, note: null }

describe('the example partner', () => {
  let shop: Shop | undefined
  const open = async (env: NodeJS.ProcessEnv = {}): Promise<Shop> => {
    shop = await Shop.open({ SHOP_SECRET: SECRET, ...env })
    return shop
  }
  afterEach(() => shop?.close())

  it('takes redemptions and shows each as a line, without the token', async () => {
    await open()
    expect(await shop!.webhook('redemption.issued', issued, 'm1')).to.deep.equal(ACCEPTED)
    expect(await shop!.list()).to.equal(
      'issued r1: £5 gift card, worth 500 GBP in the smallest unit, until 2026-12-23T09:00:00Z\n',
    )
    const discount = { ...issued, redemption_id: 'r2', value: null, discount: { percent: 10 }, user_id: '42' }
    await shop!.webhook('redemption.issued', discount, 'm2')
    expect(await shop!.list()).to.contain('issued r2: £5 gift card, discount 10%, until 2026-12-23T09:00:00Z, user 42')
    expect(`${shop!.output}${await shop!.list()}`).not.to.contain('TOKEN')
  })

  it('gives a message that it has had the same answer, and does nothing twice', async () => {
    await open()
    for (const _ of [1, 2, 3]) {
      expect(await shop!.webhook('redemption.issued', issued, 'm1')).to.deep.equal(ACCEPTED)
    }
    expect(shop!.output.match(/issued r1/g)).to.have.length(1)
  })

  it('lets go of what is cancelled or expired, in whatever order that comes', async () => {
    await open()
    await shop!.webhook('redemption.issued', issued, 'm1')
    await shop!.webhook('redemption.cancelled', ended, 'm2')
    expect(await shop!.list()).to.match(/^cancelled r1: £5 gift card/)
    await shop!.webhook('redemption.expired', { ...ended, redemption_id: 'r2' }, 'm3')
    await shop!.webhook('redemption.issued', { ...issued, redemption_id: 'r2' }, 'm4')
    expect(await shop!.list()).to.contain('expired r2: £5 gift card')
  })

  it('says yes to a test', async () => {
    await open()
    expect(await shop!.webhook('test', {}, 'm1')).to.deep.equal(ACCEPTED)
    expect(await shop!.list()).to.equal('')
  })

  it('takes nothing that is signed with another secret, or too old, or not signed', async () => {
    await open()
    const stranger = await shop!.webhook('redemption.issued', issued, 'm1', { secrets: [OTHER] })
    const old = await shop!.webhook('redemption.issued', issued, 'm1', { now: Date.now() - 301_000 })
    const early = await shop!.webhook('redemption.issued', issued, 'm1', { now: Date.now() + 302_000 })
    for (const outcome of [stranger, old, early]) {
      expect(outcome).to.deep.include({ kind: 'unknown', why: 'The partner answered 503.' })
    }
    expect((await shop!.till('rocket', '{}')).status).to.equal(503)
    expect(await shop!.list()).to.equal('')
    // None of it has spoilt the id for the real one.
    expect(await shop!.webhook('redemption.issued', issued, 'm1')).to.deep.equal(ACCEPTED)
  })

  it('knows both secrets while one is replaced, on either side', async () => {
    await open({ SHOP_SECRET: `${SECRET} ${OTHER}` })
    for (const [id, secrets] of Object.entries({ m1: [SECRET], m2: [OTHER], m3: [OTHER, SECRET] })) {
      expect(await shop!.webhook('redemption.issued', issued, id, { secrets })).to.deep.equal(ACCEPTED)
    }
    await shop!.close()
    await open()
    const both = { secrets: [OTHER, SECRET] }
    expect(await shop!.webhook('redemption.issued', issued, 'm1', both)).to.deep.equal(ACCEPTED)
  })

  it('asks Rocket at the till, and takes a sale back', async () => {
    const rocket = await openPartner((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"consumed"}'),
    )
    await open({ ROCKET_URL: rocket.url, ROCKET_TOKEN: 'partner-token' })
    const sale = JSON.stringify({ token: 'TOKEN-OF-R1', reference: 'sale-7' })
    expect(await shop!.till('till', sale)).to.deep.equal({ status: 200, body: { status: 'consumed' } })
    await shop!.till('till/void', sale)
    rocket.close()
    const [consume, reverse] = rocket.received
    expect(consume).to.deep.include({ method: 'POST', path: '/api/tokens/consume', body: sale })
    expect(consume!.headers).to.include({ authorization: 'Bearer partner-token', 'idempotency-key': 'consume-sale-7' })
    expect(reverse).to.deep.include({ path: '/api/tokens/reverse', body: sale })
    expect(reverse!.headers).to.include({ 'idempotency-key': 'reverse-sale-7' })
  })

  it('passes on what Rocket says no to, and says when Rocket cannot be asked', async () => {
    const rocket = await openPartner((response) => response.writeHead(409).end('{"title":"Used before"}'))
    await open({ ROCKET_URL: rocket.url, ROCKET_TOKEN: 'partner-token' })
    const sale = JSON.stringify({ token: 'TOKEN-OF-R1', reference: 'sale-7' })
    expect(await shop!.till('till', sale)).to.deep.equal({ status: 409, body: { title: 'Used before' } })
    rocket.close()
    expect((await shop!.till('till', sale)).status).to.equal(504)
    expect((await shop!.till('till', '{"token":"T"}')).status).to.equal(422)
    expect((await shop!.till('till', 'not json')).status).to.equal(400)
    expect((await shop!.till('till', sale, 'text/plain')).status).to.equal(415)
    expect((await shop!.till('elsewhere', sale)).status).to.equal(404)
    await shop!.close()
    await open()
    expect((await shop!.till('till', sale)).body.error).to.contain('ROCKET_TOKEN')
  })
})

describe('the example partner, called to begin', () => {
  const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    spawnSync(process.execPath, [PROGRAM, ...args], { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' })

  it('makes a secret that Rocket can read, another each time', () => {
    const made = [run(['--new-secret']).stdout, run(['--new-secret']).stdout]
    for (const text of made) expect(readSecrets(text)).to.deep.equal({ secrets: [text.trim()] })
    expect(made[0]).not.to.equal(made[1])
  })

  it('does not open without one', () => {
    for (const env of [{}, { SHOP_SECRET: 'hello' }]) {
      const { status, stderr } = run([], env)
      expect(status).to.equal(1)
      expect(stderr).to.contain('SHOP_SECRET must hold a secret').and.to.contain('--new-secret')
    }
  })
})
