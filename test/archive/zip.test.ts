import { expect } from 'chai'
import fc from 'fast-check'
import { ZipWriter, zip } from '../../sidecar/archive/zip.js'
import { unzip } from './unzip.js'

const names = fc.stringMatching(/^[a-zé/]{1,20}$/)
const pieces = fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 5 })

describe('a ZIP', () => {
  it('gives back what was put in, whole or in pieces', () => {
    fc.assert(
      fc.property(fc.dictionary(names, pieces), (contents) => {
        const parts: Buffer[] = []
        const writer = new ZipWriter((bytes) => parts.push(bytes))
        for (const [name, content] of Object.entries(contents)) writer.add(name, content.map(Buffer.from))
        writer.end()
        const files = Object.entries(contents).map(([name, content]) => [name, Buffer.concat(content)] as const)
        expect(unzip(Buffer.concat(parts))).to.deep.equal(new Map(files))
        expect(unzip(zip(new Map(files)))).to.deep.equal(new Map(files))
      }),
    )
  })

  it('holds no more than one file of what it writes, and that deflated', () => {
    const writer = new ZipWriter((bytes) => expect(bytes.length).to.be.lessThan(5_000))
    function* lines(): Generator<Buffer> {
      for (let at = 0; at < 50; at++) yield Buffer.alloc(1_000_000, `line ${at}\n`)
    }
    writer.add('large.txt', lines())
    writer.end()
  })
})
