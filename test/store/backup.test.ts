import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { signerFrom } from '../../sidecar/domain/note.js'
import { copyDatabase, faultOf, intoOneFile, keysSince, namesIn, readFormer } from '../../sidecar/store/backup.js'
import { openForReading } from '../../sidecar/store/database.js'
import { append, inFolder, open } from './files.js'

/** Bytes in each entry's record, so that a few hundred of them take more than one step to copy. */
const LONG = 'x'.repeat(40_000)
const ENTRIES = 400

describe('a copy of the database', () => {
  it(
    'is of one instant, made in steps beside whoever commits after each of them, and ends',
    inFolder(async (folder) => {
      const path = join(folder, 'a.sqlite')
      const opened = open(path)
      for (let n = 0; n < ENTRIES; n++) append(opened, { record: { reason: LONG } })
      const copied: number[] = []
      await copyDatabase(path, join(folder, 'copy'), (done) => {
        copied.push(done)
        append(opened)
      })
      expect(copied.length).to.be.greaterThan(2)
      expect(copied).to.deep.equal([...copied].sort((a, b) => a - b))
      expect(opened.stores.ledger.head().seq).to.equal(ENTRIES + copied.length)
      const { head } = readFormer(join(folder, 'copy'))!
      expect(head.seq).to.equal(ENTRIES)
      opened.connection.close()
    }),
  )

  it(
    'is one file that its owner alone can read, whatever lies in the log beside the database',
    inFolder(async (folder) => {
      const path = join(folder, 'a.sqlite')
      const copy = join(folder, 'copy')
      const opened = open(path)
      append(opened)
      expect(statSync(`${path}-wal`).size).to.be.greaterThan(0)
      await copyDatabase(path, copy)
      expect(statSync(copy).mode & 0o777).to.equal(0o600)
      expect(existsSync(`${copy}-wal`)).to.equal(false)
      const reader = openForReading(copy)
      expect(reader.pragma('journal_mode', { simple: true })).to.equal('delete')
      expect(reader.prepare('SELECT count(*) FROM entry').pluck().get()).to.equal(1)
      reader.close()
      opened.connection.close()
    }),
  )

  it(
    'is not made over another file, nor of one that is not ours',
    inFolder(async (folder) => {
      const path = join(folder, 'a.sqlite')
      open(path).connection.close()
      writeFileSync(join(folder, 'there'), 'something')
      const failed = async (from: string, to: string) => {
        try {
          await copyDatabase(from, to)
        } catch (error) {
          return String(error)
        }
        throw new Error('it was copied')
      }
      expect(await failed(path, join(folder, 'there'))).to.contain('EEXIST')
      expect(await failed(join(folder, 'there'), join(folder, 'copy'))).to.match(/not a database|NOTADB/)
    }),
  )
})

describe('a database that goes out of use', () => {
  it(
    'is one file once nobody else has it open',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const opened = open(path)
      append(opened)
      expect(intoOneFile(path)).to.equal(false)
      const reader = openForReading(path)
      opened.connection.close()
      expect(intoOneFile(path)).to.equal(false)
      reader.close()
      expect(intoOneFile(path)).to.equal(true)
      expect(existsSync(`${path}-wal`)).to.equal(false)
      expect(readFormer(path)?.head.seq).to.equal(1)
    }),
  )

  it(
    'tells the keys that came into use after an entry that it has, and no others',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const opened = open(path)
      const key = (origin: string) => ({ origin, vkey: signerFrom(origin, Buffer.alloc(32, 1)).vkey })
      const enter = (detail: Record<string, unknown>) =>
        append(opened, { kind: 'key', subject: null, points: 0, record: { detail } })
      enter(key('first'))
      const { seq, hash } = opened.stores.ledger.head()
      enter(key('second'))
      append(opened)
      enter(key('third'))
      expect(keysSince(path, { seq, hash })).to.deep.equal([key('second'), key('third')])
      expect(keysSince(path, { seq, hash: 'f'.repeat(64) })).to.deep.equal([])
      expect(keysSince(join(folder, 'none'), { seq, hash })).to.deep.equal([])
      expect([...namesIn(path)]).to.deep.equal(['first', 'second', 'third'])
      enter({ origin: 'fourth', vkey: key('another').vkey })
      expect(keysSince(path, { seq, hash })).to.deep.equal([])
      opened.connection.close()
    }),
  )

  it(
    'tells what it can, and what is wrong with it',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      expect(readFormer(path)).to.equal(null)
      open(path).connection.close()
      expect([readFormer(path), faultOf(path)]).to.deep.equal([
        { head: { seq: 0, hash: '0'.repeat(64) }, erased: [] },
        null,
      ])
      const text = join(folder, 'text')
      writeFileSync(text, 'no database at all, and long enough to look like one'.repeat(99))
      expect(readFormer(text)).to.equal(null)
      expect(faultOf(text)).to.contain('not a database')
      writeFileSync(join(folder, 'empty'), '')
      expect(faultOf(join(folder, 'empty'))).to.equal('it holds nothing')
    }),
  )
})
