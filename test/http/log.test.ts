/** What the server writes to its log: never whom a call was about. */
import { expect } from 'chai'
import { pino } from 'pino'
import { createApp } from '../../sidecar/http/server.js'
import { openRocket, type TestRocket } from '../support.js'
import { get, post } from './calls.js'
import { give } from './shop.js'

describe('the log of the server', () => {
  let rocket: TestRocket
  const lines: string[] = []
  beforeEach(() => {
    const plain = openRocket()
    lines.length = 0
    const log = pino({ base: null }, { write: (line: string) => void lines.push(line) })
    rocket = { ...plain, app: createApp({ ...plain.context, log }) }
  })
  afterEach(() => rocket.close())

  it('names the route of a call that failed, and no learner', async () => {
    await give(rocket, 'ann-zuckmayer', 5)
    const { connection } = rocket.context.stores.writer
    connection.exec(`DROP TRIGGER private_record_is_deleted_by_an_erasure_alone;
      DELETE FROM private_record WHERE seq = (SELECT max(seq) FROM entry)`)
    expect((await get(rocket, '/api/learners/ann-zuckmayer/export', 'privacy', { sub: 'dpo-9' })).status).to.equal(500)
    const { route, method, err } = JSON.parse(lines.join(''))
    expect([method, route]).to.deep.equal(['GET', '/api/learners/:id/export'])
    expect(err.message).to.match(/^the record of entry \d+ is gone/)
    expect(lines.join('')).to.not.match(/zuckmayer|dpo-9/)
  })

  it('says nothing of calls that are refused', async () => {
    const path = '/api/learners/ann-zuckmayer/erase'
    expect((await post(rocket, path, '{}', 'privacy', { sub: 'dpo-9' })).status).to.equal(400)
    expect((await get(rocket, '/api/learners/ann-zuckmayer/nothing')).status).to.equal(404)
    expect(lines).to.deep.equal([])
  })
})
