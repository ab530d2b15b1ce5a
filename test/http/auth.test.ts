import { createHash, createHmac } from 'node:crypto'
import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import request from 'supertest'
import { openRocket, type TestRocket } from '../support.js'
import { get, post, postAs } from './calls.js'

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const hashOf = (body: string): string => createHash('sha256').update(body).digest('base64url')

describe('who may call', () => {
  let rocket: TestRocket
  before(() => {
    rocket = openRocket()
  })
  after(() => rocket.close())

  const key = () => rocket.context.secrets().pairing!.secrets.at(-1)!
  const second = () => Math.floor(rocket.clock.now / 1_000)
  const claims = (given: object = {}): object => {
    const iat = second()
    return { aud: 'rocket', iss: 'moodle', scope: 'admin', iat, exp: iat + 60, ...given }
  }
  /** Signed as given, whatever the library would say about it. */
  const signed = (payload: object, header: object = {}, digest = 'sha256', secret = key().secret): string => {
    const text = `${encoded({ alg: 'HS256', typ: 'JWT', kid: key().kid, ...header })}.${encoded(payload)}`
    return `${text}.${createHmac(digest, secret).update(text).digest('base64url')}`
  }
  const handshake = (authorization: string | null) => {
    const call = request(rocket.app).get('/api/handshake')
    return authorization === null ? call : call.set('Authorization', authorization)
  }

  it('lets a rightly signed token in', async () => {
    expect((await handshake(`Bearer ${signed(claims())}`)).status).to.equal(200)
    expect((await handshake(`bearer ${signed(claims())}`)).status).to.equal(200)
  })

  const refused: Record<string, () => string | null> = {
    'no token': () => null,
    'another way to authenticate': () => `Basic ${encoded('user:password')}`,
    'nothing after Bearer': () => 'Bearer ',
    garbage: () => 'Bearer garbage',
    'garbage in three parts': () => 'Bearer gar.ba.ge',
    'a header that is no JSON': () => `Bearer ${Buffer.from('{"alg"').toString('base64url')}.${encoded({})}.x`,
    'a payload that is no JSON': () => `Bearer ${encoded({ alg: 'HS256', typ: 'JWT', kid: key().kid })}.eA.eA`,
    'a header that is null': () => `Bearer ${encoded(null)}.${encoded(claims())}.x`,
    'a header that is a list': () => `Bearer ${encoded([])}.${encoded(claims())}.x`,
    'alg none without a signature': () => `Bearer ${encoded({ alg: 'none', kid: key().kid })}.${encoded(claims())}.`,
    'alg none with a signature': () => `Bearer ${signed(claims(), { alg: 'none' })}`,
    'alg None': () => `Bearer ${signed(claims(), { alg: 'None' })}`,
    'a header that says RS256': () => `Bearer ${signed(claims(), { alg: 'RS256' })}`,
    'a header that says ES256': () => `Bearer ${signed(claims(), { alg: 'ES256' })}`,
    HS384: () => `Bearer ${signed(claims(), { alg: 'HS384' }, 'sha384')}`,
    HS512: () => `Bearer ${signed(claims(), { alg: 'HS512' }, 'sha512')}`,
    'a token without a kid': () => `Bearer ${signed(claims(), { kid: undefined })}`,
    'a kid that is not known': () => `Bearer ${signed(claims(), { kid: 'another' })}`,
    'a kid that is no text': () => `Bearer ${signed(claims(), { kid: { toString: 1 } })}`,
    'another secret': () => `Bearer ${signed(claims(), {}, 'sha256', 'another')}`,
    'an empty secret': () => `Bearer ${signed(claims(), {}, 'sha256', '')}`,
    'a changed payload': () => {
      const [head, , signature] = signed(claims({ scope: 'events' })).split('.')
      return `Bearer ${head}.${encoded(claims())}.${signature}`
    },
    'the secret of the pairing under the kid of issued tokens': () => `Bearer ${signed(claims(), { kid: 'issued' })}`,
    'no audience': () => `Bearer ${signed(claims({ aud: undefined }))}`,
    'another audience': () => `Bearer ${signed(claims({ aud: 'shuttle' }))}`,
    'no issuer': () => `Bearer ${signed(claims({ iss: undefined }))}`,
    'another issuer': () => `Bearer ${signed(claims({ iss: 'canvas' }))}`,
    'an expired token': () => `Bearer ${signed(claims({ iat: second() - 120, exp: second() - 60 }))}`,
    'a token that lives longer than five minutes': () => `Bearer ${signed(claims({ exp: second() + 301 }))}`,
    'a token signed for next year': () => `Bearer ${signed(claims({ iat: second() + 3e7, exp: second() + 3e7 + 60 }))}`,
    'a token without exp': () => `Bearer ${signed(claims({ exp: undefined }))}`,
    'an exp that is no number': () => `Bearer ${signed(claims({ exp: 'never' }))}`,
    'a token without iat': () => `Bearer ${signed(claims({ iat: undefined }))}`,
    'an iat that is no number': () => `Bearer ${signed(claims({ iat: 'now', exp: second() + 3e7 }))}`,
    'a token that is not valid yet': () => `Bearer ${signed(claims({ nbf: second() + 200, exp: second() + 250 }))}`,
    'no scope': () => `Bearer ${signed(claims({ scope: undefined }))}`,
    'an unknown scope': () => `Bearer ${signed(claims({ scope: 'root' }))}`,
    'a scope that is no text': () => `Bearer ${signed(claims({ scope: ['admin'] }))}`,
    'the partner scope, signed by the bridge': () => `Bearer ${signed(claims({ scope: 'admin partner' }))}`,
    'a learner who is a number': () => `Bearer ${signed(claims({ scope: 'learner', sub: 42 }))}`,
    'a learner without a name': () => `Bearer ${signed(claims({ scope: 'learner', sub: '' }))}`,
  }
  for (const [what, authorization] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      const { status, body, type, headers } = await handshake(authorization())
      expect([status, body.code, type]).to.deep.equal([401, 'unauthorized', 'application/problem+json'])
      expect(body.detail).to.match(/^[A-Z\d`].{10,}/i)
      expect(headers['www-authenticate']).to.match(/^Bearer/)
    })
  }

  it('allows for clocks that differ by half a minute, and for no more', async () => {
    const ended = (ago: number) => handshake(`Bearer ${signed(claims({ iat: second() - 200, exp: second() - ago }))}`)
    expect((await ended(29)).status).to.equal(200)
    expect((await ended(31)).status).to.equal(401)
    const begins = (ahead: number) => {
      const iat = second() + ahead
      return handshake(`Bearer ${signed(claims({ iat, exp: iat + 60 }))}`)
    }
    expect((await begins(30)).status).to.equal(200)
    expect((await begins(31)).status).to.equal(401)
  })

  describe('a call that changes something', () => {
    const path = '/api/events'
    const body = '{"events":[]}'
    const bound = (given: object) =>
      signed(claims({ scope: 'events', bh: hashOf(body), method: 'POST', path, ...given }))

    it('is let in with the hash of its body, its method and its path', async () => {
      expect((await postAs(rocket, path, body, bound({}))).status).to.equal(200)
    })

    const wrong: Record<string, object> = {
      'no hash of the body': { bh: undefined },
      'the hash of another body': { bh: hashOf('{"events":[1]}') },
      'the hash of an empty body': { bh: hashOf('') },
      'the hash in base64 with padding': { bh: `${hashOf(body)}=` },
      'a hash that is no text': { bh: 1 },
      'no method': { method: undefined },
      'the method of another call': { method: 'GET' },
      'no path': { path: undefined },
      'the path of another call': { path: '/api/pair/rotate' },
    }
    for (const [what, given] of Object.entries(wrong)) {
      it(`is refused with ${what}`, async () => {
        const { status, body: problem } = await postAs(rocket, path, body, bound(given))
        expect([status, problem.code]).to.deep.equal([401, 'unauthorized'])
      })
    }

    it('needs the hash of an empty body too', async () => {
      const empty = { scope: 'admin', path: '/api/pair/rotate', method: 'POST' }
      const rotate = (given: object) => postAs(rocket, empty.path, '', signed(claims({ ...empty, ...given })))
      expect((await rotate({})).status).to.equal(401)
      expect((await rotate({ bh: hashOf('{}') })).status).to.equal(401)
      expect((await rotate({ bh: hashOf('') })).status).to.equal(200)
    })

    it('is refused where its body was put in another’s place', async () => {
      expect((await postAs(rocket, path, '{"events":[{}]}', bound({}))).status).to.equal(401)
    })
  })

  it('answers 403 to a token that lacks the scope', async () => {
    const calls = await Promise.all([
      get(rocket, '/api/events/subscriptions', 'reports'),
      get(rocket, '/api/rewards/ledger', 'learner', { sub: '42' }),
      get(rocket, '/api/user/points?user_id=42', 'reports'),
      post(rocket, '/api/events', '{"events":[]}', 'learner review privacy metrics reports'),
    ])
    for (const { status, body } of calls) expect([status, body.code]).to.deep.equal([403, 'forbidden'])
  })

  it('answers 403 to a learner who asks for another, whether that one exists or not', async () => {
    for (const path of ['/api/user/points', '/api/user/decisions']) {
      const { status, body } = await get(rocket, `${path}?user_id=43`, 'learner', { sub: '42' })
      expect([status, body.code]).to.deep.equal([403, 'forbidden'])
      expect((await get(rocket, `${path}?user_id=42`, 'learner', { sub: '42' })).status).to.equal(200)
    }
  })

  it('says 401 before it says anything about the call', async () => {
    expect((await postAs(rocket, '/api/events', 'not JSON', null)).status).to.equal(401)
    expect((await request(rocket.app).get('/api/rewards/ledger?limit=0')).status).to.equal(401)
  })

  it('takes the token only from the header', async () => {
    const { status } = await request(rocket.app).get(`/api/handshake?access_token=${jwt.sign(claims(), key().secret)}`)
    expect(status).to.equal(401)
  })
})
