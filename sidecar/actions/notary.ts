/** Signs what the ledger is, and proves what is in it: checkpoints, receipts, consistency. */
import { randomBytes } from 'node:crypto'
import { type Checkpoint, openCheckpoint, signCheckpoint } from '../domain/checkpoint.js'
import { NoteError, type Signer, signerFrom } from '../domain/note.js'
import { receiptText } from '../domain/receipt.js'
import { everSigned, type KeyDetail, signingKeys } from '../domain/signing.js'
import { consistencyProof, inclusionProof, treeRoot } from '../domain/tree.js'
import { HomeError } from '../home.js'
import type { Stores } from '../store/stores.js'
import { type Moment, write } from './moment.js'
import { Refusal } from './refusal.js'
import type { RulesInForce } from './rules-in-force.js'

const DAY = 86_400_000
/** How long the key before signs beside a new one: until everybody who holds it has heard of the new one. */
const OVERLAP = 30 * DAY
const LOST = 'put ledger.key back from your backup, or run `scripts/rocket ledger key --rotate --reason "…"`'

/** The seeds of the keys at hand, the newest first. */
export interface KeyFile {
  readonly read: () => Buffer[]
  /** Makes a new one and keeps the one before behind it. */
  readonly renew: () => Buffer[]
}

interface Signing {
  readonly origin: string
  readonly signers: readonly Signer[]
  /** When a key before the newest one ends, epoch milliseconds. */
  readonly until: number
}

/** What is signed is on the disk: nothing here may be called inside a transaction, unless it says so. */
export class Notary {
  #signing: Signing | null = null
  #newest: { readonly note: string; readonly checkpoint: Checkpoint; readonly signers: readonly Signer[] } | null = null

  constructor(
    readonly stores: Stores,
    readonly rules: RulesInForce,
    readonly file: KeyFile,
    readonly now: () => number,
  ) {
    stores.writer.mirror(this)
  }

  clear(): void {
    this.#signing = null
  }

  /**
   * Makes the first key, where the ledger was never signed, and says so on it.
   * @throws HomeError where it was signed, and by no key that is at hand.
   */
  begin(): void {
    const { ledger, writer } = this.stores
    if (ledger.keys().length > 0) {
      this.#read()
      return
    }
    const [seed] = this.file.read().length > 0 ? this.file.read() : this.file.renew()
    const origin = this.#newOrigin()
    const detail = { origin, vkey: signerFrom(origin, seed!).vkey }
    writer.write(() => this.#enter(detail, 'server', 'the first key'))
  }

  /** The checkpoint over everything that is on the disk now; null where no key has come into use yet. */
  newest(): string | null {
    const { writer, ledger } = this.stores
    writer.noticeOthers()
    const signing = this.#read()
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
    const { origin, signers } = this.#required()
    this.#requireSize(size)
    return signCheckpoint({ origin, size, root: treeRoot(size, this.stores.ledger.tree.subtrees) }, signers)
  }

  /** Proves that an entry is under a checkpoint. @throws Refusal where it is not. */
  receipt(seq: number, checkpoint = this.newest()): string {
    if (checkpoint === null) throw unsigned()
    const { size } = openCheckpoint(checkpoint, everSigned(this.stores.ledger.keys()))
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
   * that are not there says that entries were lost: then this ledger gets another name.
   * @returns the proof; null where none can be given.
   */
  follow(note: string): string[] | null {
    const newest = this.newest() === null ? null : this.#newest
    const held = this.#recognise(note)
    if (!newest || !held || held.origin !== newest.checkpoint.origin) return null
    const { size } = newest.checkpoint
    const continues = held.size <= size && treeRoot(held.size, this.stores.ledger.tree.subtrees).equals(held.root)
    if (continues) return held.size === 0 ? [] : this.consistency(held.size, size)
    const why = `a checkpoint of ${held.size} entries is held elsewhere, and these are not those entries`
    this.stores.writer.write(() => this.openOrigin(why))
    return null
  }

  /** The public keys that sign now, the newest first: as the ledger says, whether or not the key is at hand. */
  vkeys(): string[] {
    const newest = this.stores.ledger.keys().at(-1)
    return newest ? signingKeys(newest, this.now()) : []
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

  /** Signs another text than a checkpoint, by the ledger's name and keys. */
  signers(): readonly Signer[] {
    return this.#required().signers
  }

  /** Keeps a checkpoint beside the entries, once. */
  keep(note: string): void {
    const { checkpoints, writer, ledger } = this.stores
    const { origin, size } = openCheckpoint(note, everSigned(ledger.keys()))
    const kept = checkpoints.newest()
    if (kept?.origin === origin && kept.size >= size) return
    writer.write(() => checkpoints.keep({ origin, size, time: this.now(), note }))
  }

  /**
   * A new key signs from here on, and for thirty days the one before beside it. Where that one is gone, the ledger gets
   * another name as well: nobody could tell that it is the same.
   */
  rotate(actor: string, reason: string): void {
    const { ledger, writer } = this.stores
    const before = ledger.keys().at(-1)
    const [seed, ...rest] = this.file.renew()
    const known = before && rest.some((old) => signerFrom(before.origin, old).vkey === before.vkey)
    const origin = known ? before.origin : this.#newOrigin()
    const until = new Date(this.now() + OVERLAP).toISOString()
    const { vkey } = signerFrom(origin, seed!)
    writer.write(() => {
      const also = known ? { also: { vkey: before.vkey, until } } : {}
      this.#enter({ origin, vkey, ...also, ...(before && !known ? this.#former(before) : {}) }, actor, reason)
    })
  }

  /** Gives the ledger another name, since entries under a checkpoint may be lost. Inside a transaction only. */
  openOrigin(why: string): void {
    const before = this.stores.ledger.keys().at(-1)
    // What was never signed contradicts nobody.
    if (!before) return
    const origin = this.#newOrigin()
    const seeds = this.file.read()
    const seed = seeds.find((one) => signerFrom(before.origin, one).vkey === before.vkey) ?? seeds[0]
    if (!seed) throw new HomeError(`The ledger’s key is gone: ${LOST}`)
    this.#enter({ origin, vkey: signerFrom(origin, seed).vkey, ...this.#former(before) }, 'server', why)
    this.stores.notices.tellAdministrators('ledger_renamed', { why, former: before.origin, origin }, this.now(), origin)
  }

  #former({ origin }: KeyDetail): Pick<KeyDetail, 'former'> {
    const { size, root } = this.stores.ledger.tree.head()
    return { former: { origin, size, root: root.toString('base64') } }
  }

  #enter(detail: KeyDetail, actor: string, reason: string): void {
    const moment: Moment = { stores: this.stores, rules: this.rules, now: this.now() }
    write(moment, { kind: 'key', record: { actor, reason, detail: { ...detail } } })
    this.#signing = null
  }

  #newOrigin(): string {
    return `rocket/${this.rules.current().settings.source}/${randomBytes(4).toString('hex')}`
  }

  /** @throws HomeError where none of the keys at hand is the ledger's. */
  #read(): Signing | null {
    const now = this.now()
    if (this.#signing && now < this.#signing.until) return this.#signing
    const newest = this.stores.ledger.keys().at(-1)
    if (!newest) return null
    const atHand = this.file.read().map((seed) => signerFrom(newest.origin, seed))
    const signers = signingKeys(newest, now).flatMap((vkey) => atHand.find((signer) => signer.vkey === vkey) ?? [])
    if (signers[0]?.vkey !== newest.vkey)
      throw new HomeError(`The key at hand is not the one that signs this ledger (${newest.vkey}): ${LOST}`)
    const until = signers.length > 1 ? Date.parse(newest.also?.until ?? '') : Number.POSITIVE_INFINITY
    this.#signing = { origin: newest.origin, signers, until }
    return this.#signing
  }

  #required(): Signing {
    const signing = this.#read()
    if (!signing) throw unsigned()
    return signing
  }

  #requireSize(size: number): void {
    const { seq } = this.stores.writer.read(() => this.stores.ledger.head())
    if (size > seq) throw new Refusal('not_found', `The ledger has ${seq} entries, not ${size}.`)
  }

  /** A checkpoint of ours; null: it is none. */
  #recognise(note: string): Checkpoint | null {
    try {
      return openCheckpoint(note, everSigned(this.stores.ledger.keys()))
    } catch (error) {
      if (error instanceof NoteError) return null
      throw error
    }
  }
}

const unsigned = (): Refusal =>
  new Refusal('not_found', 'The ledger is not signed yet: start the server once (npm start).')
