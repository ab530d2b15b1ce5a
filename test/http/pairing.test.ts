import { expect } from 'chai'
import request from 'supertest'
import { offerPairingCode } from '../../sidecar/actions/token.js'
import { readSecrets } from '../../sidecar/home.js'
import { openRocket, type TestRocket } from '../support.js'
import { get } from './calls.js'

const MINUTE = 60_000
const SITE = { wwwroot: 'https://moodle.example.edu', site_hash: 'a1b2' }

describe('POST /api/pair', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket()
    rocket.context.saveSecrets({ ...rocket.context.secrets(), pairing: null })
  })
  afterEach(() => rocket.close())

  const offer = (replaces = false): string => {
    const { stores, now } = rocket.context
    return stores.writer.write(() => offerPairingCode(stores, replaces, now()))
  }
  const pair = (code: string, site: object = SITE) =>
    request(rocket.app)
      .post('/api/pair')
      .send({ code, ...site })

  it('exchanges a code for a secret that signs', async () => {
    const { status, body } = await pair(offer())
    expect(status).to.equal(200)
    expect(body).to.have.all.keys('kid', 'secret', 'source', 'ledger_keys')
    expect(body.source).to.equal('moodle')
    expect(Buffer.from(body.secret, 'base64url')).to.have.length(32)
    const { secrets } = rocket.context.secrets().pairing!
    expect(secrets).to.have.length(1)
    expect(secrets[0]).to.include({ kid: body.kid, secret: body.secret })
    expect((await get(rocket, '/api/handshake')).status).to.equal(200)
  })

  it('keeps the secret where a restart finds it, bound to source, address and site', async () => {
    const { body } = await pair(offer())
    const { pairing } = readSecrets(rocket.home)
    expect(pairing).to.deep.include({ source: 'moodle', wwwroot: SITE.wwwroot, siteHash: SITE.site_hash })
    expect(pairing?.secrets[0]?.kid).to.equal(body.kid)
  })

  it('takes a code with spaces around it, as people paste it', async () => {
    expect((await pair(` ${offer()}\n`)).status).to.equal(200)
  })

  it('takes a code once', async () => {
    const code = offer()
    expect((await pair(code)).status).to.equal(200)
    const { status, body, type } = await pair(code)
    expect([status, body.code, type]).to.deep.equal([401, 'unauthorized', 'application/problem+json'])
    expect(body.detail).to.contain('rocket pair')
  })

  it('takes a code once, however many ask at the same moment', async () => {
    const code = offer()
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => pair(code)))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).to.have.length(1)
    expect(statuses.filter((status) => status === 401)).to.have.length(7)
  })

  it('takes the right code after four wrong ones', async () => {
    const code = offer()
    for (let tries = 0; tries < 4; tries++) expect((await pair('0000-0000-000')).status).to.equal(401)
    expect((await pair(code)).status).to.equal(200)
  })

  it('takes no code any more after five wrong ones, until there is a new one', async () => {
    const code = offer()
    await Promise.all(Array.from({ length: 5 }, () => pair('0000-0000-000')))
    expect((await pair(code)).status).to.equal(401)
    expect(rocket.context.secrets().pairing).to.equal(null)
    expect((await pair(offer())).status).to.equal(200)
  })

  it('takes a code for ten minutes', async () => {
    const late = offer()
    rocket.clock.now += 10 * MINUTE
    expect((await pair(late)).status).to.equal(401)
    const inTime = offer()
    rocket.clock.now += 10 * MINUTE - 1
    expect((await pair(inTime)).status).to.equal(200)
  })

  it('knows only the newest code', async () => {
    const [older, newer] = [offer(), offer()]
    expect((await pair(older)).status).to.equal(401)
    expect((await pair(newer)).status).to.equal(200)
  })

  it('takes no code where none was offered', async () => {
    expect((await pair('1234-1234-1234')).status).to.equal(401)
  })

  it('names every fault of a body by JSON pointer, and counts it as no try', async () => {
    const { status, body } = await request(rocket.app).post('/api/pair').send({ wwwroot: 7, site_hash: '' })
    expect([status, body.code]).to.deep.equal([400, 'malformed'])
    const pointers = body.faults.map(({ pointer }: { pointer: string }) => pointer)
    expect(pointers).to.have.members(['/code', '/wwwroot', '/site_hash'])
  })

  it('writes itself on the ledger, without the secret and the code', async () => {
    const code = offer()
    const { body } = await pair(code)
    const lines = [...rocket.context.view.jsonl({ kind: 'administration' })].join('')
    expect(lines).to.contain('paired').and.to.contain(body.kid)
    expect(lines).not.to.contain(body.secret)
    expect(lines).not.to.contain(code)
  })

  describe('where it is paired already', () => {
    let kid: string
    beforeEach(async () => {
      kid = (await pair(offer())).body.kid
    })

    for (const [what, site] of Object.entries({
      'at another address': { ...SITE, wwwroot: 'https://other.example.edu' },
      'with another site identifier': { ...SITE, site_hash: 'ffff' },
    })) {
      it(`refuses a site ${what} with 409, and the pairing stays`, async () => {
        const { status, body } = await pair(offer(), site)
        expect([status, body.code]).to.deep.equal([409, 'paired_with_another'])
        expect(body.detail).to.contain('rocket pair --replace')
        expect(rocket.context.secrets().pairing!.secrets[0]!.kid).to.equal(kid)
        expect((await get(rocket, '/api/handshake')).status).to.equal(200)
      })
    }

    it('does not use up the code of a site that it refuses', async () => {
      const code = offer()
      expect((await pair(code, { ...SITE, site_hash: 'ffff' })).status).to.equal(409)
      expect((await pair(code)).status).to.equal(200)
    })

    it('takes another site with a code of --replace, and forgets the one before', async () => {
      const before = rocket.token('admin')
      const site = { wwwroot: 'https://other.example.edu', site_hash: 'ffff' }
      expect((await pair(offer(true), site)).status).to.equal(200)
      expect(rocket.context.secrets().pairing).to.deep.include({ wwwroot: site.wwwroot, siteHash: 'ffff' })
      const call = request(rocket.app).get('/api/handshake').set('Authorization', `Bearer ${before}`)
      expect((await call).status).to.equal(401)
    })

    it('gives the same site a new secret in place of the old', async () => {
      const before = rocket.token('admin')
      const { body } = await pair(offer())
      expect(body.kid).not.to.equal(kid)
      const call = request(rocket.app).get('/api/handshake').set('Authorization', `Bearer ${before}`)
      expect((await call).status).to.equal(401)
    })
  })

  it('changes nothing where it cannot be written down', async () => {
    const code = offer()
    const { connection } = rocket.context.stores.writer
    connection.pragma('query_only = 1')
    const { status, headers } = await pair(code)
    expect([status, headers['retry-after']]).to.deep.equal([503, '5'])
    expect(rocket.context.secrets().pairing).to.equal(null)
    connection.pragma('query_only = 0')
    expect((await pair(code)).status).to.equal(200)
  })
})
