/**
 * The server is killed at random moments while learners redeem, cancel and consume, and a partner answers slowly. What was
 * acknowledged stays, a retry under the same key gets its first answer, and nothing is paid or handed over twice.
 * ROCKET_REDEMPTION_CRASHES says how often (15), ROCKET_SEED repeats a run's choices.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Folder, type RunningRocket } from '../cli/program.js'
import { openPartner, SECRET, type TestPartner } from '../webhook/partner-server.js'
import { generator, type PairedKey, pairWith, type SignedCall, signedCall, wasKilled } from './killing.js'

const CRASHES = Number(process.env.ROCKET_REDEMPTION_CRASHES ?? 15)
const SEED = Number(process.env.ROCKET_SEED ?? Math.floor(Math.random() * 2 ** 31))
const LEARNERS = 5
const POINTS = 100_000
const CODES = 3_000
/** The outbox is looked at every half second: some lives end before the first look, some in the middle of sending. */
const LONGEST_LIFE_MS = 1_000
const LONGEST_PAUSE_MS = 50
const SLOWEST_ANSWER_MS = 250
const COST = { mug: 5, book: 7, cinema: 3 } as const
type RewardId = keyof typeof COST

interface Answer {
  readonly redemption_id: string
  readonly status: string
  readonly balance: number
  readonly token?: string
  readonly code?: string
  readonly receipt?: string
}

/** One redemption, and what its learner does about it; each step is repeated until it is acknowledged. */
interface Story {
  readonly learner: string
  readonly reward: RewardId
  readonly key: string
  redeemed: Answer | null
  readonly then: 'keep' | 'cancel' | 'consume'
  ended: boolean
}

interface Entry {
  readonly body: {
    seq: number
    kind: string
    points: number
    ref: number | null
    amount_minor: number | null
    reward: string
  }
  readonly data: { user_id: string; detail?: { redemption: string; state: string } }
}

describe(`a server that is killed ${CRASHES} times while rewards are redeemed`, function () {
  this.timeout(30_000 + CRASHES * 8_000)
  const random = generator(SEED)
  const upTo = (most: number): number => Math.floor(random() * most)
  const stories: Story[] = []
  /** What the partner said to each message: one that comes again is told the same. */
  const said = new Map<string, { body: string; status: number }>()
  let troubles = 0
  let cutOff = 0
  let folder: Folder
  let rocket: RunningRocket
  let partner: TestPartner
  let key: PairedKey

  before(async () => {
    console.info(`    ROCKET_SEED=${SEED} repeats the choices of this run`)
    partner = await openPartner((response) => {
      const { headers, body } = partner.received.at(-1)!
      const id = String(headers['webhook-id'])
      const known = said.get(id)
      if (known) expect(body).to.equal(known.body)
      const status = known?.status ?? (upTo(6) === 0 ? 422 : 200)
      said.set(id, { body, status })
      // Written down, and then it fails to say so: the first time, and now and then.
      const failing = troubles === 0 || upTo(8) === 0
      if (failing) troubles++
      setTimeout(() => response.writeHead(failing ? 500 : status).end(), upTo(SLOWEST_ANSWER_MS))
    })
    folder = new Folder({
      'rules/pack.yaml': '- { id: graded, event: quiz.graded, points: 1 }\n',
      'rewards.yaml': `
currency: GBP
budgets: [{ id: main, monthly: 100000.00 }]
partners: [{ id: shop, url: "${partner.url}", secret_env: SHOP_SECRET, allow_private: true }]
rewards:
  - id: mug
    title: A mug
    cost: ${COST.mug}
    value: 1.25
    budget: main
    stock: 10000
    cancel_within: 24h
    approved: &approval { by: Head of student life, on: 2020-01-01 }
  - { id: book, title: A book, cost: ${COST.book}, value: 7.00, budget: main, stock: 10000, delivery: shop, approved: *approval }
  - { id: cinema, title: A cinema ticket, cost: ${COST.cinema}, delivery: codes, approved: *approval }
`,
    })
    await start()
    key = await pairWith(folder, rocket)
    for (let n = 0; n < LEARNERS; n++) {
      const body = JSON.stringify({ user_id: `learner-${n}`, points: POINTS, reason: 'for a test' })
      expect((await call({ path: '/api/adjustments', body, scope: 'admin' })).status).to.equal(201)
    }
    const codes = Array.from({ length: CODES }, (_, n) => `CINEMA-${n}`).join('\n')
    const imported = await folder.run(['codes', 'import', 'cinema', folder.write('codes.csv', `code\n${codes}\n`)])
    expect(imported.code, imported.stderr).to.equal(0)
  })
  after(async () => {
    partner.close()
    await folder.remove()
  })

  const start = async (): Promise<void> => {
    rocket = await folder.serve({ SHOP_SECRET: SECRET })
  }
  const call = (what: SignedCall): Promise<Response> => signedCall(rocket.url, key, what)
  const read = async <T>(path: string, scope: string, sub?: string): Promise<T> =>
    (await (await call({ path, body: null, scope, ...(sub ? { sub } : {}) })).json()) as T

  /** @returns the answer; null where the server was killed. */
  async function send<T>(what: SignedCall, status: number): Promise<T | null> {
    try {
      const response = await call(what)
      const text = await response.text()
      if (response.status !== status) throw new Error(`${what.path}: HTTP ${response.status}: ${text}`)
      return JSON.parse(text)
    } catch (error) {
      if (!wasKilled(error)) throw error
      // Else it was gone already, and nothing was sent.
      const { code } = ((error as Error).cause ?? {}) as { code?: string }
      if (code !== 'ECONNREFUSED') cutOff++
      return null
    }
  }

  const redeem = ({ learner, reward, key: own }: Story): Promise<Answer | null> => {
    const body = JSON.stringify({ expected_cost: COST[reward] })
    return send({ path: `/api/rewards/${reward}/redeem`, body, scope: 'learner', sub: learner, key: own }, 201)
  }

  /** The next step of a story. @returns false where the server was killed. */
  async function step(story: Story): Promise<boolean> {
    if (story.redeemed === null) {
      story.redeemed = await redeem(story)
      return story.redeemed !== null
    }
    const { learner, then, redeemed, key: own } = story
    const { redemption_id, token } = redeemed
    const answer =
      then === 'cancel'
        ? await send(
            { path: `/api/user/redemptions/${redemption_id}/cancel`, body: '', scope: 'learner', sub: learner },
            200,
          )
        : await send(
            { path: '/api/tokens/consume', body: JSON.stringify({ token }), scope: 'admin', key: `till ${own}` },
            200,
          )
    story.ended = answer !== null
    return story.ended
  }

  const isOpen = ({ redeemed, then, ended }: Story): boolean => redeemed === null || (then !== 'keep' && !ended)

  function newStory(learner: string): Story {
    // Not by chance: on a slow machine there are few, and one without a partner proves nothing about it.
    const reward = stories.length % 8 === 0 ? 'book' : upTo(3) === 0 ? 'cinema' : 'mug'
    const then = reward === 'mug' ? (['keep', 'cancel', 'consume'] as const)[upTo(3)]! : 'keep'
    const story: Story = { learner, reward, key: `${SEED}-${stories.length}`, redeemed: null, then, ended: false }
    stories.push(story)
    return story
  }

  async function liveUntilKilled(learner: string): Promise<void> {
    for (;;) {
      const story = newStory(learner)
      while (isOpen(story)) if (!(await step(story))) return
      await sleep(upTo(LONGEST_PAUSE_MS))
    }
  }

  /** A retry gets the first answer; its token or code as long as its learner still has to see it. */
  async function retry(story: Story): Promise<void> {
    const first = story.redeemed!
    // The receipt is of the redemption as it stands now.
    const { token, code, receipt, ...again } = (await redeem(story))!
    const { token: firstToken, code: firstCode, receipt: _, ...expected } = first as Answer & Record<string, unknown>
    expect(receipt).to.be.a('string')
    if ('qr' in again) expect(again.qr).to.equal(expected.qr)
    else delete expected.qr
    expect(again).to.deep.equal(expected)
    if (token !== undefined) expect(token).to.equal(firstToken)
    if (story.reward === 'cinema') expect(code).to.equal(firstCode)
    if (story.reward === 'mug') expect(token !== undefined).to.equal(!story.ended)
  }

  it('loses nothing, pays nothing twice, and starts every time', async () => {
    for (let crash = 0; crash < CRASHES; crash++) {
      const lives = Array.from({ length: LEARNERS }, (_, n) => liveUntilKilled(`learner-${n}`))
      const kill = sleep(upTo(LONGEST_LIFE_MS)).then(() => rocket.stop('SIGKILL'))
      await Promise.all([kill, ...lives])
      await start()
      const open = stories.filter(isOpen)
      for (const story of open) while (isOpen(story)) expect(await step(story)).to.equal(true)
      for (let n = 0; n < 10; n++) await retry(stories[upTo(stories.length)]!)
    }
    console.info(`    ${stories.length} redemptions, ${cutOff} calls cut off by a crash, ${said.size} messages`)
    // Otherwise the crashes came while nothing was happening.
    expect(stories.length).to.be.greaterThan(CRASHES * 3)
    expect(cutOff).to.be.greaterThan(CRASHES / 3)
    await deliverTheRest()
    expect(troubles).to.be.greaterThan(0)
    await Promise.all(stories.map(retry))
    await checkSums()
    expect(await rocket.stop()).to.equal(0)
    expect(await folder.json('ledger verify')).to.include({ ok: true, quick: false })
  })

  /** What waits for its next attempt, minutes away by now, is sent again at once, until the partner has had all of it. */
  async function deliverTheRest(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      type Waiting = { redemptions: { redemption_id: string }[] }
      const { redemptions } = await read<Waiting>('/api/redemptions?state=delivering&limit=1000', 'admin')
      if (redemptions.length === 0) return
      // One that is being sent at this moment may be done by then.
      if (tries % 20 === 0) {
        for (const { redemption_id } of redemptions) {
          const body = JSON.stringify({ reason: 'for a test' })
          const { status } = await call({ path: `/api/redemptions/${redemption_id}/replay`, body, scope: 'admin' })
          expect(status).to.be.oneOf([200, 409])
        }
      }
      await sleep(100)
    }
    throw new Error('redemptions are still on their way')
  }

  async function checkSums(): Promise<void> {
    const { code: ended, stdout, stderr } = await folder.rocket('ledger export --format jsonl')
    expect(ended, stderr).to.equal(0)
    const entries = stdout
      .split('\n')
      .filter(Boolean)
      .map((line): { body: string; data: string } => JSON.parse(line))
      .map(({ body, data }): Entry => ({ body: JSON.parse(body), data: JSON.parse(data) }))
    const about = (kind: string) => entries.filter(({ body }) => body.kind === kind)
    const states = (kind: string) => about(kind).map(({ data }) => `${data.detail!.redemption} ${data.detail!.state}`)
    const id = ({ redeemed }: Story): string => redeemed!.redemption_id

    const issued = about('redemption').map(({ data }) => data.detail!.redemption)
    expect(issued).to.have.members(stories.map(id))
    expect(new Set(issued).size).to.equal(stories.length)

    const books = stories.filter(({ reward }) => reward === 'book').map(id)
    const told = (what: string) => [...said.keys()].filter((message) => message.endsWith(what))
    expect(told('_issued')).to.have.members(books.map((book) => `${book}_issued`))
    const refused = books.filter((book) => said.get(`${book}_issued`)!.status === 422)
    // One that was refused after its answer had been lost once is called off as well, and nothing else is.
    expect(refused.map((book) => `${book}_cancelled`)).to.include.members(told('_cancelled'))
    expect(told('')).to.have.length(books.length + told('_cancelled').length)
    const cancelled = stories.filter(({ then }) => then === 'cancel').map(id)
    const consumed = stories.filter(({ then }) => then === 'consume').map(id)
    const delivered = books.filter((book) => !refused.includes(book))
    expect(states('refund')).to.have.members([
      ...cancelled.map((one) => `${one} cancelled`),
      ...refused.map((one) => `${one} refused`),
    ])
    expect(states('consumption')).to.have.members([
      ...consumed.map((one) => `${one} consumed`),
      ...delivered.map((one) => `${one} delivered`),
    ])

    const gone = new Set([...cancelled, ...refused])
    const standing = stories.filter((story) => !gone.has(id(story)))
    for (let n = 0; n < LEARNERS; n++) {
      const learner = `learner-${n}`
      const own = standing.filter((story) => story.learner === learner)
      const spent = own.reduce((sum, { reward }) => sum + COST[reward], 0)
      const { balance } = await read<{ balance: number }>('/api/user/points', 'learner', learner)
      expect(balance, learner).to.equal(POINTS - spent)
      const points = entries.filter(({ data }) => data.user_id === learner).map(({ body }) => body.points)
      expect(points.reduce((sum, part) => sum + part, 0)).to.equal(balance)
    }

    const count = (reward: RewardId): number => standing.filter((story) => story.reward === reward).length
    const money = entries.reduce((sum, { body }) => sum + (body.amount_minor ?? 0), 0)
    expect(money).to.equal(count('mug') * 125 + count('book') * 700)
    type Budgets = { budgets: { committed_minor: number }[] }
    const { budgets } = await read<Budgets>('/api/reports/budgets', 'reports')
    expect(budgets[0]!.committed_minor).to.equal(money)

    type Rewards = { rewards: { id: RewardId; remaining: number }[] }
    const { rewards } = await read<Rewards>('/api/rewards', 'learner', 'learner-0')
    const left = Object.fromEntries(rewards.map(({ id: reward, remaining }) => [reward, remaining]))
    expect(left).to.deep.equal({
      mug: 10_000 - count('mug'),
      book: 10_000 - count('book'),
      cinema: CODES - count('cinema'),
    })

    const codes = stories.flatMap(({ redeemed }) => redeemed!.code ?? [])
    expect(new Set(codes).size).to.equal(count('cinema'))
    const tokens = stories.flatMap(({ redeemed }) => redeemed!.token ?? [])
    expect(new Set(tokens).size).to.equal(tokens.length)
    expect(tokens).to.have.length(stories.length - codes.length)
  }
})
