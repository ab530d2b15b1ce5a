/** The built program and a partner that it really calls: troubles, the example partner's whole way, nothing secret in a log. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import { ROOT } from '../../sidecar/version.js'
import { openPartner, type Received, SECRET, type TestPartner } from '../webhook/partner-server.js'
import { Folder, issueToken, type RunningRocket } from './program.js'

const RULES = '- { id: graded, event: quiz.graded, conditions: { score: ">=50" }, points: 60 }\n'
const rewards = (url: string): string => `
currency: GBP
tiers: [{ id: bronze, title: Bronze, points: 50 }]
budgets: [{ id: main, monthly: 100.00 }]
partners:
  - { id: shop, url: "${url}", secret_env: SHOP_SECRET, allow_private: true }
rewards:
  - id: book
    title: A book
    tier: bronze
    cost: 30
    value: 7.00
    budget: main
    stock: 20
    delivery: shop
    approved: &approval { by: Head of student life, on: 2020-01-01 }
  - { id: cinema, title: A cinema ticket, cost: 10, delivery: codes, approved: *approval }
`

interface Redemption {
  readonly redemption_id: string
  readonly status: string
  readonly token: string | null
  readonly code: string | null
  readonly messages: readonly { state: string; attempts: number; outcome: string | null }[]
}

/** A learner's calls, by a token that an administrator has made for support. */
class Learner {
  #key = 0
  constructor(
    readonly url: () => string,
    readonly token: string,
  ) {}

  async get<T>(path: string): Promise<T> {
    const response = await fetch(this.url() + path, { headers: { Authorization: `Bearer ${this.token}` } })
    return (await response.json()) as T
  }

  async redeem(reward: string, cost: number, key = `key-${++this.#key}`) {
    const headers = { Authorization: `Bearer ${this.token}`, 'Idempotency-Key': key }
    const body = JSON.stringify({ expected_cost: cost })
    const response = await fetch(`${this.url()}/api/rewards/${reward}/redeem`, { method: 'POST', headers, body })
    return { status: response.status, body: (await response.json()) as Redemption & Record<string, unknown> }
  }

  async own(id: string): Promise<Redemption> {
    const { redemptions } = await this.get<{ redemptions: Redemption[] }>('/api/user/redemptions')
    return redemptions.find(({ redemption_id }) => redemption_id === id)!
  }

  async balance(): Promise<number> {
    return (await this.get<{ balance: number }>('/api/user/points')).balance
  }

  /** Waits until a redemption stands so. */
  async until(id: string, status: string): Promise<Redemption> {
    for (let waited = 0; waited < 15_000; waited += 50) {
      const found = await this.own(id)
      if (found.status === status) return found
      await sleep(50)
    }
    throw new Error(`${id} is not ${status}: ${JSON.stringify(await this.own(id))}`)
  }
}

describe('a partner of the built program', function () {
  this.timeout(60_000)
  let folder: Folder
  let rocket: RunningRocket
  let learner: Learner
  let partner: TestPartner
  let behave: (response: ServerResponse) => void
  const env = { SHOP_SECRET: SECRET, ROCKET_LOG: 'debug' }
  const logs: string[] = []

  before(async () => {
    partner = await openPartner((response) => behave(response))
    folder = new Folder({ 'rules/pack.yaml': RULES, 'rewards.yaml': rewards(partner.url) })
    rocket = await folder.serve(env)
    learner = new Learner(() => rocket.url, await issueToken(folder, '--scope learner --user 42'))
    expect((await folder.run(['adjust', '42', '1000', '--reason', 'for a test'])).code).to.equal(0)
  })
  beforeEach(() => {
    behave = (response) => response.writeHead(200).end()
    partner.received.length = 0
  })
  after(async () => {
    partner.close()
    await folder.remove()
  })

  const genuine = ({ headers, body }: Received): void => {
    new Webhook(SECRET).verify(body, headers as Record<string, string>)
  }
  const arrived = async (count: number): Promise<Received[]> => {
    for (let waited = 0; partner.received.length < count && waited < 15_000; waited += 20) await sleep(20)
    expect(partner.received).to.have.length.least(count)
    return partner.received
  }
  const support = async (id: string): Promise<Redemption> => {
    const { redemptions } = await folder.json<{ redemptions: Redemption[] }>('redemption list')
    return redemptions.find(({ redemption_id }) => redemption_id === id)!
  }
  /** The answer is written down a moment after it was given. */
  const settled = async (id: string, outcome: RegExp): Promise<Redemption> => {
    for (let tries = 0; tries < 40; tries++) {
      const found = await support(id)
      if (outcome.test(found.messages[0]?.outcome ?? '')) return found
    }
    throw new Error(JSON.stringify(await support(id)))
  }

  it('that answers 500 and then 200 is sent the same bytes under the same id, signed anew', async () => {
    const statuses = [500, 200]
    behave = (response) => response.writeHead(statuses.shift() ?? 200).end()
    const { status, body } = await learner.redeem('book', 30)
    expect([status, body.status]).to.deep.equal([201, 'delivering'])
    await learner.until(body.redemption_id, 'delivered')
    const [first, second] = await arrived(2)
    for (const received of [first!, second!]) genuine(received)
    expect(second!.body).to.equal(first!.body)
    expect(second!.headers['webhook-id']).to.equal(first!.headers['webhook-id'])
  })

  it('that answers twice, late and again after a restart, is heard once', async () => {
    const open: ServerResponse[] = []
    behave = (response) => void open.push(response)
    const { body } = await learner.redeem('book', 30)
    await arrived(1)
    logs.push(JSON.stringify(rocket.log))
    await rocket.stop()
    rocket = await folder.serve(env)
    await arrived(2)
    for (const response of open) response.writeHead(200).end('{"code":"SHOP-TWICE"}')
    expect(await learner.until(body.redemption_id, 'delivered')).to.include({ code: 'SHOP-TWICE' })
    const [first, second] = partner.received
    expect(second!.body).to.equal(first!.body)
    expect(second!.headers['webhook-id']).to.equal(first!.headers['webhook-id'])
    const { stdout } = await folder.rocket('ledger export --format jsonl --kind consumption')
    expect(stdout.split(body.redemption_id)).to.have.length(2)
  })

  it('that breaks the connection off is asked again at once by redemption replay', async () => {
    let broken = 0
    behave = (response) => {
      if (broken++ < 2) response.socket?.destroy()
      else response.writeHead(200).end()
    }
    const { body } = await learner.redeem('book', 30)
    await arrived(2)
    // The next attempt may be minutes away.
    const waiting = await settled(body.redemption_id, /connection was closed/)
    expect(waiting.status).to.equal('delivering')
    const { code, stdout } = await folder.run(['redemption', 'replay', body.redemption_id, '--reason', 'mended'])
    expect([code, stdout.includes(body.redemption_id)]).to.deep.equal([0, true])
    await learner.until(body.redemption_id, 'delivered')
    expect(new Set(partner.received.map(({ headers }) => headers['webhook-id'])).size).to.equal(1)
    const again = await folder.run(['redemption', 'replay', body.redemption_id, '--reason', 'mended'])
    expect(again.code).to.equal(1)
  })

  it('that asks for time gets it', async () => {
    const times: number[] = []
    behave = (response) => {
      times.push(Date.now())
      if (times.length === 1) response.writeHead(429, { 'retry-after': '6' }).end()
      else response.writeHead(200).end()
    }
    const { body } = await learner.redeem('book', 30)
    await learner.until(body.redemption_id, 'delivered')
    expect(times[1]! - times[0]!).to.be.within(6_000, 9_000)
  })

  it('that says no gives the points back', async () => {
    const before = await learner.balance()
    behave = (response) => response.writeHead(400).end('no')
    const { body } = await learner.redeem('book', 30)
    await learner.until(body.redemption_id, 'refused')
    expect(await learner.balance()).to.equal(before)
  })

  it('that is gone is closed, until partner test finds it again', async () => {
    behave = (response) => response.writeHead(410).end()
    const { body } = await learner.redeem('book', 30)
    await settled(body.redemption_id, /410/)
    const locked = await learner.redeem('book', 30)
    expect(locked.status).to.equal(409)
    expect(JSON.stringify(locked.body)).to.contain('partner_closed')

    const still = await folder.rocket('partner test shop', env)
    expect([still.code, still.stdout.includes('410')]).to.deep.equal([1, true])
    expect((await learner.redeem('book', 30)).status).to.equal(409)
    behave = (response) => response.writeHead(200).end('{"nonsense":1}')
    const opened = await folder.rocket('partner test shop', env)
    expect([opened.code, opened.stdout]).to.deep.equal([0, 'shop took the test message. It is open again.\n'])
    const test = partner.received.find((received) => received.body.includes('"type":"test"'))!
    genuine(test)
    await learner.until(body.redemption_id, 'delivered')
    expect((await learner.redeem('book', 30)).status).to.equal(201)
    const again = await folder.rocket('partner test shop', env)
    expect([again.code, again.stdout]).to.deep.equal([0, 'shop took the test message.\n'])
  })

  it('is tested without its secret, or where there is none of that name, with a sentence', async () => {
    const without = await folder.rocket('partner test shop')
    expect([without.code, without.stdout.includes('SHOP_SECRET is not set')]).to.deep.equal([1, true])
    const nobody = await folder.rocket('partner test shp', env)
    expect([nobody.code, nobody.stderr.includes('has no partner shp (shop)')]).to.deep.equal([2, true])
    expect(partner.received).to.deep.equal([])
  })

  it('leaves no token, no code and no secret in any log, nor on the screen of people in charge', async () => {
    behave = (response) => response.writeHead(200).end(`{"code":"SHOP-VERY-SECRET","junk":"${'x'.repeat(300)}"}`)
    const { body } = await learner.redeem('book', 30)
    const { token, code } = await learner.until(body.redemption_id, 'delivered')
    expect(code).to.equal('SHOP-VERY-SECRET')
    await folder.run(['codes', 'import', 'cinema', folder.write('codes.csv', 'code\nCINEMA-SECRET\n')])
    const ticket = await learner.redeem('cinema', 10)
    expect(ticket.body.code).to.equal('CINEMA-SECRET')
    const said = [JSON.stringify(rocket.log), rocket.output(), rocket.other(), ...logs]
    for (const command of ['redemption list', 'codes list', 'doctor', 'ledger export --format jsonl', 'token list']) {
      const { stdout, stderr } = await folder.rocket(command, env)
      said.push(stdout, stderr)
    }
    const secrets = [token!, token!.replaceAll('-', '').slice(0, 24), code!, 'CINEMA-SECRET', SECRET, learner.token]
    for (const secret of secrets) {
      for (const text of said) expect(text).not.to.contain(secret)
    }
  })

  it('leaves a ledger that verifies', async () => {
    expect(await folder.json('ledger verify')).to.include({ ok: true })
  })
})

describe('the example partner and the built program', function () {
  this.timeout(60_000)
  let folder: Folder
  let shop: ChildProcess | undefined
  afterEach(async () => {
    shop?.kill()
    await folder.remove()
  })

  /** @returns where it listens. */
  async function openShop(port: number, env: NodeJS.ProcessEnv): Promise<string> {
    shop = spawn(process.execPath, [join(ROOT, 'scripts/example-partner.js'), '--port', String(port)], {
      env: { PATH: process.env.PATH, SHOP_SECRET: SECRET, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [first] = await once(shop.stdout!.setEncoding('utf8'), 'data')
    return /http:\S+/.exec(first)![0]
  }

  it('go the whole way: earn, see it locked, unlock, redeem, consume, reverse, consume', async () => {
    // A port that is free: the shop's address stands in a file before the shop is open.
    const reserved = await openPartner(() => undefined)
    reserved.close()
    folder = new Folder({ 'rules/pack.yaml': RULES, 'rewards.yaml': rewards(reserved.url) })
    const rocket = await folder.serve({ SHOP_SECRET: SECRET })
    const learner = new Learner(() => rocket.url, await issueToken(folder, '--scope learner --user 42'))
    const till = await issueToken(folder, '--scope partner --partner shop')
    const shopUrl = await openShop(reserved.port, { ROCKET_URL: rocket.url, ROCKET_TOKEN: till })
    const seen = async () => {
      const { rewards: all } = await learner.get<{
        rewards: { id: string; available: boolean; locked_because: object[] }[]
      }>('/api/rewards')
      return all.find(({ id }) => id === 'book')!
    }

    const { available, locked_because } = await seen()
    expect(available).to.equal(false)
    expect(JSON.stringify(locked_because)).to.contain('needs_tier').and.to.contain('needs_balance')
    expect((await learner.redeem('book', 30)).status).to.equal(409)

    const event = {
      id: 'lab-1',
      event: 'quiz.graded',
      time: new Date(Date.now() - 60_000).toISOString(),
      user: '42',
      course: '7',
      activity: 'quiz:1',
      object: 'quiz_attempts:1',
      data: { score: 80 },
    }
    const file = folder.write('activity.ndjson', `${JSON.stringify(event)}\n`)
    const imported = await folder.run(['events', 'import', file])
    expect([imported.code, imported.stderr]).to.deep.equal([0, imported.stderr])
    expect(await learner.balance()).to.equal(60)
    expect(await seen()).to.include({ available: true })

    const { status, body } = await learner.redeem('book', 30)
    expect(status).to.equal(201)
    const { token } = await learner.until(body.redemption_id, 'delivered')
    expect(await (await fetch(shopUrl)).text()).to.contain(`issued ${body.redemption_id}: A book, worth 700 GBP`)

    const sale = async (path: string, reference: string) => {
      const headers = { 'content-type': 'application/json' }
      const sent = JSON.stringify({ token, reference })
      const response = await fetch(new URL(path, shopUrl), { method: 'POST', headers, body: sent })
      const { status: state, code } = (await response.json()) as Record<string, unknown>
      return [response.status, code ?? state]
    }
    expect(await sale('till', 'sale-1')).to.deep.equal([200, 'consumed'])
    // The answer got lost: the till asks again with the same reference.
    expect(await sale('till', 'sale-1')).to.deep.equal([200, 'consumed'])
    expect(await sale('till', 'sale-2')).to.deep.equal([409, 'token_consumed'])
    expect(await sale('till/void', 'sale-1')).to.deep.equal([200, 'delivered'])
    expect(await learner.own(body.redemption_id)).to.include({ status: 'delivered', token })
    expect(await sale('till', 'sale-3')).to.deep.equal([200, 'consumed'])
    expect(await learner.own(body.redemption_id)).to.include({ status: 'consumed', token: null })
    expect(await learner.balance()).to.equal(30)
    expect(await folder.json('ledger verify')).to.include({ ok: true })
  })
})
