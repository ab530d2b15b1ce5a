import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { groupedToken, qrText, readToken, TOKEN_BYTES, tokenFrom } from '../../sidecar/domain/token-code.js'

const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CHECKS = `${SYMBOLS}*~$=U`
const bytes = fc.uint8Array({ minLength: TOKEN_BYTES, maxLength: TOKEN_BYTES })
const token = bytes.map(tokenFrom)
/** The 25 symbols that a person types: the token and its check symbol. */
const typed = token.map((symbols) => groupedToken(symbols).replaceAll('-', ''))

describe('a token', () => {
  it('is 120 bits in 24 symbols of Crockford’s base32', () => {
    expect(TOKEN_BYTES * 8).to.equal(120)
    expect(tokenFrom(new Uint8Array(15))).to.equal('0'.repeat(24))
    expect(tokenFrom(new Uint8Array(15).fill(255))).to.equal('Z'.repeat(24))
    expect(() => tokenFrom(new Uint8Array(14))).to.throw(RangeError, '15 bytes')
    fc.assert(
      fc.property(bytes, (given) => {
        const value = [...tokenFrom(given)].reduce((sum, symbol) => sum * 32n + BigInt(SYMBOLS.indexOf(symbol)), 0n)
        expect(value.toString(16).padStart(30, '0')).to.equal(Buffer.from(given).toString('hex'))
      }),
    )
  })

  it('is shown in groups of four with the check symbol: its value modulo 37', () => {
    expect(groupedToken('0'.repeat(24))).to.equal('0000-0000-0000-0000-0000-0000-0')
    fc.assert(
      fc.property(bytes, (given) => {
        const grouped = groupedToken(tokenFrom(given))
        const value = BigInt(`0x${Buffer.from(given).toString('hex')}`)
        expect(grouped).to.match(/^([0-9A-Z]{4}-){6}[0-9A-Z*~$=]$/)
        expect(grouped.at(-1)).to.equal(CHECKS[Number(value % 37n)])
      }),
    )
  })

  it('is read however it is typed or scanned', () => {
    fc.assert(
      fc.property(token, (symbols) => {
        const shown = groupedToken(symbols)
        const ways = [shown, shown.toLowerCase(), shown.replaceAll('-', ''), shown.replaceAll('-', ' '), ` ${shown}\n`]
        const mistaken = shown.slice(0, -1).replaceAll('0', 'O').replaceAll('1', 'l') + shown.at(-1)
        const scanned = [
          qrText(symbols),
          qrText(symbols).toLowerCase(),
          `https://moodle.example/counter.php#${symbols}`,
        ]
        for (const way of [...ways, mistaken, ...scanned]) expect(readToken(way), way).to.deep.equal({ token: symbols })
      }),
    )
  })

  it('is not confused with something else', () => {
    for (const none of ['', '42', 'hello', 'ABCD-EFGH-JKMN', 'SUMMER-2026']) {
      expect(readToken(none), none).to.deep.equal({ fault: 'no_token' })
    }
    const symbols = tokenFrom(randomBytes(TOKEN_BYTES))
    const shown = groupedToken(symbols)
    for (const wrong of [shown.slice(0, -1), shown.slice(1), `${shown}X`, `${shown}-0000`, `!${shown.slice(1)}`]) {
      expect(readToken(wrong), wrong).to.deep.equal({ fault: 'mistyped' })
    }
  })
})

describe('a slip of the finger', () => {
  it('is known for what it is: every wrong symbol, at each of the 25 places', () => {
    fc.assert(
      fc.property(typed, (written) => {
        for (let at = 0; at < 25; at++) {
          for (const symbol of CHECKS) {
            if (symbol !== written[at])
              expect(readToken(written.slice(0, at) + symbol + written.slice(at + 1))).to.have.property(
                'fault',
                'mistyped',
              )
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('is known for what it is: every two neighbours that changed places', () => {
    fc.assert(
      fc.property(typed, (written) => {
        for (let at = 0; at < 24; at++) {
          const swapped = written.slice(0, at) + written[at + 1] + written[at] + written.slice(at + 2)
          if (swapped !== written) expect(readToken(swapped), swapped).to.deep.equal({ fault: 'mistyped' })
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is known for what it is: a symbol too few or too many', () => {
    fc.assert(
      fc.property(typed, fc.nat(24), fc.constantFrom(...SYMBOLS), (written, at, more) => {
        expect(readToken(written.slice(0, at) + written.slice(at + 1))).to.deep.equal({ fault: 'mistyped' })
        expect(readToken(written.slice(0, at) + more + written.slice(at))).to.deep.equal({ fault: 'mistyped' })
      }),
    )
  })
})
