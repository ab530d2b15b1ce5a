/** The Merkle tree over the entries: what is needed of it to sign and to prove, without reading the ledger. */
import { nodeHash, peaksOf, rootOf, type Subtrees } from '../domain/tree.js'
import type { Connection, Writer } from './database.js'

/** Roots are kept of the subtrees at every fourth height: what lies between is made of at most sixteen of them. */
const STEP = 4

/** Reads hashes of the tree as they are kept: of the entries (height 0), and of every fourth height; up to `to`, not included. */
export function hashesOf(connection: Connection): (height: number, from: number, to: number) => Buffer[] {
  const leaves = connection
    .prepare<[number, number], string>('SELECT hash FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq')
    .pluck()
  const kept = connection
    .prepare<[number, number, number], Buffer>(
      'SELECT hash FROM subtree WHERE height = ? AND number >= ? AND number < ? ORDER BY number',
    )
    .pluck()
  return (height, from, to) =>
    height === 0 ? leaves.all(from, to).map((hash) => Buffer.from(hash, 'hex')) : kept.all(height, from, to)
}

/** Reads subtrees over whatever entries a connection sees. It throws where one is not there whole. */
export function subtreesOf(connection: Connection): Subtrees {
  const hashes = hashesOf(connection)
  return (height, number) => {
    const below = height % STEP
    const [from, to] = [number * 2 ** below, (number + 1) * 2 ** below]
    const found = hashes(height - below, from, to)
    if (found.length === to - from) return rootOf(found)
    throw new Error(`the tree over the ledger has a gap at height ${height}: run scripts/rocket ledger verify`)
  }
}

/** The tree as it grows: in memory only the roots of the full subtrees that the ledger is made of just now. */
export class Tree {
  readonly subtrees: Subtrees
  readonly #readSize
  readonly #insert
  #size = 0
  /** Largest first; null: to be read. */
  #peaks: Buffer[] | null = null

  constructor(writer: Writer) {
    const { connection } = writer
    writer.mirror(this)
    this.subtrees = subtreesOf(connection)
    this.#readSize = connection.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM entry').pluck()
    this.#insert = connection.prepare('INSERT INTO subtree (height, number, hash) VALUES (?, ?, ?)')
  }

  clear(): void {
    this.#peaks = null
  }

  /** How many entries there are. */
  get size(): number {
    this.#loaded()
    return this.#size
  }

  /** The same, and their root. */
  head(): { size: number; root: Buffer } {
    const peaks = this.#loaded()
    return {
      size: this.#size,
      root: peaks.length === 0 ? rootOf([]) : peaks.reduceRight((right, left) => nodeHash(left, right)),
    }
  }

  /** Inside the transaction of the entry whose hash this is, before that is written. */
  append(hash: string): void {
    const peaks = this.#loaded()
    let node: Buffer = Buffer.from(hash, 'hex')
    let number = this.#size
    for (let height = 1; number % 2 === 1; height++) {
      node = nodeHash(peaks.pop()!, node)
      number = (number - 1) / 2
      if (height % STEP === 0) this.#insert.run(height, number, node)
    }
    peaks.push(node)
    this.#size++
  }

  #loaded(): Buffer[] {
    if (this.#peaks) return this.#peaks
    this.#size = this.#readSize.get() ?? 0
    this.#peaks = peaksOf(this.#size).map(({ height, number }) => this.subtrees(height, number))
    return this.#peaks
  }
}
