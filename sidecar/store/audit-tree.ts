/** What is kept of the Merkle tree, and the checkpoints that were signed, for holding both against the entries. Read-only. */
import type { KeptCheckpoint } from './checkpoint.js'
import type { Connection } from './database.js'

export interface TreeClaims {
  /** How many rows of the tree there are of each height. */
  readonly counts: ReadonlyMap<number, number>
  readonly checkpoints: readonly KeptCheckpoint[]
}

/** To be called inside the read transaction of the other claims. */
export function readTreeClaims(connection: Connection): TreeClaims {
  const counts = connection.prepare<[], [number, number]>('SELECT height, count(*) FROM subtree GROUP BY height').raw()
  const checkpoints = connection.prepare<[], KeptCheckpoint>(
    'SELECT origin, size, time, note FROM checkpoint ORDER BY size, time',
  )
  return { counts: new Map(counts.all()), checkpoints: checkpoints.all() }
}

const PAGE = 256

/** The kept root of a subtree, read a page at a time of each height; undefined: there is none. */
export function subtreeOf(connection: Connection): (height: number, number: number) => Buffer | undefined {
  const select = connection
    .prepare<[number, number, number], [number, Buffer]>(
      'SELECT number, hash FROM subtree WHERE height = ? AND number >= ? AND number < ?',
    )
    .raw()
  const pages = new Map<number, { from: number; rows: ReadonlyMap<number, Buffer> }>()
  return (height, number) => {
    const from = number - (number % PAGE)
    let page = pages.get(height)
    if (page?.from !== from) {
      page = { from, rows: new Map(select.all(height, from, from + PAGE)) }
      pages.set(height, page)
    }
    return page.rows.get(number)
  }
}

/** The record of one entry, opened or not. */
export function recordOf(connection: Connection): (seq: number) => { salt: string; data: string } | undefined {
  const statement = connection.prepare<[number], { salt: string; data: string }>(
    'SELECT salt, data FROM private_record WHERE seq = ?',
  )
  return (seq) => statement.get(seq)
}

/** The kept hash of one entry, as bytes. */
export function hashOf(connection: Connection): (seq: number) => Buffer | undefined {
  const statement = connection.prepare<[number], string>('SELECT hash FROM entry WHERE seq = ?').pluck()
  return (seq) => {
    const hash = statement.get(seq)
    return hash === undefined ? undefined : Buffer.from(hash, 'hex')
  }
}
