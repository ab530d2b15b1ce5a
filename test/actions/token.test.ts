import { expect } from 'chai'
import jwt from 'jsonwebtoken'
import {
  AUDIENCE,
  ISSUED_KID,
  issueToken,
  offerPairingCode,
  PairedWithAnother,
  pair,
  rotate,
} from '../../sidecar/actions/token.js'
import { NOW, openRocket, type TestRocket } from '../support.js'

const DAY = 86_400_000
const MOODLE = { wwwroot: 'https://moodle.example', siteHash: 'abc' }

describe('a token', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket()
  })
  afterEach(() => rocket.close())

  const issue = (userId: string | null = null) => {
    const { stores, rules, secrets } = rocket.context
    const order = {
      scopes: ['learner', 'reports'] as const,
      userId,
      partner: null,
      name: 'BI',
      ttl: 90 * DAY,
      actor: 'it',
      now: NOW,
    }
    return stores.writer.write(() => issueToken(stores, rules.current(), secrets(), order))
  }

  it('is signed, named by its id and expires', () => {
    const { id, token, expires } = issue('42')
    expect(jwt.decode(token, { complete: true })?.header).to.deep.include({ alg: 'HS256', kid: ISSUED_KID })
    expect(jwt.verify(token, rocket.context.secrets().tokenKey, { clockTimestamp: NOW / 1_000 })).to.deep.equal({
      aud: AUDIENCE,
      iss: 'moodle',
      jti: id,
      scope: 'learner reports',
      sub: '42',
      iat: NOW / 1_000,
      exp: (NOW + 90 * DAY) / 1_000,
    })
    expect(expires).to.equal(NOW + 90 * DAY)
    expect(rocket.context.stores.tokens.get(id)).to.include({ scope: 'learner reports', user_id: '42', revoked: null })
  })

  it('stands on the ledger, without itself; what a learner’s is called may name them, and does not', () => {
    const written = () =>
      rocket.context.reader
        .prepare<[], string>('SELECT body || data FROM entry JOIN private_record USING (seq) ORDER BY seq DESC LIMIT 1')
        .pluck()
        .get()
    const { id, token } = issue('learner-42')
    expect(written()).to.include(id).and.to.include('administration').and.to.include('token issued')
    expect(written()).to.not.include(token).and.to.not.include('learner-42').and.to.not.include('BI')
    issue()
    expect(written()).to.include('"name":"BI"')
  })

  it('belongs to nobody where it speaks for nobody', () => {
    expect(jwt.decode(issue().token)).to.not.have.property('sub')
  })
})

describe('a pairing code', () => {
  it('is twelve digits, good for ten minutes', () => {
    const rocket = openRocket()
    const { stores } = rocket.context
    const code = offerPairingCode(stores, false, NOW)
    expect(code).to.match(/^\d{4}-\d{4}-\d{4}$/)
    expect(stores.tokens.takePairingCode(code, NOW + 600_000)).to.equal(null)
    expect(stores.tokens.takePairingCode(code, NOW + 599_999)).to.deep.equal({ replaces: false })
    rocket.close()
  })
})

describe('a pairing', () => {
  it('binds the Moodle that asked, with a fresh secret', () => {
    const first = pair(null, 'moodle', MOODLE, NOW)
    expect(first).to.deep.include({ source: 'moodle', ...MOODLE })
    const again = pair(first, 'moodle', MOODLE, NOW + 1)
    expect(again.secrets).to.have.length(1)
    expect(again.secrets[0]?.secret).to.not.equal(first.secrets[0]?.secret)
    expect(Buffer.from(first.secrets[0]!.secret, 'base64url')).to.have.length(32)
  })

  it('refuses another Moodle, by address or by site', () => {
    const first = pair(null, 'moodle', MOODLE, NOW)
    for (const other of [
      { ...MOODLE, wwwroot: 'https://other.example' },
      { ...MOODLE, siteHash: 'other' },
      { wwwroot: null, siteHash: null },
    ]) {
      expect(() => pair(first, 'moodle', other, NOW)).to.throw(PairedWithAnother)
    }
    expect(pair(pair(null, 'moodle', { wwwroot: null, siteHash: null }, NOW), 'moodle', MOODLE, NOW)).to.include(MOODLE)
  })

  it('keeps two secrets while one is rotated, the old one for a day', () => {
    const first = pair(null, 'moodle', MOODLE, NOW)
    const [old, fresh] = rotate(first, NOW).secrets
    expect(old).to.deep.equal({ ...first.secrets[0], retires: NOW + DAY })
    expect(fresh?.retires).to.equal(null)
    expect(rotate(rotate(first, NOW), NOW + 1).secrets.map(({ retires }) => retires)).to.deep.equal([
      NOW + 1 + DAY,
      null,
    ])
  })
})
