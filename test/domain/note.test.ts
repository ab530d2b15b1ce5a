import { expect } from 'chai'
import fc from 'fast-check'
import { NoteError, openNote, signerFrom, signNote, verifierOf } from '../../sidecar/domain/note.js'

/** The examples of the specification and of Go's reference implementation, golang.org/x/mod/sumdb/note. */
const SPECIFICATION = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const REFERENCE = {
  seed: Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1),
  vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  note: `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`,
}

const seedOf = (n: number): Buffer => Buffer.alloc(32, n)
const text = 'one\ntwo\n'

describe('a signed note', () => {
  it('is byte for byte that of the reference implementation', () => {
    const signer = signerFrom('PeterNeumann', REFERENCE.seed)
    expect(signer.vkey).to.equal(REFERENCE.vkey)
    const [said] = REFERENCE.note.split('\n\n')
    expect(signNote(`${said}\n`, [signer])).to.equal(REFERENCE.note)
    expect(openNote(REFERENCE.note, [REFERENCE.vkey])).to.deep.equal({ text: `${said}\n`, signedBy: [REFERENCE.vkey] })
  })

  it('has keys whose id is a hash of their name and themselves', () => {
    expect(verifierOf(SPECIFICATION).id.toString('hex')).to.equal('530d903a')
    expect(() => verifierOf(SPECIFICATION.replace('foo', 'bar'))).to.throw(NoteError, 'copied wrongly')
    expect(() => verifierOf(SPECIFICATION.slice(0, -4))).to.throw(NoteError, 'no public key')
    expect(() => verifierOf(`${SPECIFICATION}A`)).to.throw(NoteError, 'no public key')
    expect(() => verifierOf('')).to.throw(NoteError, 'no public key')
  })

  it('opens for whoever knows one of its keys, whatever other lines there are', () => {
    const [a, b] = [signerFrom('a', seedOf(1)), signerFrom('b', seedOf(2))]
    const note = signNote(text, [a, b])
    expect(openNote(note, [b.vkey])).to.deep.equal({ text, signedBy: [b.vkey] })
    expect(openNote(note, [a.vkey, b.vkey]).signedBy).to.deep.equal([a.vkey, b.vkey])
    const stranger = signerFrom('a', seedOf(3)).vkey
    expect(() => openNote(note, [stranger])).to.throw(NoteError, 'nobody whose key is known signed this')
  })

  it('does not open where any byte of what is signed, or of the signature, was changed', () => {
    const signer = signerFrom('rocket/moodle/1', seedOf(1))
    const note = signNote(text, [signer])
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.constantFrom(...'aZ0+/ \n='), (at, put) => {
        fc.pre(note[at] !== put)
        const changed = note.slice(0, at) + put + note.slice(at + 1)
        // The last digit before the padding of base64 has bits that stand for nothing.
        fc.pre(at < note.length - 3)
        expect(() => openNote(changed, [signer.vkey])).to.throw(NoteError)
      }),
    )
  })

  it('is refused where it is something else', () => {
    for (const other of ['', 'text', 'text\n', 'text\n\n', 'text\n\nsigned by me\n', 'text\n\n— a AAAA\n'])
      expect(() => openNote(other, [REFERENCE.vkey]), JSON.stringify(other)).to.throw(NoteError)
  })

  it('has a name without spaces and plus signs', () => {
    expect(() => signerFrom('a b', seedOf(1))).to.throw(NoteError)
    expect(() => signerFrom('a+b', seedOf(1))).to.throw(NoteError)
  })
})
