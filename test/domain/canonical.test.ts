import canonicalize from 'canonicalize'
import { expect } from 'chai'
import fc from 'fast-check'
import { canonicalJson, type JsonValue } from '../../sidecar/domain/canonical.js'

describe('canonical JSON', () => {
  it('has no spaces, sorted keys and numbers as ECMAScript writes them', () => {
    expect(canonicalJson({ b: [1.0, 1e21, 1e-7, -0, 0.1], a: { z: null, y: true, A: '"\\\n\u007f€' } })).to.equal(
      '{"a":{"A":"\\"\\\\\\n\u007f€","y":true,"z":null},"b":[1,1e+21,1e-7,0,0.1]}',
    )
  })

  it('sorts keys by UTF-16 code units, not by characters', () => {
    expect(canonicalJson({ '\u{1f600}': 1, '\ufb33': 2, '1': 3, '\r': 4, ö: 5, '10': 6, '2': 7 })).to.equal(
      '{"\\r":4,"1":3,"10":6,"2":7,"ö":5,"\u{1f600}":1,"\ufb33":2}',
    )
  })

  it('leaves out what has no value', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).to.equal('{"b":1}')
  })

  it('refuses what JSON cannot hold', () => {
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      'half \ud83d',
      '\ude00',
      { '\ud83d': 1 },
      [[Number.NaN]],
    ]) {
      expect(() => canonicalJson(value as JsonValue)).to.throw(RangeError)
    }
  })

  it('is what the canonicalize package makes of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(canonicalJson(value as JsonValue)).to.equal(canonicalize(value))
      }),
      { numRuns: 1_000 },
    )
  })

  it('reads back as the same, whatever order the keys came in', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = canonicalJson(value as JsonValue)
        const turned = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(turned as JsonValue)).to.equal(text)
        expect(canonicalJson(JSON.parse(text))).to.equal(text)
      }),
    )
  })
})
