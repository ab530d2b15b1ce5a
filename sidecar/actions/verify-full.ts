/** Everything that a full verification re-derives beside the chain: records, indexes, sums, rewards, the rules' memory. */
import { type Body, commitment, readBody } from '../domain/entry.js'
import { type Claims, findDamage, grantAt, type RawEntry, recordBytes } from '../store/audit.js'
import { documentText } from '../store/audit-rewards.js'
import type { Connection } from '../store/database.js'
import { changedSchema } from '../store/migrate.js'
import { isGrant, isNear, type OpenedRecord, parseRecord } from './opened-record.js'
import { AccessCheck } from './verify-access.js'
import { SignedCheck } from './verify-chain.js'
import type { GivenCheckpoints } from './verify-checkpoints.js'
import { MemoryCheck } from './verify-memory.js'
import { ReviewCheck } from './verify-review.js'
import { RewardsCheck } from './verify-rewards.js'
import { RightsCheck } from './verify-rights.js'
import { SumsCheck } from './verify-sums.js'

const WHAT_TO_DO =
  'Rocket may overlook what is there, or find what is superseded: keep a copy of the home as it is, and restore the newest backup that verifies'

export class FullCheck extends SignedCheck {
  readonly #sums: SumsCheck
  readonly #rewards: RewardsCheck
  readonly #rights: RightsCheck
  readonly #memory: MemoryCheck
  readonly #access: AccessCheck
  readonly #review: ReviewCheck
  readonly #bytesOf

  constructor(
    readonly claims: Claims,
    readonly connection: Connection,
    given: GivenCheckpoints,
  ) {
    super(claims, connection, given)
    const { fail } = this
    this.#rights = new RightsCheck(claims.rights, fail)
    this.#sums = new SumsCheck(claims, grantAt(connection), this.#rights.ownerOf, fail)
    this.#rewards = new RewardsCheck(claims.rewards, documentText(connection), this.#rights.ownerOf, fail)
    this.#access = new AccessCheck(claims.tokens, fail)
    this.#review = new ReviewCheck(claims.review, this.#rights.ownerOf, fail)
    this.#bytesOf = recordBytes(connection)
    const { merged } = claims.rights
    this.#memory = new MemoryCheck(
      claims.memory.rows,
      connection,
      (subject) => merged.get(subject) ?? subject,
      this.failing('table'),
    )
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
    // Most entries are grants that never lapse, and nothing to do with rewards.
    if (!isGrant(body) || body.expires !== null) {
      this.#rewards.entry(seq, body, record, this.#sums.pointsOf(body.subject))
    }
    if (body.subject === null) return
    this.#sums.entry(seq, body.subject, body)
    this.#review.entry(seq, body.subject, body)
    this.#memory.decided(body, record)
    if (body.kind === 'merge') {
      const from = this.#rights.merge(seq, body.subject, body)
      if (from !== null) {
        this.#sums.merge(from, body.subject)
        this.#review.merge(from, body.subject)
      }
    }
    if (body.kind === 'erasure') {
      this.#rights.erase(seq, body.subject, record)
      this.#rewards.erase(seq, body.subject, record)
      this.#sums.erase(seq, body.subject)
      this.#review.erase(body.subject)
    }
  }

  /** @returns the record where it can be believed. */
  #record(seq: number, body: Body, salt: string | null, data: string | null): OpenedRecord | null {
    if (salt === null || data === null) {
      if (!this.#rights.missing(seq, body.subject))
        this.fail(seq, 'its private record is missing, and no erasure declares that')
      return null
    }
    if (commitment(salt, data) !== body.priv || !this.#isExact(seq, data)) {
      this.fail(seq, 'its private record is not the one its body commits to: the record or its salt was changed')
      return null
    }
    this.opened++
    const record = parseRecord(data)
    if (record) this.#opened(seq, body, record)
    else this.fail(seq, 'its private record has not the form of one')
    return record
  }

  /** Bytes that are no UTF-8 are read as U+FFFD: where that stands, the bytes themselves have to be it. */
  #isExact(seq: number, data: string): boolean {
    return !data.includes('\ufffd') || this.#bytesOf(seq)?.equals(Buffer.from(data)) === true
  }

  #opened(seq: number, body: Body, record: OpenedRecord): void {
    if (record.source !== body.source) this.fail(seq, 'its body and its private record name different sources')
    if (!isNear(record.at, body.day)) {
      this.fail(seq, `its day ${body.day} is not the day of ${record.at}`)
    }
    if (body.kind === 'configuration') this.#texts(seq, record)
    if (body.kind === 'administration') {
      this.#rights.administered(record)
      this.#access.administered(record)
    }
    if (body.subject === null) return
    this.#rights.opened(seq, body.subject, record)
    this.#review.opened(body.subject, record)
    if (!this.#isIndexed(body.subject, record)) {
      this.fail(seq, 'the learner index names another learner than its private record: the index was changed', 'table')
    }
    if (isGrant(body)) this.#memory.grant(seq, body.subject, body, record)
  }

  #isIndexed(subject: string, { source, user_id: user }: OpenedRecord): boolean {
    const named = this.claims.learners.get(subject)
    // What is written after an erasure names nobody.
    return user === undefined ? named === undefined : named?.user === user && named.source === source
  }

  /** Every text that a configuration put in force is there, and is the one that it named. */
  #texts(seq: number, { detail }: OpenedRecord): void {
    for (const [path, hash] of Object.entries(detail?.files ?? {})) {
      if (!this.claims.documents.has(hash))
        this.fail(seq, `the text of ${path} that it put in force is gone or changed`, 'table')
    }
  }

  override finish(whole: boolean): void {
    super.finish(whole)
    this.#memory.finish(this.head.seq)
    this.#rewards.finish()
    this.#rights.finish()
    this.#access.finish()
    this.#review.finish()
    const { lastRecord, head } = this.claims
    if (lastRecord > head.seq)
      this.fail(null, `entry ${lastRecord} is gone, though its private record is there`, 'entry')
    this.#sums.finish()
    for (const name of changedSchema(this.connection)) {
      this.fail(null, `${name} in the database is not what this version makes`)
    }
    // What was read in the order of a table says nothing about what is found through an index.
    const damage = findDamage(this.connection)
    if (damage !== null) this.fail(null, `SQLite finds the file damaged: ${damage}. ${WHAT_TO_DO}`, 'file')
  }
}
