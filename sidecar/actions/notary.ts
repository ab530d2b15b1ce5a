/** Signs what the ledger is, and proves what is in it: checkpoints, receipts, consistency. */
import { type Checkpoint, openCheckpoint, signCheckpoint } from '../domain/checkpoint.js'
import { NoteError, type Signer } from '../domain/note.js'
import { receiptText } from '../domain/receipt.js'
import { everSigned } from '../domain/signing.js'
import { consistencyProof, inclusionProof, treeRoot } from '../domain/tree.js'
import { HomeError } from '../home.js'
import type { Stores } from '../store/stores.js'
import { type KeyFile, LedgerKeys, unsigned } from './ledger-keys.js'
import { Refusal } from './refusal.js'
import { askToResend } from './resend.js'
import type { RulesInForce } from './rules-in-force.js'

/** How long Moodle keeps what it has sent. */
const RESEND = 14 * 86_400_000

/** What is signed is on the disk: nothing here may be called inside a transaction, unless it says so. */
export class Notary {
  readonly keys: LedgerKeys
  #newest: { readonly note: string; readonly checkpoint: Checkpoint; readonly signers: readonly Signer[] } | null = null

  constructor(
    readonly stores: Stores,
    readonly rules: RulesInForce,
    file: KeyFile,
    readonly now: () => number,
  ) {
    this.keys = new LedgerKeys(stores, rules, file, now)
  }

  /** The checkpoint over everything that is on the disk now; null where no key has come into use yet. */
  newest(): string | null {
    const { writer, ledger } = this.stores
    writer.noticeOthers()
    const signing = this.keys.signing()
    if (!signing) return null
    const { origin, signers } = signing
    const before = this.#newest
    if (before?.signers === signers && before.checkpoint.size === ledger.tree.size) return before.note
    const checkpoint = { origin, ...ledger.tree.head() }
    const note = signCheckpoint(checkpoint, signers)
    this.#newest = { note, checkpoint, signers }
    return note
  }

  /** The checkpoint over the first entries, however many there are by now. @throws Refusal where there are fewer. */
  at(size: number): string {
    const { origin, signers } = this.keys.required()
    this.#requireSize(size)
    return signCheckpoint({ origin, size, root: treeRoot(size, this.stores.ledger.tree.subtrees) }, signers)
  }

  /** Proves that an entry is under a checkpoint. @throws Refusal where it is not. */
  receipt(seq: number, checkpoint = this.newest()): string {
    if (checkpoint === null) throw unsigned()
    const { size } = openCheckpoint(checkpoint, everSigned(this.keys.all()))
    if (seq < 1 || seq > size) throw new Refusal('not_found', `There is no entry ${seq}: the ledger has ${size}.`)
    return receiptText({
      index: seq - 1,
      proof: inclusionProof(seq - 1, size, this.stores.ledger.tree.subtrees),
      checkpoint,
    })
  }

  /** Proves that the ledger of `to` entries begins with the one of `from`: hashes in base64. @throws Refusal */
  consistency(from: number, to: number): string[] {
    this.#requireSize(to)
    if (from < 1 || from > to)
      throw new Refusal('malformed', `A proof begins at 1 entry at least and at ${to} at most, not at ${from}.`)
    return consistencyProof(from, to, this.stores.ledger.tree.subtrees).map((hash) => hash.toString('base64'))
  }

  /**
   * What somebody who holds an earlier checkpoint needs to see that the newest one continues it. One of ours over entries
   * that are not there says that entries were lost: then this ledger gets another name, and Moodle is asked for what is lost.
   * @returns the proof; null where none can be given.
   */
  follow(note: string): string[] | null {
    const newest = this.newest() === null ? null : this.#newest
    const held = newest && this.#recognise(note, newest.checkpoint.origin)
    if (!held || held.origin !== newest.checkpoint.origin) return null
    const { size } = newest.checkpoint
    const continues = held.size <= size && treeRoot(held.size, this.stores.ledger.tree.subtrees).equals(held.root)
    if (continues) return held.size === 0 ? [] : this.consistency(held.size, size)
    const why = `a checkpoint of ${held.size} entries is held elsewhere, and these are not those entries`
    const now = this.now()
    this.stores.writer.write(() => {
      this.keys.openOrigin(why)
      askToResend({ stores: this.stores, rules: this.rules, now }, now - RESEND, 'server')
    })
    return null
  }

  /**
   * The newest checkpoint for a command: where the key is out of its reach, since systemd hands it to the server alone, the
   * newest that the server kept.
   * @throws HomeError where there is none of either.
   */
  atHand(): string {
    const kept = this.stores.checkpoints.newest()?.note
    try {
      const note = this.newest()
      if (note !== null) return note
    } catch (error) {
      if (!(error instanceof HomeError && kept !== undefined)) throw error
      return kept
    }
    throw new HomeError('The ledger is not signed yet: start the server once (npm start)')
  }

  /** Keeps a checkpoint beside the entries, once. */
  keep(note: string): void {
    const { checkpoints, writer } = this.stores
    const { origin, size } = openCheckpoint(note, everSigned(this.keys.all()))
    const kept = checkpoints.newest()
    if (kept?.origin === origin && kept.size >= size) return
    writer.write(() => checkpoints.keep({ origin, size, time: this.now(), note }))
  }

  #requireSize(size: number): void {
    const { seq } = this.stores.writer.read(() => this.stores.ledger.head())
    if (size > seq) throw new Refusal('not_found', `The ledger has ${seq} entries, not ${size}.`)
  }

  /**
   * A checkpoint of ours; null: it is none. By the keys that sign now, and the first at hand: after a copy was put in place,
   * the ledger may not know of it any more. Not by those before: somebody may have stolen one.
   */
  #recognise(note: string, origin: string): Checkpoint | null {
    try {
      const [first] = this.keys.inFile(origin)
      return openCheckpoint(note, [...this.keys.vkeys(), ...(first ? [first.vkey] : [])])
    } catch (error) {
      if (error instanceof NoteError) return null
      throw error
    }
  }
}
