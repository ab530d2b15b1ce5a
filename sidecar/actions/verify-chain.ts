/** The part of verification that needs bodies alone: numbers, hashes, links; the tree over them, and what was signed of it. */
import { commitment, entryHash, GENESIS, type Head, readBody } from '../domain/entry.js'
import type { KeyDetail } from '../domain/signing.js'
import type { ChainClaims, RawEntry } from '../store/audit.js'
import { hashOf, recordOf, subtreeOf } from '../store/audit-tree.js'
import type { Connection } from '../store/database.js'
import { parseRecord } from './opened-record.js'
import { CheckpointsCheck, type GivenCheckpoints } from './verify-checkpoints.js'
import { TreeCheck } from './verify-tree.js'

/**
 * What a problem is about, since each wants something else done: the entries, with their tree and records; a checkpoint that
 * they contradict, or that cannot be believed; one of entries that a restore gave up; a table beside the ledger; or the file.
 */
export type ProblemKind = 'entry' | 'checkpoint' | 'given_up' | 'table' | 'file'

/** Where no kind is given: an entry where one is named, else a table. */
export type Fail = (seq: number | null, message: string, kind?: ProblemKind) => void

export interface VerificationProblem {
  readonly kind: ProblemKind
  /** The entry, or null where something beside the ledger is wrong. */
  readonly seq: number | null
  readonly message: string
}

/** Numbers without gaps, hashes over the exact bytes, each body naming the hash before it. */
export class ChainCheck {
  head: Head = { seq: 0, hash: GENESIS }
  entries = 0
  readonly problems: VerificationProblem[] = []

  entry(row: RawEntry): void {
    this.link(row)
  }

  /** @returns the hash of the body, as it is. */
  protected link([seq, body, hash]: RawEntry): string {
    const { head } = this
    this.entries++
    if (seq !== head.seq + 1) this.fail(seq, `entry ${head.seq + 1} is missing: after ${head.seq} comes ${seq}`)
    const actual = entryHash(body)
    if (actual !== hash) this.fail(seq, 'its hash is not the hash of its body: one of the two was changed')
    if (!follows(body, head.hash, seq))
      this.fail(seq, `its body does not name this place, or the hash of entry ${head.seq}`)
    this.head = { seq, hash }
    return actual
  }

  readonly fail: Fail = (seq, message, kind = seq === null ? 'table' : 'entry') => {
    this.problems.push({ kind, seq, message })
  }

  /** Where everything that fails is of one kind, unless it says otherwise. */
  protected failing(usual: ProblemKind): Fail {
    return (seq, message, kind = usual) => this.fail(seq, message, kind)
  }
}

/** Keys are sorted, so these two stand in one place each, and quotes inside a text would be escaped. */
const follows = (body: string, prev: string, seq: number): boolean =>
  body.includes(`,"prev":"${prev}","priv":"`) && body.includes(`,"seq":${seq},"source":"`)

/** Also the tree over the entries, and the checkpoints that were signed of it. */
export class SignedCheck extends ChainCheck {
  readonly tree: TreeCheck
  readonly checkpoints: CheckpointsCheck
  /** Private records that open their commitment: none is read here. */
  opened = 0
  readonly #recordOf

  constructor(claims: ChainClaims, connection: Connection, given: GivenCheckpoints) {
    super()
    this.checkpoints = new CheckpointsCheck(
      claims.tree.checkpoints,
      given,
      hashOf(connection),
      this.failing('checkpoint'),
    )
    this.tree = new TreeCheck(
      claims.tree.counts,
      subtreeOf(connection),
      this.checkpoints.sizes(),
      this.failing('entry'),
    )
    this.#recordOf = recordOf(connection)
  }

  /** Private records that are gone, as erasures declare. */
  get erased(): number {
    return 0
  }

  override entry(row: RawEntry): void {
    const leaf = this.link(row)
    const [seq, body] = row
    // Before it is itself in the tree: it may say what the entries before it are.
    if (body.includes(',"kind":"key",')) this.#key(seq, body)
    this.tree.append(Buffer.from(leaf, 'hex'))
  }

  /** @param whole whether every entry was read. */
  finish(whole: boolean): void {
    if (whole) this.tree.finish()
    this.checkpoints.finish(this.tree, whole)
  }

  #key(seq: number, text: string): void {
    const [body, record] = [readBody(text), this.#recordOf(seq)]
    const opens = body && record && commitment(record.salt, record.data) === body.priv
    const detail = opens ? (parseRecord(record.data)?.detail as Partial<KeyDetail> | undefined) : undefined
    if (typeof detail?.origin !== 'string' || typeof detail.vkey !== 'string') {
      return this.fail(seq, 'its record does not say which key came into use')
    }
    const { former } = detail
    if (former && (former.size !== this.tree.size || former.root !== this.tree.root().toString('base64'))) {
      this.fail(seq, `it gives up the name ${former.origin} with other entries than those before it`)
    }
    this.checkpoints.key(seq, detail as KeyDetail)
  }
}
