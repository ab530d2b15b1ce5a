/** ZIP files (PKWARE APPNOTE 6.3.3), deflated, every time the same: what plugins and evidence need, and no more. */
import { constants, crc32, deflateRawSync } from 'node:zlib'

/** 1 January 2026, 00:00, as MS-DOS has it: no file differs by when it was made. */
const DATE = ((2026 - 1980) << 9) | (1 << 5) | 1
const VERSION = 20
const DEFLATED = 8
/** Names are UTF-8. */
const UTF8 = 1 << 11
/** A plain file that everybody may read. */
const MODE = 0o100644 << 16
/** Made on Unix, so that MODE means something. */
const UNIX = 3 << 8

export interface ZipFile {
  /** With slashes, relative. */
  readonly path: string
  /** In pieces that fit into memory each. */
  readonly content: Iterable<Buffer>
}

/** A ZIP in pieces: no more of it is held than one file, deflated, and the names. Each file is asked for in its turn. */
export function* zipped(files: Iterable<ZipFile>): Generator<Buffer> {
  const directory: Buffer[] = []
  let [offset, count] = [0, 0]
  for (const { path, content } of files) {
    const name = Buffer.from(path)
    const { parts, crc, size } = deflate(content)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(VERSION, 0)
    shared.writeUInt16LE(UTF8, 2)
    shared.writeUInt16LE(DEFLATED, 4)
    shared.writeUInt16LE(0, 6)
    shared.writeUInt16LE(DATE, 8)
    shared.writeUInt32LE(crc, 10)
    shared.writeUInt32LE(lengthOf(parts), 14)
    shared.writeUInt32LE(size, 18)
    shared.writeUInt16LE(name.length, 22)
    const more = Buffer.alloc(14)
    more.writeUInt32LE(MODE >>> 0, 6)
    more.writeUInt32LE(offset, 10)
    directory.push(signature(0x02014b50), uint16(UNIX | VERSION), shared, more, name)
    const pieces = [signature(0x04034b50), shared, name, ...parts]
    yield* pieces
    offset += lengthOf(pieces)
    count++
  }
  // What an unpacker begins with.
  const end = Buffer.alloc(18)
  end.writeUInt16LE(count, 4)
  end.writeUInt16LE(count, 6)
  end.writeUInt32LE(lengthOf(directory), 8)
  end.writeUInt32LE(offset, 12)
  yield* [...directory, signature(0x06054b50), end]
}

/** A ZIP that fits into memory. @param files contents by name, in the order in which they are to stand. */
export const zip = (files: ReadonlyMap<string, Buffer>): Buffer =>
  Buffer.concat([...zipped([...files].map(([path, content]) => ({ path, content: [content] })))])

const lengthOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, { length }) => sum + length, 0)

/** Each piece is deflated by itself: only the last one ends the stream. */
function deflate(content: Iterable<Buffer>): { parts: Buffer[]; crc: number; size: number } {
  const parts: Buffer[] = []
  let [crc, size] = [0, 0]
  for (const piece of content) {
    parts.push(deflateRawSync(piece, { level: 9, finishFlush: constants.Z_SYNC_FLUSH }))
    crc = crc32(piece, crc)
    size += piece.length
  }
  parts.push(deflateRawSync(Buffer.alloc(0)))
  return { parts, crc, size }
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
