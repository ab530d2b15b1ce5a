/**
 * Writes the ledger as static files in the layout of c2sp.org/tlog-tiles v0.1.0: anybody who is given the folder can verify
 * it, and its growth, with tools that exist for transparency logs. It holds bodies and hashes, so it names nobody.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Checkpoint, openCheckpoint } from '../domain/checkpoint.js'
import { replaceFile } from '../files.js'
import type { Connection } from '../store/database.js'
import { type Tiles, tilesOf } from '../store/tile.js'
import { Refusal } from './refusal.js'

const WIDTH = 256

export interface Writing {
  readonly folder: string
  /** The signed note over what is written. */
  readonly checkpoint: string
  /** The keys of this ledger, of all its time. */
  readonly vkeys: readonly string[]
  readonly onProgress?: (done: number, of: number) => void
}

/**
 * Adds what is missing in the folder, the checkpoint last: a reader never sees one whose tiles are not there.
 * @returns how many files were written.
 * @throws Refusal where the folder holds another ledger, or more of this one than there is.
 */
export function writeTiles(connection: Connection, { folder, checkpoint, vkeys, onProgress }: Writing): number {
  const { origin, size } = openCheckpoint(checkpoint, vkeys)
  const before = writtenBefore(folder, vkeys)
  if (before && (before.origin !== origin || before.size > size)) {
    const what = `${before.size} entries of ${before.origin}`
    throw new Refusal('state_conflict', `${folder} holds ${what}, not a beginning of ${origin}: choose another folder.`)
  }
  const tiles = tilesOf(connection)
  const from = before?.size ?? 0
  let files = 0
  for (let level = 0; size >= WIDTH ** level; level++) {
    const [was, is] = [Math.floor(from / WIDTH ** level), Math.floor(size / WIDTH ** level)]
    for (const [number, width] of tilesBetween(was, is)) {
      const [first, end] = [number * WIDTH, number * WIDTH + width]
      put(join(folder, 'tile', String(level)), number, width, Buffer.concat(tiles.hashes(level, first, end)))
      files++
      if (level > 0) continue
      put(join(folder, 'tile', 'entries'), number, width, bundle(tiles, first, end))
      files++
      onProgress?.(end, size)
    }
  }
  mkdirSync(folder, { recursive: true })
  replaceFile(join(folder, 'checkpoint'), checkpoint, 0o644)
  return files
}

function writtenBefore(folder: string, vkeys: readonly string[]): Checkpoint | null {
  const path = join(folder, 'checkpoint')
  return existsSync(path) ? openCheckpoint(readFileSync(path, 'utf8'), vkeys) : null
}

/** The tiles that are new or wider where a row of hashes grows: the number of each, and how many hashes it has. */
function* tilesBetween(was: number, is: number): Generator<[number, number]> {
  for (let number = Math.floor(was / WIDTH); number * WIDTH < is; number++) {
    const width = Math.min(WIDTH, is - number * WIDTH)
    if (number * WIDTH + width > was) yield [number, width]
  }
}

/** Entries as a tile of them holds them: the length in two bytes, and the body. */
function bundle(tiles: Tiles, from: number, to: number): Buffer {
  const parts = tiles.bodies(from, to).flatMap((body) => {
    const bytes = Buffer.from(body)
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    return [length, bytes]
  })
  return Buffer.concat(parts)
}

function put(folder: string, number: number, width: number, content: Buffer): void {
  const full = join(folder, tilePath(number))
  const path = width === WIDTH ? full : join(`${full}.p`, String(width))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  // Its parts are of no use once it is whole.
  if (width === WIDTH) rmSync(`${full}.p`, { recursive: true, force: true })
}

/** `x001/x234/067`. */
export function tilePath(number: number): string {
  const digits = String(number)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')
}
