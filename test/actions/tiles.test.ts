import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { tilePath, writeTiles } from '../../sidecar/actions/tiles.js'
import { openCheckpoint } from '../../sidecar/domain/checkpoint.js'
import { entryOf } from '../../sidecar/domain/entry.js'
import { everSigned } from '../../sidecar/domain/signing.js'
import { rootOf } from '../../sidecar/domain/tree.js'
import { openRocket, type TestRocket } from '../support.js'

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

describe('tiles', () => {
  let rocket: TestRocket
  const folder = mkdtempSync(join(tmpdir(), 'rocket-tiles-'))
  const vkeys = () => everSigned(rocket.context.stores.ledger.keys())
  const write = (checkpoint = rocket.context.notary.newest()!, into = folder) =>
    writeTiles(rocket.context.reader, { folder: into, checkpoint, vkeys: vkeys() })
  const append = (count: number) => {
    const { stores, rules } = rocket.context
    const { settings, civil } = rules.current()
    const one = entryOf({ kind: 'administration', record: { actor: 'test', reason: 'test' } })
    stores.writer.write(() => {
      for (let n = 0; n < count; n++) stores.ledger.append(one, settings.source, rocket.clock.now, civil)
    })
  }
  /** Reads a row of tiles as a stranger does who knows the size from the checkpoint. */
  const row = (of: string, size: number): Buffer[] =>
    Array.from({ length: Math.ceil(size / 256) }, (_, number) => {
      const width = Math.min(256, size - number * 256)
      const path = `tile/${of}/${tilePath(number)}${width < 256 ? `.p/${width}` : ''}`
      return readFileSync(join(folder, path))
    })
  const hashes = (level: number, size: number): Buffer[] =>
    row(String(level), size).flatMap((tile) =>
      Array.from({ length: tile.length / 32 }, (_, at) => tile.subarray(at * 32, at * 32 + 32)),
    )

  before(() => {
    rocket = openRocket()
    rocket.context.notary.keys.begin()
  })
  after(() => {
    rocket.close()
    rmSync(folder, { recursive: true })
  })

  it('are named as the layout says', () => {
    const names = [0, 67, 999, 1_000, 1_234_067].map(tilePath)
    expect(names).to.deep.equal(['000', '067', '999', 'x001/000', 'x001/x234/067'])
  })

  for (const more of [10, 240, 1, 5, 700, 65_000]) {
    it(`hold every entry and every hash when the ledger has grown by ${more}`, () => {
      append(more)
      expect(write()).to.be.greaterThan(0)
      const { size, root } = openCheckpoint(readFileSync(join(folder, 'checkpoint'), 'utf8'), vkeys())
      const bodies = row('entries', size).flatMap((tile) => {
        const found: Buffer[] = []
        for (let at = 0; at < tile.length; at += 2 + tile.readUInt16BE(at))
          found.push(tile.subarray(at + 2, at + 2 + tile.readUInt16BE(at)))
        return found
      })
      const leaves = bodies.map((body) => sha256(Buffer.of(0), body))
      expect(leaves).to.have.length(size)
      expect(rootOf(leaves).equals(root)).to.equal(true)
      expect(hashes(0, size).every((hash, at) => hash.equals(leaves[at]!))).to.equal(true)
      const above = hashes(1, Math.floor(size / 256))
      for (const [at, hash] of above.entries())
        expect(hash.equals(rootOf(leaves.slice(at * 256, at * 256 + 256)))).to.equal(true)
    })
  }

  it('of a level above hold 256 times as much', () => {
    const { size } = openCheckpoint(readFileSync(join(folder, 'checkpoint'), 'utf8'), vkeys())
    const [first] = hashes(2, Math.floor(size / 65_536))
    expect(first!.equals(rootOf(hashes(1, 256)))).to.equal(true)
  })

  it('are written once: nothing is left to do while nothing is new, and parts go when a tile is whole', () => {
    expect(write()).to.equal(0)
    for (const name of readdirSync(join(folder, 'tile/0')))
      if (name.endsWith('.p')) expect(existsSync(join(folder, 'tile/0', name.slice(0, -2))), name).to.equal(false)
  })

  it('name nobody', () => {
    const { size } = openCheckpoint(readFileSync(join(folder, 'checkpoint'), 'utf8'), vkeys())
    const all = row('entries', size).join('')
    expect(all).to.contain('"kind":"configuration"').and.not.contain('"actor"')
  })

  it('are not put into the folder of another ledger', () => {
    const other = openRocket()
    other.context.notary.keys.begin()
    const keys = everSigned(other.context.stores.ledger.keys())
    const given = { folder, checkpoint: other.context.notary.newest()!, vkeys: [...keys, ...vkeys()] }
    expect(() => writeTiles(other.context.reader, given)).to.throw('choose another folder')
    other.close()
  })
})
