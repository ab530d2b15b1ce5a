import { expect } from 'chai'
import fc from 'fast-check'
import { zip, zipped } from '../../sidecar/archive/zip.js'
import { unzip } from './unzip.js'

const names = fc.stringMatching(/^[a-zé/]{1,20}$/)
const pieces = fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 5 })

describe('a ZIP', () => {
  it('gives back what was put in, whole or in pieces', () => {
    fc.assert(
      fc.property(fc.dictionary(names, pieces), (contents) => {
        const given = Object.entries(contents).map(([path, content]) => ({ path, content: content.map(Buffer.from) }))
        const files = given.map(({ path, content }) => [path, Buffer.concat(content)] as const)
        expect(unzip(Buffer.concat([...zipped(given)]))).to.deep.equal(new Map(files))
        expect(unzip(zip(new Map(files)))).to.deep.equal(new Map(files))
      }),
    )
  })

  it('holds no more than one file of what it writes, and that deflated', () => {
    function* lines(): Generator<Buffer> {
      for (let at = 0; at < 50; at++) yield Buffer.alloc(1_000_000, `line ${at}\n`)
    }
    for (const piece of zipped([{ path: 'large.txt', content: lines() }])) expect(piece.length).to.be.lessThan(5_000)
  })

  it('asks for a file when those before it are written', () => {
    const seen: string[] = []
    const files = function* () {
      for (const path of ['a', 'b']) {
        seen.push(path)
        yield { path, content: [Buffer.from(path)] }
      }
    }
    const pieces = zipped(files())
    pieces.next()
    expect(seen).to.deep.equal(['a'])
    expect([...pieces]).to.not.have.length(0)
    expect(seen).to.deep.equal(['a', 'b'])
  })
})
