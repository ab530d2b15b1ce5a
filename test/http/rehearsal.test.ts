import { expect } from 'chai'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
import { balanceOf, get, post, sendEvents } from './calls.js'

const RULES = '- { id: graded, event: quiz.graded, points: 10, frequency: 1 }\n'
const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 500 }]
rewards:
  - { id: mug, title: Mug, cost: 30, funding: institution, value: 5.00, budget: main, delivery: in_app, approved: { by: Head, on: 2026-08-20 } }
  - { id: pen, title: Pen, cost: 10, funding: institution, value: 1.00, budget: main, delivery: in_app, approved: { by: Head, on: 2026-08-20 } }
`

describe('POST /api/events/simulate', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(RULES, 'source: moodle\n', REWARDS)
  })
  afterEach(() => rocket.close())

  const simulate = (events: unknown) => post(rocket, '/api/events/simulate', JSON.stringify({ events }))
  const entries = async () => (await get(rocket, '/api/rewards/ledger', 'reports')).body.entries.length

  it('says what a batch would grant, limits among its own events included', async () => {
    const { status, body } = await simulate([
      wireEvent({ id: 'a', object: 'quiz_attempts:1' }),
      wireEvent({ id: 'b', object: 'quiz_attempts:2' }),
      'nothing',
    ])
    expect(status).to.equal(200)
    const said = body.results.map(({ status: word, points }: { status: string; points: number }) => [word, points])
    expect(said).to.deep.equal([
      ['recorded', 10],
      ['recorded', 0],
      ['rejected', 0],
    ])
    expect(body.results[1].decisions[0].reason.code).to.equal('frequency')
  })

  it('says the most money that the points could be turned into', async () => {
    // The mug pays 500 pence for 30 points, the pen 100 for 10: ten points are at most 166 pence.
    expect((await simulate([wireEvent({ id: 'a' })])).body.worth).to.deep.equal({ amount_minor: 166, currency: 'GBP' })
    const poor = openRocket(RULES)
    const { body } = await post(poor, '/api/events/simulate', JSON.stringify({ events: [wireEvent()] }))
    poor.close()
    expect(body.worth).to.equal(null)
  })

  it('leaves no trace: the same events pay afterwards, once', async () => {
    const before = await entries()
    await simulate([wireEvent({ id: 'a' })])
    expect([await entries(), balanceOf(rocket, '42')]).to.deep.equal([before, 0])
    expect((await sendEvents(rocket, [wireEvent({ id: 'a' })])).body.results[0]).to.include({
      status: 'recorded',
      points: 10,
    })
    await simulate([wireEvent({ id: 'b', object: 'quiz_attempts:2' })])
    expect([await entries(), balanceOf(rocket, '42')]).to.deep.equal([before + 1, 10])
  })
})
