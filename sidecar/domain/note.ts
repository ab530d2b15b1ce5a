/**
 * C2SP signed notes (c2sp.org/signed-note v1.0.0): a text, a blank line, and lines by whoever signed it, with Ed25519. A line
 * of a witness (c2sp.org/tlog-cosignature v1.0.1) is over the time at which it saw the text as well.
 */
import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'

/** A note that is none, or that nobody whose key is known has signed. The message says which. */
export class NoteError extends Error {}

export interface Signer {
  readonly name: string
  /** What everybody may know: `name+key id+key`. */
  readonly vkey: string
  /** @returns the line that stands under the text. */
  readonly sign: (text: string) => string
}

interface Verifier {
  readonly name: string
  /** The first four bytes of a hash over name and key. */
  readonly id: Buffer
  readonly verify: (text: string, signature: Buffer) => boolean
}

const ED25519 = 1
const COSIGNATURE = 4
const TIME_BYTES = 8
/** What comes before the 32 bytes of an Ed25519 key in DER (RFC 8410): a seed, and a public key. */
const SEED_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const DASH = '\u2014'

/** @param name such as `moodle.example.edu/rewards`: no spaces, no `+`. @param seed 32 bytes. */
export function signerFrom(name: string, seed: Buffer): Signer {
  requireName(name)
  const key = createPrivateKey({ key: Buffer.concat([SEED_PREFIX, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length)
  const id = keyId(name, ED25519, publicKey)
  const vkey = `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.of(ED25519), publicKey]).toString('base64')}`
  const signed = (text: string) => Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64')
  return { name, vkey, sign: (text) => `${DASH} ${name} ${signed(text)}\n` }
}

/** @throws NoteError where a text is no key, or its parts do not belong together. */
export function verifierOf(vkey: string): Verifier {
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(vkey) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  const kind = bytes[0]
  if (bytes.length !== 33 || bytes.toString('base64') !== encoded || (kind !== ED25519 && kind !== COSIGNATURE))
    throw new NoteError(`${vkey} is no public key of a log (name+id+key)`)
  const publicKey = bytes.subarray(1)
  if (keyId(name, kind, publicKey).toString('hex') !== id)
    throw new NoteError(`${vkey} was copied wrongly: its parts disagree`)
  const key = createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: 'der', type: 'spki' })
  const isSigned = (text: string, signature: Buffer) => verify(null, Buffer.from(text), key, signature)
  return { name, id: Buffer.from(id, 'hex'), verify: kind === ED25519 ? isSigned : isCosigned(isSigned) }
}

/** A witness signs a header with its time before the text, and puts the time before its signature. */
const isCosigned = (isSigned: Verifier['verify']) => (text: string, signature: Buffer) => {
  if (signature.length <= TIME_BYTES) return false
  const header = `cosignature/v1\ntime ${signature.readBigUInt64BE()}\n`
  return isSigned(header + text, signature.subarray(TIME_BYTES))
}

/** @param text ends in a line feed. */
export function signNote(text: string, signers: readonly Signer[]): string {
  return `${text}\n${signers.map(({ sign: signed }) => signed(text)).join('')}`
}

/**
 * @param vkeys whose signatures count; all lines by one of these names and keys have to be right, others are passed over.
 * @returns the text that was signed, and which of the keys signed it.
 * @throws NoteError
 */
export function openNote(note: string, vkeys: readonly string[]): { text: string; signedBy: string[] } {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n'))
    throw new NoteError('this is no signed note: it has no blank line before signatures')
  const text = note.slice(0, end + 1)
  const lines = note
    .slice(end + 2, -1)
    .split('\n')
    .map(readLine)
  const signedBy: string[] = []
  for (const vkey of vkeys) {
    const { name, id, verify: isBy } = verifierOf(vkey)
    const line = lines.find((one) => one.name === name && one.id.equals(id))
    if (!line) continue
    if (!isBy(text, line.signature)) {
      throw new NoteError(`the signature of ${name} is not over this text: one of the two was changed`)
    }
    signedBy.push(vkey)
  }
  if (signedBy.length > 0) return { text, signedBy }
  throw new NoteError(
    `nobody whose key is known signed this: it is signed by ${lines.map(({ name }) => name).join(', ')}`,
  )
}

function readLine(line: string): { name: string; id: Buffer; signature: Buffer } {
  const [, name, encoded] = /^\u2014 ([^+\s]+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? []
  const bytes = Buffer.from(encoded ?? '', 'base64')
  if (name === undefined || bytes.length < 5)
    throw new NoteError('this is no signed note: a line of signatures is no signature')
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

const keyId = (name: string, kind: number, publicKey: Buffer): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(kind), publicKey]), 'buffer').subarray(0, 4)

function requireName(name: string): void {
  if (!/^[^+\s]+$/.test(name)) throw new NoteError(`${name} cannot name a log: no spaces, no +`)
}
