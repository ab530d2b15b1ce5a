/** Which keys sign the ledger, and under which name: the private side in a file, the public side in entries of kind `key`. */
import { randomBytes } from 'node:crypto'
import { type Signer, signerFrom } from '../domain/note.js'
import { type KeyDetail, signingKeys } from '../domain/signing.js'
import { HomeError } from '../home.js'
import type { Stores } from '../store/stores.js'
import { write } from './moment.js'
import { Refusal } from './refusal.js'
import type { RulesInForce } from './rules-in-force.js'

const DAY = 86_400_000
/** How long the key before signs beside a new one: until everybody who holds it has heard of the new one. */
const OVERLAP = 30 * DAY
const LOST =
  'put ledger.key back from your backup, or, where it is gone for good, run `scripts/rocket ledger key --rotate --lost --reason "…"`'

/** The seeds of the keys at hand, the newest first. */
export interface KeyFile {
  readonly read: () => Buffer[]
  /** Makes a new one and keeps the one before behind it. */
  readonly renew: () => Buffer[]
}

export interface Signing {
  readonly origin: string
  readonly signers: readonly Signer[]
  /** When a key before the newest one ends, epoch milliseconds. */
  readonly until: number
}

/** Nothing here may be called inside a transaction, unless it says so. */
export class LedgerKeys {
  #signing: Signing | null = null

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
   * Makes the first key, where the ledger was never signed, and says so on it. Ends a rotation that has only reached the file.
   * @throws HomeError where it was signed, and by no key that is at hand.
   */
  begin(): void {
    const { writer } = this.stores
    const signing = this.signing()
    if (signing) {
      const [first] = this.inFile(signing.origin)
      if (first && first.vkey !== signing.signers[0]?.vkey) this.rotate('server', 'a new key stands first in its file')
      return
    }
    const [seed] = this.file.read().length > 0 ? this.file.read() : this.file.renew()
    const origin = this.#newOrigin()
    const detail = { origin, vkey: signerFrom(origin, seed!).vkey }
    writer.write(() => this.#enter(detail, 'server', 'the first key'))
  }

  /** The public keys that sign now, the newest first: as the ledger says, whether or not the key is at hand. */
  vkeys(): string[] {
    const newest = this.all().at(-1)
    return newest ? signingKeys(newest, this.now()) : []
  }

  /** Signs another text than a checkpoint, by the ledger's name and keys. */
  signers(): readonly Signer[] {
    return this.required().signers
  }

  /**
   * A new key signs from here on, and for thirty days the one before beside it. A key that is not on the ledger yet and
   * stands first in the file is that new one: somebody put it there, or a rotation did not get further.
   * @param before what becomes of the key before: `compromised`, it signs nothing any more; `lost`, the ledger gets another
   * name, since nobody could tell that it is the same.
   * @throws HomeError where the key before is not at hand and not said to be lost.
   */
  rotate(actor: string, reason: string, before: 'kept' | 'compromised' | 'lost' = 'kept'): void {
    const newest = this.all().at(-1)
    if (!newest) throw unsigned()
    const seeds = this.file.read()
    const isNewest = (seed: Buffer) => signerFrom(newest.origin, seed).vkey === newest.vkey
    const known = seeds.some(isNewest)
    if (!known && before !== 'lost') throw notAtHand(newest.vkey)
    const [first] = seeds
    const seed = first && !isNewest(first) ? first : this.file.renew()[0]!
    const origin = before === 'lost' ? this.#newOrigin() : newest.origin
    const until = new Date(this.now() + OVERLAP).toISOString()
    const also = before === 'kept' ? { also: { vkey: newest.vkey, until } } : {}
    this.stores.writer.write(() => {
      const former = before === 'lost' ? this.#former(newest) : {}
      this.#enter({ origin, vkey: signerFrom(origin, seed).vkey, ...also, ...former }, actor, reason)
    })
  }

  /**
   * Gives the ledger another name, since entries under a checkpoint may be lost. Inside a transaction only.
   * @param lost keys that came into use by entries that are lost: the names that they signed are taken up and given up again,
   * so that the ledger knows them. Those alone that a key at hand shows to have been its own.
   */
  openOrigin(why: string, lost: readonly KeyDetail[] = []): void {
    let before = this.all().at(-1)
    // What was never signed contradicts nobody.
    if (!before) return
    const seeds = this.file.read()
    const seedOf = ({ origin, vkey }: KeyDetail) => seeds.find((seed) => signerFrom(origin, seed).vkey === vkey)
    for (const { origin, vkey } of lost.filter((key) => seedOf(key) !== undefined))
      before = this.#succeed(before, { origin, vkey }, why)
    const seed = seedOf(before) ?? seeds[0]
    if (!seed) throw notAtHand(before.vkey)
    const origin = this.#newOrigin()
    this.#succeed(before, { origin, vkey: signerFrom(origin, seed).vkey }, why)
    this.stores.notices.tellAdministrators('ledger_renamed', { why, former: before.origin, origin }, this.now(), origin)
  }

  /** The next key; where its name is another one, the name before is given up. @returns it as it is entered. */
  #succeed(before: KeyDetail, next: KeyDetail, why: string): KeyDetail {
    const key = { ...next, ...(next.origin === before.origin ? {} : this.#former(before)) }
    this.#enter(key, 'server', why)
    return key
  }

  /** Those that ever signed, oldest first: another process may have made a new one since. */
  all(): readonly KeyDetail[] {
    this.stores.writer.noticeOthers()
    return this.stores.ledger.keys()
  }

  #former({ origin }: KeyDetail): Pick<KeyDetail, 'former'> {
    const { size, root } = this.stores.ledger.tree.head()
    return { former: { origin, size, root: root.toString('base64') } }
  }

  #enter(detail: KeyDetail, actor: string, reason: string): void {
    const moment = { stores: this.stores, rules: this.rules, now: this.now() }
    write(moment, { kind: 'key', record: { actor, reason, detail: { ...detail } } })
    this.#signing = null
  }

  /** Those in the file, under a name, in their order. */
  inFile(origin: string): Signer[] {
    return this.file.read().map((seed) => signerFrom(origin, seed))
  }

  #newOrigin(): string {
    return `rocket/${this.rules.current().settings.source}/${randomBytes(4).toString('hex')}`
  }

  /** What signs now; null where no key has come into use yet. @throws HomeError where none at hand is the ledger's. */
  signing(): Signing | null {
    const now = this.now()
    if (this.#signing && now < this.#signing.until) return this.#signing
    const newest = this.all().at(-1)
    if (!newest) return null
    const inFile = this.inFile(newest.origin)
    const signers = signingKeys(newest, now).flatMap((vkey) => inFile.find((signer) => signer.vkey === vkey) ?? [])
    if (signers[0]?.vkey !== newest.vkey) throw notAtHand(newest.vkey)
    const until = signers.length > 1 ? Date.parse(newest.also?.until ?? '') : Number.POSITIVE_INFINITY
    this.#signing = { origin: newest.origin, signers, until }
    return this.#signing
  }

  /** The same. @throws Refusal where no key has come into use yet. */
  required(): Signing {
    const signing = this.signing()
    if (!signing) throw unsigned()
    return signing
  }
}

const notAtHand = (vkey: string): HomeError =>
  new HomeError(`The key that signs this ledger (${vkey}) is not at hand: ${LOST}`)
export const unsigned = (): Refusal =>
  new Refusal('not_found', 'The ledger is not signed yet: start the server once (npm start).')
