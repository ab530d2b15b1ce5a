/** Holds signed checkpoints against the entries: those that are kept here, and those that somebody kept elsewhere. */
import { type Checkpoint, openCheckpoint, readCheckpoint } from '../domain/checkpoint.js'
import { NoteError, verifierOf } from '../domain/note.js'
import { type Receipt, readReceipt } from '../domain/receipt.js'
import type { KeyDetail } from '../domain/signing.js'
import { provesInclusion } from '../domain/tree.js'
import type { KeptCheckpoint } from '../store/checkpoint.js'
import type { Fail } from './verify-chain.js'
import type { TreeCheck } from './verify-tree.js'

export interface NamedText {
  readonly name: string
  readonly text: string
}

export interface GivenCheckpoints {
  /** The checkpoints that are kept as files beside the database. */
  readonly files?: readonly NamedText[]
  /** What was kept elsewhere: checkpoints, or receipts that end in one. */
  readonly against?: readonly NamedText[]
  /** The public keys to trust instead of those on the ledger. None: those are trusted. @throws NoteError where one is none. */
  readonly keys?: readonly string[]
}

/** A name that was given up, by a restore or with a lost key, as an entry of kind `key` says. */
export interface DeclaredLost {
  /** The name that the ledger had. */
  readonly origin: string
  /** How many entries of it are still here. */
  readonly kept: number
  /** How many there were, as far as a checkpoint kept here says; null: none over more is kept here. */
  readonly signed: number | null
  /** The entry that declares it. */
  readonly entry: number
}

interface Candidate extends Checkpoint {
  /** What it is called in a message. */
  readonly name: string
  readonly note: string
  readonly own: boolean
  readonly receipt: Receipt | null
}

interface GivenUp {
  readonly size: number
  readonly entry: number
}

export class CheckpointsCheck {
  readonly #candidates: Candidate[] = []
  readonly #agree: Candidate[] = []
  /** origin → the keys that sign for it. */
  readonly #keys = new Map<string, string[]>()
  /** origin → how many entries are left of what was signed under it. */
  readonly #former = new Map<string, GivenUp>()
  readonly #lost = new Map<string, DeclaredLost>()
  readonly #trusted: readonly string[]

  constructor(
    rows: readonly KeptCheckpoint[],
    { files = [], against = [], keys = [] }: GivenCheckpoints,
    readonly hashOf: (seq: number) => Buffer | undefined,
    readonly fail: Fail,
  ) {
    for (const key of keys) verifierOf(key)
    this.#trusted = keys
    for (const { name, text } of against)
      this.#read(text, false, (size) => `the checkpoint${size} that you gave (${name})`)
    for (const { origin, size, time, note } of rows) {
      const day = new Date(time).toISOString().slice(0, 10)
      const read = this.#read(note, true, (of) => `the checkpoint${of} that was signed on ${day}`)
      if (read && (read.origin !== origin || read.size !== size)) fail(null, `${read.name} is kept as another one`)
    }
    for (const { name, text } of files) this.#read(text, true, (size) => `the checkpoint${size} in checkpoints/${name}`)
  }

  /** How many agree with the entries. */
  get counts(): { own: number; against: number } {
    const own = this.#agree.filter((one) => one.own).length
    return { own, against: this.#agree.length - own }
  }

  get declaredLost(): DeclaredLost[] {
    return [...this.#lost.values()]
  }

  /** Of which sizes the roots are needed. */
  sizes(): number[] {
    return this.#candidates.map(({ size }) => size)
  }

  /** A key came into use. */
  key(seq: number, { origin, vkey, former }: KeyDetail): void {
    this.#keys.set(origin, [...(this.#keys.get(origin) ?? []), vkey])
    if (!former) return
    this.#former.set(former.origin, { size: former.size, entry: seq })
    this.#lost.set(former.origin, { origin: former.origin, kept: former.size, signed: null, entry: seq })
  }

  /** @param whole whether every entry was read: if not, only what was read is judged. */
  finish(tree: TreeCheck, whole: boolean): void {
    const named = new Set([...this.#keys.values()].flat())
    for (const key of this.#trusted) {
      if (whole && !named.has(key))
        this.fail(
          null,
          `no entry names the public key ${key} that you gave: this is another ledger, or all of it was written anew`,
        )
    }
    const signed = this.#candidates.filter((one) => this.#isSigned(one))
    const here = signed.filter((one) => this.#isHere(one, tree.size, whole))
    const other = here.filter((one) => !this.#agrees(one, tree))
    for (const one of other.filter(({ own }) => !own)) this.fail(null, otherRoot(one) + this.#narrowed(one))
    // All later ones of our own differ with the first.
    const [first] = other.filter(({ own }) => own).sort((a, b) => a.size - b.size)
    if (first) this.fail(null, otherRoot(first) + this.#narrowed(first))
  }

  #read(text: string, own: boolean, nameOf: (size: string) => string): Candidate | null {
    try {
      const receipt = !own && isReceipt(text) ? readReceipt(text) : null
      const note = receipt?.checkpoint ?? text
      const checkpoint = readCheckpoint(note)
      const candidate = { ...checkpoint, name: nameOf(` of ${counted(checkpoint.size)} entries`), note, own, receipt }
      this.#candidates.push(candidate)
      return candidate
    } catch (error) {
      this.#refuse(nameOf(''), error)
      return null
    }
  }

  #isSigned({ name, note, origin, own }: Candidate): boolean {
    const known = own || this.#trusted.length === 0 ? this.#keys.get(origin) : this.#trusted
    if (!known) {
      this.fail(null, `${name} is one of ${origin}, and no entry says that this ledger was ever called that`)
      return false
    }
    try {
      openCheckpoint(note, known)
      return true
    } catch (error) {
      this.#refuse(name, error)
      return false
    }
  }

  /** Whether there are as many entries as it is over. */
  #isHere({ name, origin, size, own }: Candidate, head: number, whole: boolean): boolean {
    const former = this.#former.get(origin)
    if (former && size > former.size) {
      const signed = Math.max(size, this.#lost.get(origin)?.signed ?? 0)
      if (own) this.#lost.set(origin, { origin, kept: former.size, signed, entry: former.entry })
      else
        this.fail(
          null,
          `${name} is over entries that were given up: ${former.size + 1}–${size} are gone, as entry ${former.entry} declares`,
          'given_up',
        )
      return false
    }
    if (size > head && whole)
      this.fail(null, `${name} is over more than there are: entries ${head + 1}–${size} are gone`)
    return size <= head
  }

  #agrees(one: Candidate, tree: TreeCheck): boolean {
    const { root, receipt, size, name } = one
    if (!tree.rootAt(size)?.equals(root)) return false
    this.#agree.push(one)
    const leaf = receipt && this.hashOf(receipt.index + 1)
    if (receipt && !(leaf && provesInclusion({ ...receipt, leaf, size, root })))
      this.fail(null, `${name} agrees, but the receipt around it does not prove entry ${receipt.index + 1}`)
    return true
  }

  /** Between which two sizes the change lies, as far as other checkpoints say. */
  #narrowed({ size, own, origin }: Candidate): string {
    const anew = !own && this.#signedAnew(size, origin)
    if (anew) return '; the checkpoints kept here agree with the change all the same: they were signed anew'
    const before = this.#agree.filter((one) => one.size < size).sort((a, b) => a.size - b.size)
    const last = before.findLast((one) => !one.own) ?? before.at(-1)
    if (!last) return ''
    const unless = last.own ? ', unless that was signed anew' : ''
    return `; entries 1–${last.size} are as ${last.name} has them${unless}: the change is between ${last.size + 1} and ${size}`
  }

  /** Whether checkpoints of our own agree with entries that another one refutes: they prove nothing then. */
  #signedAnew(size: number, origin: string): boolean {
    return this.#agree.some((one) => one.own && one.origin === origin && one.size >= size)
  }

  #refuse(name: string, error: unknown): void {
    if (!(error instanceof NoteError)) throw error
    this.fail(null, `${name} cannot be believed: ${error.message}`)
  }
}

const isReceipt = (text: string): boolean => text.startsWith('c2sp.org/tlog-proof@')

/** `1,234`. */
const counted = (count: number): string => count.toLocaleString('en-GB')

const otherRoot = ({ name, size }: Candidate): string =>
  `${name} has another root: an entry at or before ${size} was changed, removed or inserted since`
