/** A checkpoint: how many entries the ledger has, and the root that stands for all of them (c2sp.org/tlog-checkpoint). */
import { NoteError, openNote, type Signer, signNote } from './note.js'

export interface Checkpoint {
  /** The name of this ledger, for as long as no entry under a checkpoint is lost. */
  readonly origin: string
  /** How many entries are under it. */
  readonly size: number
  /** RFC 6962, 32 bytes. */
  readonly root: Buffer
}

/** The text that is signed. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`

/** @throws NoteError where the text is none. */
export function readCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', encoded = '', ...more] = text.split('\n')
  const root = Buffer.from(encoded, 'base64')
  const exact = root.length === 32 && root.toString('base64') === encoded
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/.test(size) || !exact || more.length === 0) {
    throw new NoteError('this is no checkpoint: it needs an origin, a number of entries and a root, a line each')
  }
  return { origin, size: Number(size), root }
}

/** The checkpoint as it is given out. */
export const signCheckpoint = (checkpoint: Checkpoint, signers: readonly Signer[]): string =>
  signNote(checkpointText(checkpoint), signers)

/** @throws NoteError where it is none, or nobody whose key is known signed it. */
export const openCheckpoint = (note: string, vkeys: readonly string[]): Checkpoint =>
  readCheckpoint(openNote(note, vkeys).text)
