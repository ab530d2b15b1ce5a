import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import request from 'supertest'
import { issueToken, type Scope } from '../../sidecar/actions/token.js'
import { openRocket, type TestRocket } from '../support.js'
import { get, post, postAs } from './calls.js'

const DAY = 86_400_000

describe('an issued token', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket()
  })
  afterEach(() => rocket.close())

  const issue = (scopes: Scope[], userId: string | null = null) => {
    const { stores, rules, secrets } = rocket.context
    const order = { scopes, userId, partner: null, name: null, ttl: 90 * DAY, actor: 'test', now: rocket.clock.now }
    return stores.writer.write(() => issueToken(stores, rules.current(), secrets(), order))
  }
  const ask = (path: string, token: string) => request(rocket.app).get(path).set('Authorization', `Bearer ${token}`)

  it('is let in for its scopes and no others', async () => {
    const { token } = issue(['reports'])
    expect((await ask('/api/rewards/ledger', token)).status).to.equal(200)
    expect((await ask('/api/user/points?user_id=42', token)).status).to.equal(403)
  })

  it('needs no hash of the body', async () => {
    expect((await postAs(rocket, '/api/events', '{"events":[]}', issue(['events']).token)).status).to.equal(200)
  })

  it('speaks for its own learner', async () => {
    const { token } = issue(['learner'], '42')
    expect((await ask('/api/user/points', token)).body.user_id).to.equal('42')
    expect((await ask('/api/user/points?user_id=43', token)).status).to.equal(403)
  })

  it('is refused from the moment it is revoked', async () => {
    const { id, token } = issue(['reports'])
    rocket.context.stores.tokens.revoke(id, rocket.clock.now)
    const { status, body } = await ask('/api/handshake', token)
    expect([status, body.code]).to.deep.equal([401, 'unauthorized'])
    expect(body.detail).to.contain('revoked')
  })

  it('is refused when its time is over', async () => {
    const { token } = issue(['reports'])
    rocket.clock.now += 90 * DAY - 1_000
    expect((await ask('/api/handshake', token)).status).to.equal(200)
    rocket.clock.now += 60_000
    expect((await ask('/api/handshake', token)).status).to.equal(401)
  })

  it('is refused where its id was never issued, or is missing', async () => {
    const { tokenKey } = rocket.context.secrets()
    const exp = Math.floor(rocket.clock.now / 1_000) + 60
    for (const jti of [undefined, 'unknown', 7, { a: 1 }]) {
      const text = JSON.stringify({ aud: 'rocket', scope: 'admin', exp, jti })
      const token = jwt.sign(text, tokenKey, {
        algorithm: 'HS256',
        header: { alg: 'HS256', typ: 'JWT', kid: 'issued' },
      })
      expect((await ask('/api/handshake', token)).status, String(jti)).to.equal(401)
    }
  })

  it('cannot rotate the secret of the pairing', async () => {
    const { status } = await postAs(rocket, '/api/pair/rotate', '', issue(['admin']).token)
    expect(status).to.equal(403)
  })
})

describe('rotating the secret', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket()
  })
  afterEach(() => rocket.close())

  const secrets = () => rocket.context.secrets().pairing!.secrets
  const as = (kid: string, secret: string, call: object = {}): string => {
    const iat = Math.floor(rocket.clock.now / 1_000)
    const claims = { aud: 'rocket', iss: 'moodle', scope: 'admin', iat, exp: iat + 60, ...call }
    return jwt.sign(claims, secret, { algorithm: 'HS256', keyid: kid })
  }
  const works = async (token: string): Promise<boolean> =>
    (await request(rocket.app).get('/api/handshake').set('Authorization', `Bearer ${token}`)).status === 200
  const rotate = () => post(rocket, '/api/pair/rotate', '', 'admin')
  const BINDING = { bh: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU', method: 'POST', path: '/api/pair/rotate' }

  it('gives a new one, honours the old one for 24 hours, and no longer', async () => {
    const [old] = secrets()
    const { status, body } = await rotate()
    expect(status).to.equal(200)
    expect(body).to.have.all.keys('kid', 'secret', 'source', 'ledger_keys')
    expect(await works(as(body.kid, body.secret))).to.equal(true)
    expect(await works(as(old!.kid, old!.secret))).to.equal(true)
    rocket.clock.now += DAY - 1
    expect(await works(as(old!.kid, old!.secret))).to.equal(true)
    rocket.clock.now += 1
    expect(await works(as(old!.kid, old!.secret))).to.equal(false)
    expect(await works(as(body.kid, body.secret))).to.equal(true)
  })

  it('keeps two live at most', async () => {
    const [first] = secrets()
    await rotate()
    await rotate()
    expect(secrets()).to.have.length(2)
    expect(await works(as(first!.kid, first!.secret))).to.equal(false)
  })

  it('writes itself on the ledger without the secret', async () => {
    const { body } = await rotate()
    const { entries } = (await get(rocket, '/api/rewards/ledger?kind=administration')).body
    expect(entries).to.have.length(1)
    expect([...rocket.context.view.jsonl({})].join('')).not.to.contain(body.secret)
  })

  it('honours the secret that signed the call, so that lost answers lock nobody out', async () => {
    const [known] = secrets()
    for (let lost = 0; lost < 3; lost++) {
      expect((await postAs(rocket, BINDING.path, '', as(known!.kid, known!.secret, BINDING))).status).to.equal(200)
    }
    expect(await works(as(known!.kid, known!.secret))).to.equal(true)
    expect(secrets()).to.have.length(2)
    rocket.clock.now += DAY
    expect(await works(as(known!.kid, known!.secret))).to.equal(false)
  })

  it('answers 503 where the disk has no room for the secrets', async () => {
    for (const code of ['ENOSPC', 'EROFS']) {
      rocket.context.saveSecrets = () => {
        throw Object.assign(new Error(`${code}: no`), { code, syscall: 'write' })
      }
      const { status, body, headers } = await rotate()
      expect([status, body.code, headers['retry-after']]).to.deep.equal([503, 'unavailable', '5'])
    }
  })

  it('changes nothing where it cannot be written down', async () => {
    const before = rocket.context.secrets()
    const { connection } = rocket.context.stores.writer
    connection.pragma('query_only = 1')
    expect((await rotate()).status).to.equal(503)
    expect(rocket.context.secrets()).to.deep.equal(before)
    connection.pragma('query_only = 0')
    expect((await rotate()).status).to.equal(200)
  })
})
