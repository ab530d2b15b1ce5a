import { expect } from 'chai'
import fc from 'fast-check'
import { Vault } from '../../sidecar/store/vault.js'

describe('the vault', () => {
  const vault = new Vault('a secret')

  it('opens what it sealed, for the same owner and under the same secret', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string({ maxLength: 30 }), (text, owner) => {
        const copy = vault.seal(text, owner)
        expect(vault.open(copy, owner)).to.equal(text)
        expect(new Vault('a secret').open(copy, owner)).to.equal(text)
      }),
    )
  })

  it('opens nothing that was moved, changed, cut, or sealed under another secret', () => {
    const copy = vault.seal('ABCD-EFGH', 'rdm_1')
    expect(() => vault.open(copy, 'rdm_2')).to.throw()
    expect(() => new Vault('another').open(copy, 'rdm_1')).to.throw()
    expect(() => vault.open(copy.subarray(0, -1), 'rdm_1')).to.throw()
    for (const place of copy.keys()) {
      const changed = Buffer.from(copy)
      changed[place]! ^= 1
      expect(() => vault.open(changed, 'rdm_1'), `byte ${place}`).to.throw()
    }
  })

  it('seals the same text differently each time, and shows nothing of it', () => {
    const copies = Array.from({ length: 50 }, () => vault.seal('ABCDEFGH', 'rdm_1').toString('hex'))
    expect(new Set(copies).size).to.equal(50)
    expect(copies.join()).to.not.include(Buffer.from('ABCDEFGH').toString('hex'))
  })

  it('knows a text again by its digest, which says nothing without the secret, and differs for each purpose', () => {
    const digests = [
      vault.digest('token', 'x'),
      vault.digest('code', 'x'),
      vault.digest('idempotency key', 'x'),
      vault.digest('token', 'y'),
      new Vault('another').digest('token', 'x'),
    ].map((digest) => digest.toString('hex'))
    expect(new Set(digests).size).to.equal(digests.length)
    expect(vault.digest('token', 'x').toString('hex')).to.equal(digests[0])
    expect(digests[0]).to.have.length(64)
  })
})
