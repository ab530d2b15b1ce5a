import { expect } from 'chai'
import { Webhook } from 'standardwebhooks'
import type { Outcome } from '../../sidecar/webhook/send.js'
import { NOW } from '../support.js'
import { openPartner, outcomeOf, SECRET, send } from './partner-server.js'

const status = (code: number, headers: Record<string, string> = {}) =>
  outcomeOf((response) => response.writeHead(code, headers).end('<p>a page with TOKEN in it</p>'))
const answering = (body: string, code = 200) => outcomeOf((response) => response.writeHead(code).end(body))
const retryAfter = async (header: string) => {
  const outcome = await status(429, { 'retry-after': header })
  return outcome.kind === 'unknown' ? outcome.retryAfterMs : outcome.kind
}
const whyOf = (outcome: Outcome): string => ('why' in outcome ? outcome.why : '')

describe('sending a webhook', () => {
  it('posts the body as it is, signed, with the id and the time of the attempt', async () => {
    const partner = await openPartner((response) => response.end())
    const body = '{"type":"test","timestamp":"2026-11-23T09:00:00.000Z","data":{}}'
    // The reference implementation asks this machine's clock.
    const now = Date.now()
    await send({ url: partner.url, body, now, type: 'test' })
    partner.close()
    const [received] = partner.received
    expect(received).to.deep.include({ method: 'POST', path: '/rocket', body })
    expect(received!.headers).to.include({
      'content-type': 'application/json',
      'user-agent': 'Rocket',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now / 1_000)),
    })
    const headers = received!.headers as Record<string, string>
    expect(new Webhook(SECRET).verify(received!.body, headers)).to.deep.equal(JSON.parse(body))
  })

  it('is accepted by any 2xx', async () => {
    for (const code of [200, 201, 202, 204]) {
      expect(await answering('', code)).to.deep.equal({ kind: 'accepted', answer: {}, note: null })
    }
  })

  it('brings back what the partner says', async () => {
    expect(await answering('{"code":"AB-12","consumed":true}')).to.deep.equal({
      kind: 'accepted',
      answer: { code: 'AB-12', consumed: true },
      note: null,
    })
    const garbage = await answering('<html>Thank you</html>')
    expect(garbage).to.deep.include({ kind: 'accepted', answer: {} })
    expect(garbage).to.have.property('note').that.contains('not JSON')
  })

  it('reads no answer but that to a redemption', async () => {
    const outcome = await outcomeOf((response) => response.end('{"code":"A"}'), { type: 'redemption.cancelled' })
    expect(outcome).to.deep.equal({ kind: 'accepted', answer: {}, note: null })
  })

  it('is refused for good by a 4xx', async () => {
    for (const code of [400, 401, 404, 409, 422, 451]) {
      const outcome = await status(code)
      expect(outcome).to.deep.equal({ kind: 'refused', status: code, why: `The partner answered ${code}.` })
    }
  })

  it('is wanted no more after a 410', async () => {
    expect(await status(410)).to.deep.equal({ kind: 'gone' })
  })

  it('is to be sent again after anything else', async () => {
    for (const code of [408, 425, 429, 500, 502, 503, 504]) {
      const why = `The partner answered ${code}.`
      expect(await status(code)).to.deep.equal({ kind: 'unknown', why, retryAfterMs: null })
    }
  })

  it('follows no redirect', async () => {
    const elsewhere = await openPartner((response) => response.end())
    for (const code of [301, 302, 307, 308]) {
      const outcome = await status(code, { location: elsewhere.url })
      expect(outcome.kind).to.equal('unknown')
      expect(whyOf(outcome)).to.contain(`${code}, a redirect`)
    }
    elsewhere.close()
    expect(elsewhere.received).to.deep.equal([])
  })

  it('heeds Retry-After in both forms, for a day at most', async () => {
    expect(await retryAfter('120')).to.equal(120_000)
    expect(await retryAfter('999999999999')).to.equal(86_400_000)
    expect(await retryAfter(new Date(NOW + 90_000).toUTCString())).to.equal(90_000)
    expect(await retryAfter(new Date(NOW + 900_000_000).toUTCString())).to.equal(86_400_000)
    expect(await retryAfter(new Date(NOW - 90_000).toUTCString())).to.equal(0)
    for (const header of ['soon', '-5', '1.5', '']) expect(await retryAfter(header), header).to.equal(null)
  })
})

describe('a partner that fails', () => {
  it('is given no longer than the time there is', async () => {
    const outcome = await outcomeOf(() => undefined, { timeoutMs: 200 })
    const why = 'The partner did not answer within 0.2 seconds.'
    expect(outcome).to.deep.equal({ kind: 'unknown', why, retryAfterMs: null })
  })

  it('cannot stretch that time by answering slowly', async () => {
    const start = Date.now()
    const outcome = await outcomeOf(
      (response) => {
        const drip = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(drip))
      },
      { timeoutMs: 200 },
    )
    expect(whyOf(outcome)).to.contain('did not answer within')
    expect(Date.now() - start).to.be.below(2_000)
  })

  it('may close the connection, before its answer or in the middle of it', async () => {
    const closed = await outcomeOf((response) => response.destroy())
    expect(closed.kind).to.equal('unknown')
    expect(whyOf(closed)).to.contain('the connection was closed')
    const broken = await outcomeOf((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"code":"AB')
      setTimeout(() => response.destroy(), 20)
    })
    expect(broken.kind).to.equal('unknown')
  })

  it('may send more than is read: that is a yes, without an answer', async () => {
    let sent = 0
    const outcome = await outcomeOf((response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) sent += 65_536
      }
      response.on('drain', more)
      more()
    })
    expect(outcome).to.deep.include({ kind: 'accepted', answer: {} })
    expect(outcome).to.have.property('note').that.contains('longer than 65536 bytes')
    expect(sent).to.be.below(50_000_000)
  })

  it('may not be there', async () => {
    const partner = await openPartner((response) => response.end())
    partner.close()
    const outcome = await send({ url: partner.url })
    const why = 'The partner could not be reached: nothing listens there (ECONNREFUSED).'
    expect(outcome).to.deep.equal({ kind: 'unknown', why, retryAfterMs: null })
  })

  it('may speak something else than HTTP', async () => {
    const outcome = await outcomeOf((response) => response.socket!.end('SSH-2.0-OpenSSH_9.6\r\n'))
    expect(outcome.kind).to.equal('unknown')
    expect(whyOf(outcome))
      .to.match(/HPE_|HTTPParserError/)
      .and.not.to.contain('SSH')
  })
})

describe('an attempt', () => {
  it('ends when the server stops', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    const why = 'Rocket stopped before the partner answered.'
    const expected = { kind: 'unknown', why, retryAfterMs: null }
    expect(await outcomeOf(() => undefined, { signal: stop.signal })).to.deep.equal(expected)
    expect(await outcomeOf((response) => response.end(), { signal: stop.signal })).to.deep.equal(expected)
  })

  it('is not made to a private address', async () => {
    const partner = await openPartner((response) => response.end())
    for (const host of ['127.0.0.1', '0x7f000001', '2130706433', '[::ffff:127.0.0.1]', 'localhost']) {
      const outcome = await send({ url: `https://${host}:${partner.port}/`, allowPrivate: false })
      expect(outcome.kind, host).to.equal('blocked')
      expect(whyOf(outcome)).to.contain('private address').and.to.contain('allow_private')
    }
    partner.close()
    expect(partner.received).to.deep.equal([])
  })

  it('is not made to a url that is not allowed', async () => {
    for (const url of ['nonsense', 'http://shop.example/', 'https://me:secret@shop.example/']) {
      const outcome = await send({ url })
      expect(outcome.kind, url).to.equal('blocked')
      expect(whyOf(outcome)).not.to.contain('secret@')
      expect(whyOf(outcome).length).to.be.at.most(200)
    }
  })
})
