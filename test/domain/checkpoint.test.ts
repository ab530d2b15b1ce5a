import { expect } from 'chai'
import { checkpointText, openCheckpoint, readCheckpoint, signCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { NoteError, signerFrom } from '../../sidecar/domain/note.js'
import { readReceipt, receiptText } from '../../sidecar/domain/receipt.js'

const root = Buffer.alloc(32, 7)
const checkpoint = { origin: 'rocket/moodle/1', size: 1000, root }

describe('a checkpoint', () => {
  it('is three lines: origin, size, root', () => {
    const text = 'rocket/moodle/1\n1000\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n'
    expect(checkpointText(checkpoint)).to.equal(text)
    expect(readCheckpoint(text)).to.deep.equal(checkpoint)
  })

  it('may have lines more, which are passed over', () => {
    expect(readCheckpoint(`${checkpointText(checkpoint)}more\n`)).to.deep.equal(checkpoint)
  })

  it('is refused where a line is missing or is not what it should be', () => {
    const text = checkpointText(checkpoint)
    for (const wrong of [
      '',
      'rocket\n',
      text.slice(0, -1),
      text.replace('1000', '01000'),
      text.replace('1000', '-1'),
      text.replace('1000', '1e3'),
      text.replace('Bw', ''),
      text.replace('rocket/moodle/1', ''),
    ])
      expect(() => readCheckpoint(wrong), JSON.stringify(wrong)).to.throw(NoteError)
  })

  it('is signed, and believed from a known key alone', () => {
    const signer = signerFrom('rocket/moodle/1', Buffer.alloc(32, 1))
    const note = signCheckpoint(checkpoint, [signer])
    expect(openCheckpoint(note, [signer.vkey])).to.deep.equal(checkpoint)
    expect(() => openCheckpoint(note.replace('1000', '1001'), [signer.vkey])).to.throw(NoteError)
  })
})

describe('a receipt', () => {
  const receipt = { index: 3, proof: [root, Buffer.alloc(32, 9)], checkpoint: 'text\n\n— a AAAA\n' }

  it('is a header, the place, hashes, an empty line and the checkpoint', () => {
    const text = receiptText(receipt)
    expect(text.split('\n').slice(0, 2)).to.deep.equal(['c2sp.org/tlog-proof@v1', 'index 3'])
    expect(readReceipt(text)).to.deep.equal(receipt)
    expect(readReceipt(receiptText({ ...receipt, proof: [] }))).to.deep.equal({ ...receipt, proof: [] })
    expect(readReceipt(text.replace('index', 'extra dGV4dA==\nindex'))).to.deep.equal(receipt)
  })

  it('is refused where it is something else', () => {
    const text = receiptText(receipt)
    for (const wrong of ['', text.replace('v1', 'v2'), text.replace('index 3', 'index x'), text.replace('Bw', 'B')])
      expect(() => readReceipt(wrong), JSON.stringify(wrong)).to.throw(NoteError)
  })
})
