/** What tiles are made of: hashes of the tree in rows of 256, and the bodies of entries. */
import type { Connection } from './database.js'

/** Levels of tiles lie eight heights of the tree apart. */
const HEIGHT = 8

export interface Tiles {
  /** Hashes of a level from one number up to another, not included: 32 bytes each. */
  readonly hashes: (level: number, from: number, to: number) => Buffer[]
  /** The bodies of entries, from a place (from 0) up to another. */
  readonly bodies: (from: number, to: number) => string[]
}

export function tilesOf(connection: Connection): Tiles {
  const leaves = connection
    .prepare<[number, number], string>('SELECT hash FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq')
    .pluck()
  const nodes = connection
    .prepare<[number, number, number], Buffer>(
      'SELECT hash FROM subtree WHERE height = ? AND number >= ? AND number < ? ORDER BY number',
    )
    .pluck()
  const bodies = connection
    .prepare<[number, number], string>('SELECT body FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq')
    .pluck()
  return {
    hashes: (level, from, to) =>
      level === 0 ? leaves.all(from, to).map((hash) => Buffer.from(hash, 'hex')) : nodes.all(level * HEIGHT, from, to),
    bodies: (from, to) => bodies.all(from, to),
  }
}
