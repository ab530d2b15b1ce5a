/** A receipt: the proof that an entry is under a checkpoint (c2sp.org/tlog-proof@v1). */
import { NoteError } from './note.js'

export interface Receipt {
  /** From 0: the entry's `seq` less one. */
  readonly index: number
  readonly proof: readonly Buffer[]
  /** The checkpoint, signed. */
  readonly checkpoint: string
}

const HEADER = 'c2sp.org/tlog-proof@v1'

export const receiptText = ({ index, proof, checkpoint }: Receipt): string =>
  [HEADER, `index ${index}`, ...proof.map((hash) => hash.toString('base64')), '', checkpoint].join('\n')

/** @throws NoteError where the text is none. */
export function readReceipt(text: string): Receipt {
  const end = text.indexOf('\n\n')
  const [header, ...lines] = text.slice(0, end).split('\n')
  if (lines[0]?.startsWith('extra ')) lines.shift()
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? []
  const proof = lines.map((line) => Buffer.from(line, 'base64'))
  const exact = proof.every((hash, at) => hash.length === 32 && hash.toString('base64') === lines[at])
  if (end < 0 || header !== HEADER || index === undefined || !exact) {
    throw new NoteError(`this is no receipt: it begins with ${HEADER}, an index and hashes`)
  }
  return { index: Number(index), proof, checkpoint: text.slice(end + 2) }
}
