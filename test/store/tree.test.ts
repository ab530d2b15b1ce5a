import { expect } from 'chai'
import fc from 'fast-check'
import { Civil } from '../../sidecar/domain/civil.js'
import { entryOf } from '../../sidecar/domain/entry.js'
import {
  consistencyProof,
  inclusionProof,
  provesConsistency,
  provesInclusion,
  rootOf,
  treeRoot,
} from '../../sidecar/domain/tree.js'
import { type Connection, openForWriting } from '../../sidecar/store/database.js'
import { migrate, migrations } from '../../sidecar/store/migrate.js'
import { createStores, type Stores } from '../../sidecar/store/stores.js'
import { subtreesOf } from '../../sidecar/store/tree.js'
import { NOW } from '../support.js'

const civil = new Civil('UTC', 1, [])

function open(): { connection: Connection; stores: Stores; append: (count: number) => void; leaves: () => Buffer[] } {
  const connection = openForWriting(':memory:')
  migrate(connection)
  const stores = createStores(connection, { eventKey: 'test', redemptionKey: 'test' })
  const one = entryOf({ kind: 'administration', record: { actor: 'test', reason: 'test' } })
  return {
    connection,
    stores,
    append: (count) => {
      for (let n = 0; n < count; n++) stores.ledger.append(one, 'moodle', NOW, civil)
    },
    leaves: () =>
      connection
        .prepare<[], string>('SELECT hash FROM entry ORDER BY seq')
        .pluck()
        .all()
        .map((hash) => Buffer.from(hash, 'hex')),
  }
}

const kept = (connection: Connection): unknown[] =>
  connection.prepare('SELECT height, number, hash FROM subtree ORDER BY height, number').all()

describe('the tree over the ledger', () => {
  it('has the root of the hashes of all entries, at every size', () => {
    const { stores, append, leaves } = open()
    expect(stores.ledger.tree.head()).to.deep.equal({ size: 0, root: rootOf([]) })
    for (let size = 1; size <= 600; size++) {
      append(1)
      if (size % 13 === 0) stores.ledger.tree.clear()
      if (size % 7 === 0 || size % 16 < 2)
        expect(stores.ledger.tree.head(), `${size}`).to.deep.equal({ size, root: rootOf(leaves()) })
    }
  })

  it('keeps the roots of every 16 and every 256 entries, and gives any other from at most sixteen of them', () => {
    const { connection, stores, append, leaves } = open()
    append(600)
    expect(connection.prepare('SELECT height, count(*) AS n FROM subtree GROUP BY height').all()).to.deep.equal([
      { height: 4, n: 37 },
      { height: 8, n: 2 },
    ])
    const all = leaves()
    for (let height = 0; height <= 9; height++) {
      for (let number = 0; (number + 1) * 2 ** height <= 600; number += 1 + Math.floor(number / 3)) {
        const expected = rootOf(all.slice(number * 2 ** height, (number + 1) * 2 ** height))
        expect(stores.ledger.tree.subtrees(height, number).equals(expected), `${height} ${number}`).to.equal(true)
      }
    }
    expect(() => stores.ledger.tree.subtrees(4, 37)).to.throw('gap')
    expect(() => stores.ledger.tree.subtrees(2, 150)).to.throw('gap')
  })

  it('forgets what is rolled back', () => {
    const { stores, append, leaves, connection } = open()
    stores.writer.write(() => append(30))
    expect(() =>
      stores.writer.write(() => {
        append(300)
        throw new Error('no')
      }),
    ).to.throw('no')
    stores.writer.write(() => append(5))
    expect(stores.ledger.tree.head()).to.deep.equal({ size: 35, root: rootOf(leaves()) })
    expect(kept(connection)).to.have.length(2)
  })

  it('proves every entry and every earlier size', () => {
    const { connection, append, leaves } = open()
    append(700)
    const all = leaves()
    const subtrees = subtreesOf(connection)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(), (size, any) => {
        const root = treeRoot(size, subtrees)
        expect(root.equals(rootOf(all.slice(0, size)))).to.equal(true)
        const index = any % size
        const proof = inclusionProof(index, size, subtrees)
        expect(provesInclusion({ index, size, leaf: all[index]!, root, proof })).to.equal(true)
        const from = index + 1
        const fromRoot = treeRoot(from, subtrees)
        const steps = consistencyProof(from, size, subtrees)
        expect(provesConsistency({ from, fromRoot, size, root, proof: steps })).to.equal(true)
      }),
      { numRuns: 60 },
    )
  })

  it('is made by the migration for a ledger from before there were checkpoints', () => {
    const { connection, append } = open()
    append(700)
    const expected = kept(connection)
    const sql = migrations().find(({ number }) => number === 4)!.sql
    connection.exec('DROP TABLE subtree; DROP TABLE checkpoint')
    connection.exec(sql)
    expect(kept(connection)).to.deep.equal(expected)
    expect(expected).to.have.length(45)
  })
})
