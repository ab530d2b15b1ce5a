/** Copies of files that survive a loss of power, and what a file is told by: its digest. */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const CHUNK = 1024 * 1024

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

/**
 * Copies a file to a path where nothing is; only its owner can read the copy.
 * @param onProgress is told how many of how many bytes are copied.
 */
export function copyFile(path: string, target: string, onProgress?: (done: number, of: number) => void): void {
  const { size } = statSync(path)
  const opened = openSync(target, 'wx', 0o600)
  let done = 0
  try {
    for (const chunk of chunksOf(path)) {
      done += writeSync(opened, chunk)
      onProgress?.(done, size)
    }
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
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
