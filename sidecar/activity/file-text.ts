/** Files of recorded activity as text, whatever they were saved as: plain or gzipped, UTF-8 or Windows-1252. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { TextDecoder } from 'node:util'
import { createGunzip } from 'node:zlib'
import { ActivityError } from './activity-error.js'

export type Encoding = 'utf-8' | 'windows-1252'

/** What a first look at the whole file found. */
export interface Probe {
  readonly path: string
  /** Bytes on disk. */
  readonly size: number
  /** SHA-256 of the bytes as they are on disk, lower-case hex. */
  readonly sha256: string
  readonly gzipped: boolean
  /** Decided by every byte of the file: one that is not UTF-8 anywhere is Windows-1252 everywhere. */
  readonly encoding: Encoding
  /** The first few thousand bytes of the content. */
  readonly head: Buffer
  /** A sentence where the content cannot be unpacked. */
  readonly broken: string | null
}

const HEAD = 4096

/**
 * Reads the file once to learn what it is.
 * @throws ActivityError if there is no such file or it may not be read.
 */
export async function probeFile(path: string): Promise<Probe> {
  const { size, gzipped } = await lookAt(path)
  const hash = createHash('sha256')
  const strict = new TextDecoder('utf-8', { fatal: true })
  let encoding: Encoding = 'utf-8'
  let head = Buffer.alloc(0)
  let broken: string | null = null
  try {
    for await (const chunk of contentOf(path, gzipped, (bytes) => hash.update(bytes))) {
      if (head.length < HEAD) head = Buffer.concat([head, chunk.subarray(0, HEAD - head.length)])
      if (encoding === 'utf-8' && !decodes(strict, chunk)) encoding = 'windows-1252'
    }
    if (encoding === 'utf-8' && !decodes(strict)) encoding = 'windows-1252'
  } catch (error) {
    if (!isZlib(error)) throw plainly(path, error)
    broken = 'begins like a gzip file but cannot be unpacked; it may have been cut off: fetch or pack it again'
  }
  const sha256 = broken ? await digestOf(path) : hash.digest('hex')
  return { path, size, sha256, gzipped, encoding, head, broken }
}

/**
 * The text of a probed file, piece by piece, without a byte order mark and with every line ending as `\n`.
 * @param onBytes is told of every piece read from the disk.
 * @throws ActivityError if the file is no longer the one that was probed.
 */
export async function* textOf(probe: Probe, onBytes: (count: number) => void = () => {}): AsyncGenerator<string> {
  const hash: Hash = createHash('sha256')
  const decode = probe.encoding === 'utf-8' ? utf8() : windows1252
  let held = ''
  const content = contentOf(probe.path, probe.gzipped, (bytes) => {
    hash.update(bytes)
    onBytes(bytes.length)
  })
  try {
    for await (const chunk of content) {
      const text = held + decode(chunk)
      // A \r at the very end may be half of a line ending: it waits for the next piece.
      held = text.endsWith('\r') ? '\r' : ''
      yield unixLines(held ? text.slice(0, -1) : text)
    }
  } catch (error) {
    throw plainly(probe.path, error)
  }
  if (held) yield ' '
  if (hash.digest('hex') !== probe.sha256) {
    throw new ActivityError(`${probe.path} changed while it was being read. Copy it aside and read the copy.`)
  }
}

/** A lone \r is no line ending in the exports of today: as a space it leaves the line numbers those of an editor. */
const unixLines = (text: string): string =>
  text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', ' ') : text

async function* contentOf(path: string, gzipped: boolean, onBytes: (bytes: Buffer) => void): AsyncGenerator<Buffer> {
  async function* disk(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      onBytes(chunk)
      yield chunk
    }
  }
  if (!gzipped) {
    yield* disk()
    return
  }
  const unpacked = createGunzip()
  // Whatever goes wrong reaches the reader below through the stream itself.
  pipeline(disk, unpacked, () => {})
  yield* unpacked as AsyncIterable<Buffer>
}

async function lookAt(path: string): Promise<{ size: number; gzipped: boolean }> {
  try {
    const file = await open(path)
    try {
      const magic = Buffer.alloc(2)
      await file.read(magic, 0, 2, 0)
      return { size: (await file.stat()).size, gzipped: magic[0] === 0x1f && magic[1] === 0x8b }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw plainly(path, error)
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

function decodes(strict: TextDecoder, chunk?: Buffer): boolean {
  try {
    if (chunk) strict.decode(chunk, { stream: true })
    else strict.decode()
    return true
  } catch {
    return false
  }
}

function utf8(): (chunk: Buffer) => string {
  const decoder = new TextDecoder('utf-8')
  return (chunk) => decoder.decode(chunk, { stream: true })
}

/** What Windows-1252 has at 0x80–0x9f; five places are empty and stay what they are. Some Node versions' own decoder reads Latin-1 instead. */
const UPPER = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'
const windows1252 = (chunk: Buffer): string =>
  chunk.toString('latin1').replace(/[\x80-\x9f]/g, (char) => UPPER[char.charCodeAt(0) - 0x80] ?? char)

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
const isZlib = (error: unknown): boolean => codeOf(error).startsWith('Z_')

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'There is no such file. Check the path.',
  EACCES: 'It may not be read by this user. Give it read permission, or run this as somebody who may.',
  EISDIR: 'It is a folder. Name the files in it.',
}

function plainly(path: string, error: unknown): unknown {
  if (error instanceof ActivityError) return error
  const code = codeOf(error)
  if (code === '') return error
  const reason = isZlib(error) ? 'It can no longer be unpacked: fetch it again.' : REASONS[code]
  return new ActivityError(`${path} could not be read. ${reason ?? `The system says ${code}.`}`, { cause: error })
}
