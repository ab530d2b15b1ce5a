/** Everybody at once, over real connections: what is counted stays counted, whoever comes first. */
import { Agent, request, type Server } from 'node:http'
import { expect } from 'chai'
import { adjust } from '../../sidecar/actions/adjust.js'
import { budgetState } from '../../sidecar/actions/catalogue.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { listen } from '../../sidecar/listen.js'
import type { TestRocket } from '../support.js'
import { addCodes, momentOf, openShop } from './shop.js'

const REWARDS = `
currency: GBP
budgets:
  - { id: main, monthly: 35.00 }
rewards:
  - id: mug
    title: A mug
    cost: 50
    value: 5.00
    budget: main
    stock: 10
    approved: &approval { by: Head of student life, on: 2026-08-20 }
  - { id: tea, title: Tea, cost: 10, approved: *approval }
  - { id: cinema, title: A cinema ticket, cost: 10, delivery: codes, approved: *approval }
`

interface Answered {
  readonly status: number
  readonly body: Record<string, unknown>
}

describe('a race', function () {
  this.timeout(60_000)
  let rocket: TestRocket
  let server: Server
  let url: string
  let agent: Agent
  beforeEach(async () => {
    rocket = openShop(REWARDS)
    const listening = await listen(rocket.context)
    server = listening.server
    url = listening.url
    agent = new Agent({ keepAlive: true, maxSockets: 1_000 })
  })
  afterEach('the ledger still proves everything', async () => {
    try {
      const { ok, problems } = verifyLedger(rocket.context.reader, { quick: false })
      expect(problems).to.deep.equal([])
      expect(ok).to.equal(true)
    } finally {
      agent.destroy()
      await new Promise((resolve) => server.close(resolve))
      rocket.close()
    }
  })

  /** A signed call over one of the kept connections. */
  function call(scope: string, sub: string, path: string, json: object, key: string | null): Promise<Answered> {
    const body = JSON.stringify(json)
    const token = rocket.token(scope, { sub }, { method: 'POST', path, body })
    const headers = { Authorization: `Bearer ${token}`, ...(key === null ? {} : { 'Idempotency-Key': key }) }
    return new Promise((resolve, reject) => {
      const sent = request(url + path, { method: 'POST', agent, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part) => (text += part))
        response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }))
        response.on('error', reject)
      })
      sent.on('error', reject).end(body)
    })
  }
  const redeem = (user: string, reward: string, cost: number, key: string): Promise<Answered> =>
    call('learner', user, `/api/rewards/${reward}/redeem`, { expected_cost: cost }, key)

  const give = (users: readonly string[], points: number): void =>
    rocket.context.stores.writer.write(() => {
      for (const userId of users) adjust(momentOf(rocket), { userId, points, reason: 'for a race', actor: 'test' })
    })
  const learners = (count: number): string[] => Array.from({ length: count }, (_, index) => `learner-${index}`)
  const balance = (user: string): number => {
    const { ledger, learners: known } = rocket.context.stores
    return ledger.balance(known.subjectOf('moodle', user)!).points
  }
  /** The rows of the ledger, as they stand. */
  const entries = () =>
    [...rocket.context.view.jsonl({})]
      .join('')
      .split('\n')
      .filter(Boolean)
      .map((line): Record<string, unknown> => JSON.parse(JSON.parse(line).body))
  const redemptions = () => entries().filter(({ kind }) => kind === 'redemption')
  const withStatus = (answers: readonly Answered[], status: number) => answers.filter((one) => one.status === status)

  it('of 1,000 learners for a stock of 10 and money for 7 is won by exactly 7', async () => {
    const users = learners(1_000)
    give(users, 60)
    const answers = await Promise.all(users.map((user) => redeem(user, 'mug', 50, 'once')))
    const [won, lost] = [withStatus(answers, 201), withStatus(answers, 409)]
    expect([won.length, lost.length]).to.deep.equal([7, 993])
    for (const { body } of lost) {
      expect(body).to.include({ code: 'reward_locked', status: 409 })
      const reasons = body.locked_because as { code: string }[]
      expect(reasons.map(({ code }) => code)).to.deep.equal(['budget_used_up'])
    }
    expect(new Set(won.map(({ body }) => body.token)).size).to.equal(7)
    expect(new Set(won.map(({ body }) => body.redemption_id)).size).to.equal(7)

    const balances = users.map(balance)
    expect(balances.filter((points) => points === 10)).to.have.length(7)
    expect(balances.filter((points) => points === 60)).to.have.length(993)
    expect(answers.map(({ status }) => (status === 201 ? 10 : 60))).to.deep.equal(balances)
    const { allowed, committed, left } = budgetState(momentOf(rocket), 'main')
    expect([allowed, committed, left]).to.deep.equal([3_500, 3_500, 0])
    expect(rocket.context.stores.redemptions.issued('mug')).to.equal(7)
    const written = redemptions()
    expect(written).to.have.length(7)
    for (const entry of written) {
      expect(entry).to.include({ points: -50, amount_minor: 500, currency: 'GBP', budget: 'main', reward: 'mug' })
    }
  })

  it('of one learner’s retries under one key is one redemption, and 200 times its answer', async () => {
    give(['42'], 500)
    const answers = await Promise.all(Array.from({ length: 200 }, () => redeem('42', 'mug', 50, 'the same')))
    expect(withStatus(answers, 201)).to.have.length(200)
    for (const { body } of answers) expect(body).to.deep.equal(answers[0]!.body)
    expect(redemptions()).to.have.length(1)
    expect(balance('42')).to.equal(450)
  })

  it('of one learner under 200 keys, with points for 3, is three redemptions', async () => {
    give(['42'], 39)
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => redeem('42', 'tea', 10, `key ${n}`)))
    expect([withStatus(answers, 201).length, withStatus(answers, 409).length]).to.deep.equal([3, 197])
    expect(balance('42')).to.equal(9)
    expect(redemptions()).to.have.length(3)
    const won = withStatus(answers, 201).map(({ body }) => body)
    expect(won.map((body) => body.balance)).to.have.members([29, 19, 9])
    expect(new Set(won.map((body) => body.token)).size).to.equal(3)
    // Who lost may try the same key again when there are points: nothing was remembered of a refusal.
    const loser = answers.findIndex(({ status }) => status === 409)
    give(['42'], 1)
    expect((await redeem('42', 'tea', 10, `key ${loser}`)).status).to.equal(201)
  })

  it('of 100 tills for one token is won by exactly one', async () => {
    give(['42'], 50)
    const { body } = await redeem('42', 'tea', 10, 'once')
    const consume = (n: number) =>
      call('admin', 'clerk', '/api/tokens/consume', { token: body.token, reference: `till ${n}` }, null)
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => consume(n)))
    expect([withStatus(answers, 200).length, withStatus(answers, 409).length]).to.deep.equal([1, 99])
    const winner = answers.findIndex(({ status }) => status === 200)
    for (const lost of withStatus(answers, 409)) {
      expect(lost.body).to.include({ code: 'token_consumed', reference: `till ${winner}`, consumed_by: 'counter' })
    }
    expect(entries().filter(({ kind }) => kind === 'consumption')).to.have.length(1)
  })

  it('of 100 tills under one key is one consumption, and 100 times its answer', async () => {
    give(['42'], 50)
    const { body } = await redeem('42', 'tea', 10, 'once')
    const consume = () => call('admin', 'clerk', '/api/tokens/consume', { token: body.token }, 'sale 7')
    const answers = await Promise.all(Array.from({ length: 100 }, consume))
    expect(withStatus(answers, 200)).to.have.length(100)
    for (const answer of answers) expect(answer.body).to.deep.equal(answers[0]!.body)
    expect(entries().filter(({ kind }) => kind === 'consumption')).to.have.length(1)
  })

  it('of cancelling by a person against consuming at a till has one winner', async () => {
    const users = learners(20)
    give(users, 50)
    for (const user of users) {
      const { body } = await redeem(user, 'tea', 10, 'once')
      const path = `/api/redemptions/${body.redemption_id}/cancel`
      const [cancelled, consumed] = await Promise.all([
        call('admin', 'boss', path, { reason: 'a race' }, null),
        call('admin', 'clerk', '/api/tokens/consume', { token: body.token }, null),
      ])
      // A person in charge may cancel what was consumed no more than a till may consume what was cancelled.
      expect([cancelled.status, consumed.status].sort()).to.deep.equal([200, 409])
      expect(balance(user)).to.equal(cancelled.status === 200 ? 50 : 40)
    }
  })

  it('of 50 learners for a pool of 20 codes gives 20 of them a code each, all different', async () => {
    const users = learners(50)
    give(users, 10)
    const codes = Array.from({ length: 20 }, (_, n) => `CINEMA-${n}`)
    addCodes(rocket, 'cinema', codes)
    const answers = await Promise.all(users.map((user) => redeem(user, 'cinema', 10, 'once')))
    const won = withStatus(answers, 201).map(({ body }) => body.code)
    expect(won).to.have.members(codes)
    for (const { body } of withStatus(answers, 409)) {
      expect((body.locked_because as { code: string }[])[0]).to.include({ code: 'out_of_stock' })
    }
    expect(withStatus(answers, 409)).to.have.length(30)
    expect(users.reduce((sum, user) => sum + balance(user), 0)).to.equal(300)
  })
})
