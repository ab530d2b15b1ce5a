/** A ZIP file (PKWARE APPNOTE 6.3.3), deflated, every time the same: what a plugin's package needs and no more. */
import { crc32, deflateRawSync } from 'node:zlib'

/** 1 January 2026, 00:00, as MS-DOS has it: no package differs by when it was made. */
const DATE = ((2026 - 1980) << 9) | (1 << 5) | 1
const VERSION = 20
const DEFLATED = 8
/** Names are UTF-8. */
const UTF8 = 1 << 11
/** A plain file that everybody may read. */
const MODE = 0o100644 << 16
/** Made on Unix, so that MODE means something. */
const UNIX = 3 << 8

/** @param files contents by name, in the order in which they are to stand. */
export function zip(files: ReadonlyMap<string, Buffer>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [path, content] of files) {
    const name = Buffer.from(path)
    const data = deflateRawSync(content, { level: 9 })
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(VERSION, 0)
    shared.writeUInt16LE(UTF8, 2)
    shared.writeUInt16LE(DEFLATED, 4)
    shared.writeUInt16LE(0, 6)
    shared.writeUInt16LE(DATE, 8)
    shared.writeUInt32LE(crc32(content), 10)
    shared.writeUInt32LE(data.length, 14)
    shared.writeUInt32LE(content.length, 18)
    shared.writeUInt16LE(name.length, 22)
    parts.push(signature(0x04034b50), shared, name, data)

    const more = Buffer.alloc(14)
    more.writeUInt32LE(MODE >>> 0, 6)
    more.writeUInt32LE(offset, 10)
    directory.push(signature(0x02014b50), uint16(UNIX | VERSION), shared, more, name)
    offset += 4 + shared.length + name.length + data.length
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.size, 4)
  end.writeUInt16LE(files.size, 6)
  end.writeUInt32LE(size, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, ...directory, signature(0x06054b50), end])
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
