/** Re-derives everything on the ledger from its raw rows, and names the first thing that is wrong. */
import {
  type Body,
  commitment,
  entryHash,
  GENESIS,
  type Head,
  type Kind,
  LIFETIME_KINDS,
  readBody,
} from '../domain/entry.js'
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

export interface Verification {
  readonly ok: boolean
  readonly quick: boolean
  /** Entries read. */
  readonly entries: number
  readonly head: Head
  /** Private records that open their commitment; 0 in a quick run, which reads none. */
  readonly opened: number
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

interface Sums {
  points: number
  held: number
  lifetime: number
  grants: number
  granted: number
  /** The sum of the numbers of the grants that stand. */
  standing: number
}

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
  const { problems, head, opened, entries } = check
  return { ok: problems.length === 0, quick, entries, head, opened, problems: problems.slice(0, MOST_PROBLEMS) }
}

/** Numbers without gaps, hashes over the exact bytes, each body naming the hash before it. */
class ChainCheck {
  head: Head = { seq: 0, hash: GENESIS }
  entries = 0
  opened = 0
  readonly problems: VerificationProblem[] = []

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
  readonly #sums = new Map<string, Sums>()
  /** Grants that were taken back: each can be only once. */
  readonly #revoked = new Set<number>()
  readonly #rewards: RewardsCheck
  readonly ownerOf: (seq: number) => string | null
  readonly memoryOf: (subject: string, seq: number) => Remembered | undefined

  constructor(
    readonly claims: Claims,
    connection: Connection,
  ) {
    super()
    this.ownerOf = grantOwner(connection)
    this.memoryOf = memoryOf(connection)
    const fail = (seq: number | null, message: string) => this.fail(seq, message)
    this.#rewards = new RewardsCheck(claims.rewards, documentText(connection), fail)
  }

  override entry(row: RawEntry): void {
    super.entry(row)
    const [seq, text, , salt, data] = row
    const body = readBody(text)
    if (!body) return this.fail(seq, 'its body is not one line of JSON with the keys of an entry in their order')
    const record = this.#record(seq, body, salt, data)
    this.#rewards.entry(seq, body, record, this.#sums.get(body.subject ?? '')?.points ?? 0)
    if (body.subject !== null) this.#add(seq, body.subject, body)
  }

  /** @returns the record where it can be believed. */
  #record(seq: number, body: Body, salt: string | null, data: string | null): OpenedRecord | null {
    if (salt === null || data === null) {
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
    const learner = `${record.source}\n${record.user_id}`
    if (this.claims.learners.get(body.subject) !== learner) {
      this.fail(seq, 'the learner index names another learner than its private record: the index was changed')
    }
    if (isGrant(body) && !remembers(this.memoryOf(body.subject, seq), body, record)) {
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

  #add(seq: number, subject: string, body: Body): void {
    const { kind, points, held, ref } = body
    let sums = this.#sums.get(subject)
    if (!sums) {
      sums = { points: 0, held: 0, lifetime: 0, grants: 0, granted: 0, standing: 0 }
      this.#sums.set(subject, sums)
    }
    sums.points += points
    sums.held += held
    if (LIFETIME_KINDS.has(kind as Kind)) sums.lifetime += points
    if (sums.held < 0) this.fail(seq, 'it takes more held points than the learner had')
    if (isGrant(body)) {
      sums.grants++
      sums.granted += points + held
      sums.standing += seq
    }
    if (kind === 'revocation') {
      if (ref === null || this.#revoked.has(ref) || this.ownerOf(ref) !== subject) {
        return this.fail(seq, 'it takes back what this learner was not granted, or a second time')
      }
      this.#revoked.add(ref)
      sums.standing -= ref
    }
  }

  override finish(): void {
    this.#rewards.finish()
    const { balances, granted, lastRecord } = this.claims
    if (lastRecord > this.claims.head.seq)
      this.fail(null, `entry ${lastRecord} is gone, though its private record is there`)
    for (const subject of new Set([...this.#sums.keys(), ...balances.keys(), ...granted.keys()])) {
      const sums = this.#sums.get(subject)
      const kept = balances.get(subject)
      for (const key of ['points', 'held', 'lifetime'] as const) {
        if ((kept?.[key] ?? 0) !== (sums?.[key] ?? 0)) {
          this.fail(
            null,
            `learner ${subject}: the kept ${key} are ${kept?.[key] ?? 0}, their entries sum to ${sums?.[key] ?? 0}`,
          )
        }
      }
      const memory = granted.get(subject)
      const same =
        (memory?.grants ?? 0) === (sums?.grants ?? 0) &&
        (memory?.points ?? 0) === (sums?.granted ?? 0) &&
        (memory?.standing ?? 0) === (sums?.standing ?? 0)
      if (!same)
        this.fail(null, `learner ${subject}: what the rules remember of their grants is not what the entries say`)
    }
  }
}
