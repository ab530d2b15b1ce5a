/** Files that survive a loss of power: written whole or not at all, copied, and told by their digest. */
import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

type Piece = string | Buffer

const CHUNK = 1024 * 1024
/** What a file is called until it is whole; SQLite may have a journal beside its own. */
const PART = /^(.+)\.[0-9a-f]{8}\.part(-journal)?$/
/** Nobody who still writes a file pauses for so long. */
const STALE = 3_600_000

/**
 * Puts a file in the place of another: after a crash there is one or the other, whole. Its owner alone reads it, unless `mode`
 * says more.
 * @returns its length in bytes. @throws where the disk is full, or the folder gone: then nothing is left.
 */
export function replaceFile(path: string, content: string | Iterable<Piece>, mode = 0o600): number {
  const part = partOf(path)
  try {
    const bytes = writeNew(part, typeof content === 'string' ? [content] : content, mode)
    place(part, path)
    return bytes
  } finally {
    rmSync(part, { force: true })
  }
}

/** The same in steps, between which others are served. */
export async function replaceFileInSteps(path: string, pieces: Iterable<Piece>): Promise<void> {
  const part = partOf(path)
  try {
    const file = await open(part, 'wx', 0o600)
    try {
      for (const piece of pieces) await file.writeFile(piece)
      await file.sync()
    } finally {
      await file.close()
    }
    place(part, path)
  } finally {
    rmSync(part, { force: true })
  }
}

/**
 * A name beside a file, for what takes its place once it is whole: no other program writes under it. What programs left behind
 * there that were ended while they wrote this file is deleted.
 */
export function partOf(path: string): string {
  dropRemains(dirname(path), basename(path))
  return `${path}.${randomBytes(4).toString('hex')}.part`
}

/** Gives a file that is whole, and on the disk, its name: in place of what has it. */
export function place(part: string, path: string): void {
  renameSync(part, path)
  syncName(path)
}

/** Deletes what was left behind half written in a folder. @param of of this file alone. */
export function dropRemains(folder: string, of?: string): void {
  for (const name of readdirSync(folder)) {
    const whole = PART.exec(name)?.[1]
    const path = join(folder, name)
    if (whole !== undefined && whole === (of ?? whole) && isStale(path)) rmSync(path, { force: true })
  }
}

/** Whether nobody can be writing a file any more. */
export function isStale(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs >= STALE
}

/** Writes a file where nothing is, not even a link. @returns its length in bytes, once the disk has them. */
export function writeNew(path: string, pieces: Iterable<Piece>, mode = 0o600): number {
  const opened = openSync(path, 'wx', mode)
  try {
    let bytes = 0
    for (const piece of pieces) {
      writeFileSync(opened, piece)
      bytes += Buffer.byteLength(piece)
    }
    fsyncSync(opened)
    return bytes
  } finally {
    closeSync(opened)
  }
}

/**
 * Copies a file to a path where nothing is; only its owner can read the copy.
 * @param onProgress is told how many of how many bytes are copied.
 */
export function copyFile(path: string, target: string, onProgress?: (done: number, of: number) => void): void {
  const { size } = statSync(path)
  let done = 0
  const told = function* (): Generator<Buffer> {
    for (const chunk of chunksOf(path)) {
      yield chunk
      done += chunk.length
      onProgress?.(done, size)
    }
  }
  writeNew(target, told())
}

/** Waits until the disk has what is in a file, or the names in a folder. */
export function sync(path: string): void {
  const opened = openSync(path, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}

/** Waits until the disk has a file's name. */
export const syncName = (path: string): void => sync(dirname(path))

/** SHA-256, lower-case hex. */
export function digestOf(path: string): string {
  const digest = createHash('sha256')
  for (const chunk of chunksOf(path)) digest.update(chunk)
  return digest.digest('hex')
}

function* chunksOf(path: string): Generator<Buffer> {
  const chunk = Buffer.alloc(CHUNK)
  const opened = openSync(path, 'r')
  try {
    for (let read = readSync(opened, chunk); read > 0; read = readSync(opened, chunk)) yield chunk.subarray(0, read)
  } finally {
    closeSync(opened)
  }
}
