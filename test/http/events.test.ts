import { expect } from 'chai'
import request from 'supertest'
import { openRocket, type TestRocket, wireEvent } from '../support.js'

describe('POST /api/events', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket()
  })
  afterEach(() => rocket.close())

  const send = (events: unknown[]) => {
    const body = JSON.stringify({ events })
    const call = { method: 'POST', path: '/api/events', body }
    return request(rocket.app)
      .post(call.path)
      .set('Authorization', `Bearer ${rocket.token('events', {}, call)}`)
      .set('Content-Type', 'application/json')
      .send(body)
  }

  it('grants what the seed rule says, and says so', async () => {
    const { status, body } = await send([wireEvent({ id: 'a' })])
    expect(status).to.equal(200)
    expect(body.results).to.have.length(1)
    expect(body.results[0]).to.deep.include({ id: 'a', status: 'recorded', points: 10, held: 0 })
    expect(body.results[0].decisions[0]).to.deep.include({ rule_id: 'submit_quiz', outcome: 'granted', points: 10 })
    expect(body.checkpoint).to.equal(null)
  })

  it('takes an id once, and answers a resend as it answered the first time', async () => {
    const event = wireEvent({ id: 'a' })
    const first = await send([event])
    const second = await send([event])
    expect(second.body.results[0]).to.deep.equal({ ...first.body.results[0], status: 'duplicate' })
    expect(
      rocket.context.stores.ledger.balance(rocket.context.stores.learners.subjectOf('moodle', '42')!).points,
    ).to.equal(10)
  })
})
