/** Re-derives everything on the ledger from its raw rows, and names the first thing that is wrong. */
import { type Body, commitment, entryHash, GENESIS, type Head, readBody } from '../domain/entry.js'
import {
  type Claims,
  grantOwner,
  memoryOf,
  type RawEntry,
  type Remembered,
  rawEntries,
  readClaims,
  readHead,
} from '../store/audit.js'
import { documentText } from '../store/audit-rewards.js'
import type { Connection } from '../store/database.js'
import { changedSchema } from '../store/migrate.js'
import { isGrant, isNear, type OpenedRecord, parseRecord, remembers } from './opened-record.js'
import { RewardsCheck } from './verify-rewards.js'
import { RightsCheck } from './verify-rights.js'
import { SumsCheck } from './verify-sums.js'

export interface Verification {
  readonly ok: boolean
  readonly quick: boolean
  /** Entries read. */
  readonly entries: number
  readonly head: Head
  /** Private records that open their commitment; 0 in a quick run, which reads none. */
  readonly opened: number
  /** Private records that are gone, as erasures declare; 0 in a quick run. */
  readonly erased: number
  /** The first problems, in the order of the ledger. */
  readonly problems: readonly VerificationProblem[]
}

export interface VerificationProblem {
  /** The entry, or null where a table beside the ledger is wrong. */
  readonly seq: number | null
  readonly message: string
}

/** After this many a reader has seen enough, and the first one is the one that counts. */
const MOST_PROBLEMS = 20

/**
 * Reads every entry. Quick: the chain alone (numbers, hashes, links). Full: also each body's form, each private record's
 * commitment, the learner index, balances, and the rules' memory.
 * @param onProgress is told how many of how many entries are read.
 */
export function verifyLedger(
  connection: Connection,
  options: { quick: boolean; onProgress?: (done: number, of: number) => void },
): Verification {
  const { quick, onProgress } = options
  const claims = quick ? null : readClaims(connection)
  const { seq: last } = claims?.head ?? readHead(connection)
  const check = claims ? new FullCheck(claims, connection) : new ChainCheck()
  for (const page of rawEntries(connection, last, !quick)) {
    for (const row of page) check.entry(row)
    onProgress?.(check.head.seq, last)
    if (check.problems.length >= MOST_PROBLEMS) break
  }
  check.finish()
  if (!quick)
    for (const name of changedSchema(connection))
      check.fail(null, `${name} in the database is not what this version makes`)
  const { problems, head, opened, erased, entries } = check
  return { ok: problems.length === 0, quick, entries, head, opened, erased, problems: problems.slice(0, MOST_PROBLEMS) }
}

/** Numbers without gaps, hashes over the exact bytes, each body naming the hash before it. */
class ChainCheck {
  head: Head = { seq: 0, hash: GENESIS }
  entries = 0
  opened = 0
  readonly problems: VerificationProblem[] = []

  get erased(): number {
    return 0
  }

  entry([seq, body, hash]: RawEntry): void {
    const { head } = this
    this.entries++
    if (seq !== head.seq + 1) this.fail(seq, `entry ${head.seq + 1} is missing: after ${head.seq} comes ${seq}`)
    if (entryHash(body) !== hash) this.fail(seq, 'its hash is not the hash of its body: one of the two was changed')
    if (!this.follows(body, seq)) this.fail(seq, `its body does not name this place, or the hash of entry ${head.seq}`)
    this.head = { seq, hash }
  }

  /** Keys are sorted, so these two stand in one place each, and quotes inside a text would be escaped. */
  protected follows(body: string, seq: number): boolean {
    return body.includes(`,"prev":"${this.head.hash}","priv":"`) && body.includes(`,"seq":${seq},"source":"`)
  }

  finish(): void {}

  fail(seq: number | null, message: string): void {
    this.problems.push({ seq, message })
  }
}

class FullCheck extends ChainCheck {
  readonly #sums: SumsCheck
  readonly #rewards: RewardsCheck
  readonly #rights: RightsCheck
  readonly memoryOf: (subject: string, seq: number) => Remembered | undefined

  constructor(
    readonly claims: Claims,
    connection: Connection,
  ) {
    super()
    this.memoryOf = memoryOf(connection)
    const fail = (seq: number | null, message: string) => this.fail(seq, message)
    this.#rights = new RightsCheck(claims.rights, fail)
    this.#sums = new SumsCheck(claims, grantOwner(connection), this.#rights.ownerOf, fail)
    this.#rewards = new RewardsCheck(claims.rewards, documentText(connection), this.#rights.ownerOf, fail)
  }

  override get erased(): number {
    return this.#rights.erased
  }

  override entry(row: RawEntry): void {
    super.entry(row)
    const [seq, text, , salt, data] = row
    const body = readBody(text)
    if (!body) return this.fail(seq, 'its body is not one line of JSON with the keys of an entry in their order')
    const record = this.#record(seq, body, salt, data)
    this.#rewards.entry(seq, body, record, this.#sums.pointsOf(body.subject))
    if (body.subject === null) return
    this.#sums.entry(seq, body.subject, body)
    if (body.kind === 'merge') {
      const from = this.#rights.merge(seq, body.subject, body)
      if (from !== null) this.#sums.merge(from, body.subject)
    }
    if (body.kind === 'erasure') {
      this.#rights.erase(seq, body.subject, record)
      this.#sums.erase(seq, body.subject)
    }
  }

  /** @returns the record where it can be believed. */
  #record(seq: number, body: Body, salt: string | null, data: string | null): OpenedRecord | null {
    if (salt === null || data === null) {
      if (!this.#rights.missing(seq, body.subject))
        this.fail(seq, 'its private record is missing, and no erasure declares that')
      return null
    }
    if (commitment(salt, data) !== body.priv) {
      this.fail(seq, 'its private record is not the one its body commits to: the record or its salt was changed')
      return null
    }
    this.opened++
    const record = parseRecord(data)
    if (record) this.#opened(seq, body, record)
    else this.fail(seq, 'its private record has not the form of one')
    return record
  }

  #opened(seq: number, body: Body, record: OpenedRecord): void {
    if (record.source !== body.source) this.fail(seq, 'its body and its private record name different sources')
    if (!isNear(record.at, body.day)) {
      this.fail(seq, `its day ${body.day} is not the day of ${record.at}`)
    }
    if (body.kind === 'configuration') this.#texts(seq, record)
    if (body.subject === null) return
    this.#rights.opened(seq, body.subject, record)
    // What is written after an erasure names nobody.
    const learner = record.user_id === undefined ? undefined : `${record.source}\n${record.user_id}`
    if (this.claims.learners.get(body.subject) !== learner) {
      this.fail(seq, 'the learner index names another learner than its private record: the index was changed')
    }
    const owner = this.claims.rights.merged.get(body.subject) ?? body.subject
    if (isGrant(body) && !remembers(this.memoryOf(owner, seq), body, record)) {
      this.fail(seq, 'what the rules remember of this grant is not what its body and its record say')
    }
  }

  /** Every text that a configuration put in force is there, and is the one that it named. */
  #texts(seq: number, { detail }: OpenedRecord): void {
    for (const [path, hash] of Object.entries(detail?.files ?? {})) {
      if (!this.claims.documents.has(hash))
        this.fail(seq, `the text of ${path} that it put in force is gone or changed`)
    }
  }

  override finish(): void {
    this.#rewards.finish()
    this.#rights.finish()
    const { lastRecord, head } = this.claims
    if (lastRecord > head.seq) this.fail(null, `entry ${lastRecord} is gone, though its private record is there`)
    this.#sums.finish()
  }
}
