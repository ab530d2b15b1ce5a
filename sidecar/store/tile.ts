/** What tiles are made of: hashes of the tree in rows of 256, and the bodies of entries. */
import type { Connection } from './database.js'
import { hashesOf } from './tree.js'

/** Levels of tiles lie eight heights of the tree apart. */
const HEIGHT = 8

export interface Tiles {
  /** Hashes of a level from one number up to another, not included: 32 bytes each. */
  readonly hashes: (level: number, from: number, to: number) => Buffer[]
  /** The bodies of entries, from a place (from 0) up to another. */
  readonly bodies: (from: number, to: number) => string[]
}

export function tilesOf(connection: Connection): Tiles {
  const hashes = hashesOf(connection)
  const bodies = connection
    .prepare<[number, number], string>('SELECT body FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq')
    .pluck()
  return {
    hashes: (level, from, to) => hashes(level * HEIGHT, from, to),
    bodies: (from, to) => bodies.all(from, to),
  }
}
