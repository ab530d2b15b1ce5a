import canonicalize from 'canonicalize'
import { expect } from 'chai'
import fc from 'fast-check'
import { canonicalJson, type JsonValue } from '../../sidecar/domain/canonical.js'

describe('canonicalJson', () => {
  it('sorts keys, at every depth, by their UTF-16 units', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'x', '\u{1F600}': 1, '\uFB33': 2 })).to.equal(
      '{"a":"x","b":[{"c":null,"d":1}],"\u{1F600}":1,"\uFB33":2}',
    )
  })

  it('writes numbers as ECMAScript does', () => {
    expect(canonicalJson([1e21, 1.0, -0, 1e-7, 0.1 + 0.2])).to.equal('[1e+21,1,0,1e-7,0.30000000000000004]')
  })

  it('leaves out what is undefined, and keeps a key called __proto__', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).to.equal('{"b":1}')
    expect(canonicalJson(Object.fromEntries([['__proto__', 1]]))).to.equal('{"__proto__":1}')
  })

  it('refuses what JSON cannot hold', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', ['\udc00x'], { '\ud800': 1 }]) {
      expect(() => canonicalJson(value)).to.throw(RangeError)
    }
  })

  it('equals another implementation of RFC 8785', () => {
    const json = fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<JsonValue>
    fc.assert(fc.property(json, (value) => canonicalJson(value) === canonicalize(value)))
  })
})
