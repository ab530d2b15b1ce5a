/**
 * The drill: what happens between a backup and its restore is sent again by a bridge that keeps what a bridge keeps, and
 * everything is what it was. Through the built program and over HTTP.
 */
import { expect } from 'chai'
import { Folder, type RunningRocket } from '../cli/program.js'
import { openPartner, SECRET, type TestPartner } from '../webhook/partner-server.js'
import { type PairedKey, pairWith, type SignedCall, signedCall } from './killing.js'

const LEARNERS = ['ann', 'bob', 'cy', 'dee', 'eve']
/** Erased after the backup. */
const FORGOTTEN = 'eve'

interface Event {
  readonly id: string
  readonly user: string
}
interface Redeemed {
  readonly redemption_id: string
  readonly token?: string
  readonly code?: string
  readonly receipt: string
}
interface Asked {
  readonly resend: { readonly id: string; readonly since: string } | null
}
interface Result {
  readonly redemption_id: string
  readonly status: string
}

/** What the plugin in Moodle does: it keeps what it sent until long after, and of each redemption the last receipt. */
class Bridge {
  readonly #done: { event: Event; sent: string }[] = []
  readonly #receipts = new Map<string, { user: string; receipt: string }>()
  checkpoint: string | null = null
  url = ''

  constructor(readonly paired: PairedKey) {}

  async call<T = Record<string, never>>(what: SignedCall, wanted = 200): Promise<T> {
    const response = await signedCall(this.url, this.paired, what)
    const text = await response.text()
    expect(response.status, `${what.path}: ${text}`).to.equal(wanted)
    return JSON.parse(text)
  }

  read = <T>(path: string, scope: string, sub?: string): Promise<T> =>
    this.call<T>({ path, body: null, scope, ...(sub ? { sub } : {}) })

  async send(events: readonly Event[]): Promise<string[]> {
    const body = JSON.stringify({ events, checkpoint: this.checkpoint })
    const answer = await this.call<{ results: { status: string }[]; checkpoint: string }>({
      path: '/api/events',
      body,
      scope: 'events',
    })
    const sent = new Date().toISOString()
    for (const event of events)
      if (!this.#done.some((row) => row.event.id === event.id)) this.#done.push({ event, sent })
    this.checkpoint = answer.checkpoint
    return answer.results.map(({ status }) => status)
  }

  async redeem(user: string, reward: string, cost: number, key: string): Promise<Redeemed> {
    const body = JSON.stringify({ expected_cost: cost })
    const call = { path: `/api/rewards/${reward}/redeem`, body, scope: 'learner', sub: user, key }
    return this.#keep(user, await this.call<Redeemed>(call, 201))
  }

  async consume(user: string, token: string): Promise<Redeemed> {
    const body = JSON.stringify({ token, reference: 'counter 1' })
    return this.#keep(user, await this.call<Redeemed>({ path: '/api/tokens/consume', body, scope: 'admin' }))
  }

  #keep(user: string, answer: Redeemed): Redeemed {
    this.#receipts.set(answer.redemption_id, { user, receipt: answer.receipt })
    return answer
  }

  async erase(user: string): Promise<void> {
    const body = JSON.stringify({ reason: 'asked for it' })
    await this.call({ path: `/api/learners/${user}/erase`, body, scope: 'privacy' })
    const rows = this.#done.filter(({ event }) => event.user !== user)
    this.#done.splice(0, this.#done.length, ...rows)
    for (const [id, kept] of this.#receipts) if (kept.user === user) this.#receipts.delete(id)
  }

  /** Everything that is asked for. @returns what became of events and receipts. */
  async resend({ since }: { since: string }): Promise<{ events: string[]; receipts: Result[] }> {
    const rows = this.#done.filter(({ sent }) => sent >= since).map(({ event }) => event)
    const events: string[] = []
    for (let from = 0; from < rows.length; from += 40) events.push(...(await this.send(rows.slice(from, from + 40))))
    const body = JSON.stringify({ receipts: [...this.#receipts.values()].map(({ receipt }) => receipt) })
    const { results } = await this.call<{ results: Result[] }>({ path: '/api/receipts', body, scope: 'events' })
    return { events, receipts: results }
  }
}

describe('a restore drill', function () {
  this.timeout(120_000)
  let folder: Folder
  let rocket: RunningRocket
  let bridge: Bridge
  let partner: TestPartner
  const env = { SHOP_SECRET: SECRET }

  before(async () => {
    partner = await openPartner((response) => response.writeHead(200).end('{"code":"SHOP-7"}'))
    folder = new Folder({
      'rocket.yaml': 'source: moodle\ntimezone: Europe/London\n',
      'rules/pack.yaml': '- { id: graded, event: quiz.graded, points: 10 }\n',
      'rewards.yaml': `
currency: GBP
budgets: [{ id: main, monthly: 500.00 }]
partners: [{ id: shop, url: "${partner.url}", secret_env: SHOP_SECRET, allow_private: true }]
rewards:
  - { id: mug, title: A mug, cost: 20, value: 5.00, budget: main, stock: 10, approved: &yes { by: Dean, on: 2020-01-01 } }
  - { id: book, title: A book, cost: 30, value: 7.00, budget: main, delivery: shop, approved: *yes }
  - { id: cinema, title: The cinema, cost: 10, delivery: codes, approved: *yes }
`,
    })
    rocket = await folder.serve(env)
    bridge = new Bridge(await pairWith(folder, rocket))
    bridge.url = rocket.url
    const codes = folder.write('codes.csv', 'code\nCINEMA-1\nCINEMA-2\nCINEMA-3\nCINEMA-4\n')
    expect((await folder.run(['codes', 'import', 'cinema', codes])).code).to.equal(0)
  })
  after(async () => {
    partner.close()
    await folder.remove()
  })

  let made = 0
  const graded = (count: number): Event[] =>
    Array.from({ length: count }, () => {
      const n = ++made
      const user = LEARNERS[n % LEARNERS.length]!
      const about = { course: '7', activity: 'quiz:1', object: `quiz_attempts:${n}`, data: { score: 90 } }
      return { id: `event-${n}`, user, event: 'quiz.graded', time: new Date().toISOString(), ...about }
    })

  /** All that learners, tills and the books can see, without what only says when it was asked. */
  async function everything(): Promise<object> {
    type Redemptions = { redemptions: { redemption_id: string; status: string }[] }
    const learners: Record<string, unknown> = {}
    for (const user of LEARNERS.filter((one) => one !== FORGOTTEN)) {
      const { balance, lifetime } = await bridge.read<Record<string, number>>('/api/user/points', 'learner', user)
      const { redemptions } = await bridge.read<Redemptions>('/api/user/redemptions', 'learner', user)
      const sorted = redemptions.toSorted((a, b) => (a.redemption_id < b.redemption_id ? -1 : 1))
      learners[user] = { balance, lifetime, redemptions: sorted }
    }
    const { rewards } = await bridge.read<{ rewards: Record<string, unknown>[] }>('/api/rewards', 'learner', 'nobody')
    const { budgets } = await bridge.read<{ budgets: object[] }>('/api/reports/budgets', 'reports')
    const { redemptions } = await bridge.read<{ redemptions: { redemption_id: string; seq: number }[] }>(
      '/api/redemptions?limit=100',
      'admin',
    )
    const all = redemptions
      .filter(({ redemption_id }) => redemption_id !== forgotten.redemption_id)
      .map(({ seq: _, messages: __, ...one }: { redemption_id: string; seq: number; messages?: unknown }) => one)
      .toSorted((a, b) => (a.redemption_id < b.redemption_id ? -1 : 1))
    const stock = rewards.map(({ id, remaining }) => ({ id, remaining }))
    return { learners, stock, budgets, redemptions: all }
  }

  const arrived = async (id: string): Promise<void> => {
    for (;;) {
      type Redemptions = { redemptions: { redemption_id: string; status: string }[] }
      const { redemptions } = await bridge.read<Redemptions>('/api/redemptions?limit=100', 'admin')
      if (redemptions.find(({ redemption_id }) => redemption_id === id)?.status === 'delivered') return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  let forgotten: Redeemed
  let mug: Redeemed
  let book: Redeemed
  let codes: string[]
  let wanted: object
  const file = (): string => `${folder.path}/backup`

  it('begins with a backup beside the running server, and a day after it', async () => {
    await bridge.send(graded(50))
    await bridge.redeem('bob', 'mug', 20, 'before the backup')
    forgotten = await bridge.redeem(FORGOTTEN, 'cinema', 10, 'forgotten')
    expect((await folder.run(['backup', file()])).code).to.equal(0)

    await bridge.send(graded(100))
    mug = await bridge.redeem('ann', 'mug', 20, 'a')
    await bridge.consume('ann', mug.token!)
    const cinema = [await bridge.redeem('ann', 'cinema', 10, 'b'), await bridge.redeem('bob', 'cinema', 10, 'c')]
    codes = cinema.map(({ code }) => code!)
    book = await bridge.redeem('cy', 'book', 30, 'd')
    await bridge.redeem('dee', 'mug', 20, 'e')
    await arrived(book.redemption_id)
    await bridge.erase(FORGOTTEN)
    wanted = await everything()
    expect(partner.received).to.have.length(1)
  })

  it('goes back to the backup, and waits', async () => {
    await rocket.stop()
    const { code, stderr } = await folder.run(['restore', file(), '--reason', 'a drill'])
    expect(code, stderr).to.equal(0)
    rocket = await folder.serve(env)
    bridge.url = rocket.url
    expect(await everything()).to.not.deep.equal(wanted)
    const locked = {
      path: '/api/rewards/cinema/redeem',
      body: '{"expected_cost":10}',
      scope: 'learner',
      sub: 'cy',
      key: 'x',
    }
    expect(await bridge.call<{ code: string }>(locked, 409)).to.include({ code: 'redeeming_paused' })
    const held = bridge.checkpoint!
    const { consistency, checkpoint } = await bridge.call<{ consistency: null; checkpoint: string }>({
      path: '/api/events',
      body: JSON.stringify({ events: [], checkpoint: held }),
      scope: 'events',
    })
    expect(consistency).to.equal(null)
    expect(checkpoint.split('\n')[0]).not.to.equal(held.split('\n')[0])
  })

  it('is sent again what the backup lacks, and goes on', async () => {
    const { resend } = await bridge.read<Asked>('/api/handshake', 'events')
    const { events, receipts } = await bridge.resend(resend!)
    expect(events.filter((status) => status === 'recorded')).to.have.length(80)
    expect(receipts.map(({ status }) => status).sort()).to.deep.equal(['known', ...Array(5).fill('restored')])
    expect((await bridge.resend(resend!)).receipts.map(({ status }) => status)).to.deep.equal(Array(6).fill('known'))
    const body = JSON.stringify({ id: resend!.id })
    expect(await bridge.call({ path: '/api/resent', body, scope: 'events' })).to.include({ redeeming: 'open' })
    expect((await bridge.read<Asked>('/api/notices', 'events')).resend).to.equal(null)
  })

  it('is as it was: balances, redemptions, states, stock and money', async () => {
    await arrived(book.redemption_id)
    expect(await everything()).to.deep.equal(wanted)
    expect((await folder.rocket('ledger verify')).stdout).to.contain('The ledger verifies')
  })

  it('has told the partner again, under the same id and in the same words', () => {
    const told = partner.received.map(({ headers, body }) => [headers['webhook-id'], body])
    expect(told).to.have.length(2)
    expect(told[1]).to.deep.equal(told[0])
  })

  it('does not bring back who was erased', async () => {
    const kept = await bridge.read<object>(`/api/learners/${FORGOTTEN}/export`, 'privacy')
    expect(kept).to.include({ known: false })
    const body = JSON.stringify({ receipts: [forgotten.receipt] })
    const { results } = await bridge.call<{ results: Result[] }>({ path: '/api/receipts', body, scope: 'events' })
    expect(results[0]).to.include({ redemption_id: forgotten.redemption_id, status: 'refused' })
  })

  it('hands out no code twice, and takes no token twice', async () => {
    const { code } = await bridge.redeem('cy', 'cinema', 10, 'after')
    expect(code).to.match(/^CINEMA-\d$/)
    expect([...codes, forgotten.code]).not.to.include(code)
    const again = { path: '/api/tokens/consume', body: JSON.stringify({ token: mug.token }), scope: 'admin' }
    expect(await bridge.call(again, 409)).to.include({ code: 'token_consumed', reference: 'counter 1' })
  })
})
