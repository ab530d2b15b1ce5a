import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { readSecrets, signatures } from '../../sidecar/webhook/sign.js'

const secret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => written(bytes))
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)
const written = (bytes: Uint8Array): string => `whsec_${Buffer.from(bytes).toString('base64')}`
const body = fc.object().map((value) => JSON.stringify(value))

describe('signatures', () => {
  it('are those of the reference implementation', () => {
    const time = fc.integer({ min: 0, max: 4_000_000_000 })
    fc.assert(
      fc.property(id, time, body, secret, (messageId, seconds, text, key) => {
        const theirs = new Webhook(key).sign(messageId, new Date(seconds * 1_000), text)
        expect(signatures(messageId, seconds, text, [key])).to.equal(theirs)
      }),
    )
  })

  it('are one for each secret: a partner that knows either can verify', () => {
    fc.assert(
      fc.property(id, body, secret, secret, (messageId, text, old, next) => {
        const now = Math.floor(Date.now() / 1_000)
        const headers = {
          'webhook-id': messageId,
          'webhook-timestamp': String(now),
          'webhook-signature': signatures(messageId, now, text, [old, next]),
        }
        for (const key of [old, next]) expect(new Webhook(key).verify(text, headers)).to.deep.equal(JSON.parse(text))
        expect(() => new Webhook(old).verify(`${text} `, headers)).to.throw('No matching signature')
      }),
    )
  })
})

describe('secrets in the environment', () => {
  const good = written(randomBytes(32))
  const problem = (text: string | undefined): string => {
    const read = readSecrets(text)
    return 'problem' in read ? read.problem : 'none'
  }

  it('are one, or two while one is replaced', () => {
    fc.assert(
      fc.property(secret, (one) => {
        expect(readSecrets(one)).to.deep.equal({ secrets: [one] })
      }),
    )
    expect(readSecrets(` ${good}  ${good}\n`)).to.deep.equal({ secrets: [good, good] })
  })

  it('are missed where there are none', () => {
    for (const text of [undefined, '', '  ']) expect(problem(text)).to.contain('is not set')
    expect(problem(`${good} ${good} ${good}`)).to.contain('holds 3 secrets')
  })

  it('are refused with what is wrong with them', () => {
    expect(problem('hello')).to.equal('is not a secret: it must begin with whsec_')
    expect(problem('whsec_!!!!')).to.contain('must be base64')
    expect(problem(written(randomBytes(23)))).to.equal(
      'is not a secret: it has 23 bytes after whsec_: it must have 24 to 64',
    )
    expect(problem(written(randomBytes(65)))).to.contain('has 65 bytes')
    expect(problem(`${good} hello`)).to.equal('does not hold two secrets: number 2 must begin with whsec_')
  })

  it('are never in the message', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9+/=]{12,80}$/), fc.boolean(), (text, prefixed) => {
        const read = readSecrets(prefixed ? `whsec_${text}` : text)
        if ('problem' in read) expect(read.problem).not.to.contain(text)
      }),
    )
  })
})
