import { expect } from 'chai'
import request from 'supertest'
import { VERSION } from '../../sidecar/version.js'
import { openRocket, type TestRocket } from '../support.js'
import { get } from './calls.js'

describe('the server', () => {
  let rocket: TestRocket
  before(() => {
    rocket = openRocket()
  })
  after(() => rocket.close())

  it('says its versions, its features and its time to anybody with a token', async () => {
    for (const scope of ['events', 'learner', 'metrics']) {
      const { status, body } = await get(rocket, '/api/handshake', scope)
      expect(status).to.equal(200)
      expect(body).to.deep.include({ version: VERSION, api: 1, source: 'moodle', rules: 1 })
      expect(body.min_bridge).to.match(/^\d+\.\d+\.\d+$/)
      expect(body.features).to.include.members(['events', 'points'])
      expect(body.time).to.equal(new Date(rocket.clock.now).toISOString())
    }
  })

  it('says to everybody that it lives, and that it is ready', async () => {
    const [health, ready] = await Promise.all([request(rocket.app).get('/health'), request(rocket.app).get('/ready')])
    expect([health.status, health.body]).to.deep.equal([200, { status: 'ok' }])
    expect([ready.status, ready.body]).to.deep.equal([200, { status: 'ready' }])
  })

  it('is not ready where no configuration is in force', async () => {
    const other = openRocket()
    try {
      other.context.rules.current = () => {
        throw new Error('no configuration is in force yet')
      }
      const { status, body, headers } = await request(other.app).get('/ready')
      expect([status, body.code]).to.deep.equal([503, 'unavailable'])
      expect(headers['retry-after']).to.match(/^\d+$/)
    } finally {
      other.close()
    }
  })

  for (const path of [
    '/',
    '/nothing',
    '/api',
    '/api/reward',
    '/api/rewards/mug',
    '/api/redemptions/rdm_1',
    '/metrics',
    '/API/handshake',
    '/health/',
  ]) {
    it(`answers 404 to ${path}, as a problem`, async () => {
      const { status, body, type } = await get(rocket, path)
      expect([status, body.code, type]).to.deep.equal([404, 'not_found', 'application/problem+json'])
      expect(body).to.include({ type: 'about:blank', status: 404 })
    })
  }

  it('answers 405 to another method, and says which there are', async () => {
    const answers = await Promise.all([
      request(rocket.app).get('/api/events'),
      request(rocket.app).delete('/api/rewards/ledger'),
      request(rocket.app).post('/health').send('{}'),
      request(rocket.app).put('/api/user/points'),
    ])
    const said = answers.map(({ status, body, headers }) => [status, body.code, headers.allow])
    expect(said).to.deep.equal([
      [405, 'method_not_allowed', 'POST'],
      [405, 'method_not_allowed', 'GET, HEAD'],
      [405, 'method_not_allowed', 'GET, HEAD'],
      [405, 'method_not_allowed', 'GET, HEAD'],
    ])
  })

  it('answers HEAD as GET, without a body', async () => {
    const { status, text } = await request(rocket.app).head('/health')
    expect([status, text]).to.deep.equal([200, undefined])
  })

  it('lets nothing be stored or guessed, and does not say what it is made with', async () => {
    for (const path of ['/health', '/nothing', '/api/handshake']) {
      const { headers } = await request(rocket.app).get(path)
      expect(headers).to.include({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      expect(headers).not.to.have.any.keys('x-powered-by', 'access-control-allow-origin')
    }
  })

  it('shows nothing of what goes wrong inside', async () => {
    const other = openRocket()
    try {
      other.context.view.page = () => {
        throw new Error('secret detail')
      }
      const { status, body, text } = await get(other, '/api/rewards/ledger')
      expect([status, body.code]).to.deep.equal([500, 'internal'])
      expect(text).not.to.contain('secret detail')
    } finally {
      other.close()
    }
  })
})
