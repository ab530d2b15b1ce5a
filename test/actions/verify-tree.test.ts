import { expect } from 'chai'
import fc from 'fast-check'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { TreeCheck } from '../../sidecar/actions/verify-tree.js'
import { entryHash } from '../../sidecar/domain/entry.js'
import { rootOf } from '../../sidecar/domain/tree.js'
import { append, type Opened, open } from '../store/files.js'

/** More than a tree of 256 leaves, so that rows of two heights are kept. */
const SIZE = 275

function grown(size: number): Opened {
  const opened = open()
  for (let n = 0; n < size; n++) append(opened)
  return opened
}

describe('ledger verify of the tree', () => {
  let opened: Opened
  before(() => {
    opened = grown(SIZE)
  })
  after(() => opened.connection.close())

  const quick = (connection = opened.connection) => verifyLedger(connection, { quick: true })
  function changed(sql: string): string[] {
    const { connection } = opened
    connection.exec('SAVEPOINT change')
    try {
      expect(connection.prepare(sql).run().changes, sql).to.be.greaterThan(0)
      const both = [quick(), verifyLedger(connection, { quick: false })].map(({ problems }) => problems)
      expect(both[0], 'quick and full say the same').to.deep.equal(both[1])
      return both[0]!.map(({ message }) => message)
    } finally {
      connection.exec('ROLLBACK TO change; RELEASE change')
    }
  }

  it('finds the root of RFC 6962, and nothing wrong', () => {
    const hashes = opened.connection.prepare<[], string>('SELECT hash FROM entry ORDER BY seq').pluck().all()
    const root = rootOf(hashes.map((hash) => Buffer.from(hash, 'hex'))).toString('hex')
    expect(quick()).to.deep.include({ ok: true, root, problems: [] })
  })

  it('gives the empty root where there are no entries', () => {
    const { connection } = open()
    expect(quick(connection).root).to.equal(rootOf([]).toString('hex'))
    connection.close()
  })

  const CHANGES: readonly [what: string, sql: string, message: RegExp][] = [
    [
      'a row that is another',
      'UPDATE subtree SET hash = zeroblob(32) WHERE height = 4 AND number = 3',
      /entries 49–64 /,
    ],
    ['a row that is gone', 'DELETE FROM subtree WHERE height = 4 AND number = 16', /entries 257–272 /],
    ['a row of a greater height', 'UPDATE subtree SET hash = zeroblob(32) WHERE height = 8', /entries 1–256 /],
    ['a greater height that is gone', 'DELETE FROM subtree WHERE height = 8', /entries 1–256 /],
    ['one row too many', 'INSERT INTO subtree VALUES (4, 17, zeroblob(32))', /18 rows of height 4, and .* make 17/],
    ['a row that counts from below 0', 'INSERT INTO subtree VALUES (4, -1, zeroblob(32))', /18 rows of height 4/],
    ['a height that there is not yet', 'INSERT INTO subtree VALUES (12, 0, zeroblob(32))', /1 rows of height 12/],
  ]
  for (const [what, sql, message] of CHANGES) {
    it(`finds ${what}`, () => {
      const found = changed(sql)
      expect(found, sql).to.have.length(1)
      expect(found[0]).to.match(message)
    })
  }

  it('says once that the tree is another where an entry is', () => {
    const { connection } = opened
    connection.exec('SAVEPOINT change; DROP TRIGGER entry_is_never_updated')
    const body = connection.prepare<[], string>('SELECT body FROM entry WHERE seq = 20').pluck().get()!
    const other = body.replace('"points":0', '"points":1')
    connection.prepare('UPDATE entry SET body = ?, hash = ? WHERE seq = 20').run(other, entryHash(other))
    const told = quick().problems.map(({ seq, message }) => `${seq} ${message}`)
    connection.exec('ROLLBACK TO change; RELEASE change')
    expect(told).to.deep.equal([
      '21 its body does not name this place, or the hash of entry 20',
      'null the kept root over the entries 17–32 is gone, or is not what they give',
    ])
  })
})

describe('the tree as it is read', () => {
  const leaves = Array.from({ length: 70 }, (_, n) => Buffer.from(entryHash(String(n)), 'hex'))

  it('gives the root at any size that was asked for, and keeps no more than a few hashes', () => {
    const sizes = fc.array(fc.nat({ max: 80 }), { maxLength: 12 })
    fc.assert(
      fc.property(sizes, fc.nat({ max: leaves.length }), (asked, size) => {
        const kept = (height: number, number: number) =>
          rootOf(leaves.slice(number * 2 ** height, (number + 1) * 2 ** height))
        const check = new TreeCheck(new Map(), kept, asked, (_, message) => expect.fail(message))
        for (const leaf of leaves.slice(0, size)) check.append(leaf)
        expect(check.root().equals(rootOf(leaves.slice(0, size)))).to.equal(true)
        for (const one of asked) {
          const root = check.rootAt(one)?.toString('hex')
          expect(root).to.equal(one <= size ? rootOf(leaves.slice(0, one)).toString('hex') : undefined)
        }
      }),
    )
  })
})
