/** Entries, their private records and the balances they sum up to. */
import { randomBytes } from 'node:crypto'
import type { Civil } from '../domain/civil.js'
import {
  EMPTY,
  type Entry,
  entryOf,
  type Head,
  LIFETIME_KINDS,
  type ProposedEntry,
  readBody,
  sequence,
  type Writing,
} from '../domain/entry.js'
import { bySubject, idIn, THE_LEARNER } from '../domain/person.js'
import type { KeyDetail } from '../domain/signing.js'
import type { Writer } from './database.js'
import { Lots } from './lot.js'
import { Subjects } from './subject.js'
import { Tree } from './tree.js'

export interface Balance {
  readonly points: number
  readonly held: number
  readonly lifetime: number
}

/** What an approval was given for. */
export interface Approval {
  readonly reward: string
  /** Over the terms: `termsHash`. */
  readonly terms: string
  readonly by: string
  /** Civil day. */
  readonly on: string
}

const SALT_BYTES = 32
const CLOCK_SLACK = 10 * 60_000
/** Salts are drawn many at a time: one call to the generator costs as much as sixty salts. */
const SALTS_AT_ONCE = 64

/** The record of an entry that says what an administrator did. */
export interface Administration {
  /** ISO 8601, UTC. */
  readonly at: string
  readonly actor: string
  readonly reason: string
  readonly detail: Readonly<Record<string, unknown>>
}

export class Ledger {
  #head: Head | null = null
  #keys: readonly KeyDetail[] | null = null
  #salts: string[] = []
  #lastAt = 0
  readonly lots: Lots
  readonly subjects: Subjects
  readonly tree: Tree
  readonly #selectHead
  readonly #selectLastAt
  readonly #selectRecords
  readonly #insertEntry
  readonly #insertRecord
  readonly #addToBalance
  readonly #insertBalance
  readonly #selectBalance
  readonly #selectSubject

  constructor(writer: Writer) {
    const { connection } = writer
    writer.mirror(this)
    this.lots = new Lots(writer)
    this.subjects = new Subjects(writer)
    this.tree = new Tree(writer)
    this.#selectHead = connection.prepare<[], Head>('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1')
    this.#selectLastAt = connection
      .prepare<[], string>('SELECT at FROM private_record ORDER BY seq DESC LIMIT 1')
      .pluck()
    this.#selectRecords = connection
      .prepare<[string], string>(
        `SELECT data FROM private_record WHERE seq IN
           (SELECT seq FROM entry WHERE kind = ? AND subject IS NULL) ORDER BY seq`,
      )
      .pluck()
    this.#insertEntry = connection.prepare('INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)')
    this.#insertRecord = connection.prepare('INSERT INTO private_record (seq, salt, data) VALUES (?, ?, ?)')
    // Not an upsert: SQLite would check `held >= 0` against the change itself, and refuse to take held points back.
    this.#addToBalance = connection.prepare(
      'UPDATE balance SET points = points + ?, held = held + ?, lifetime = lifetime + ? WHERE subject = ?',
    )
    this.#insertBalance = connection.prepare(
      'INSERT INTO balance (points, held, lifetime, subject) VALUES (?, ?, ?, ?)',
    )
    this.#selectBalance = connection.prepare<[string], Balance>(
      'SELECT points, held, lifetime FROM balance WHERE subject = ?',
    )
    this.#selectSubject = connection.prepare<[number], string>('SELECT subject FROM entry WHERE seq = ?').pluck()
  }

  clear(): void {
    this.#head = null
    this.#keys = null
    this.#lastAt = 0
  }

  head(): Head {
    this.#head ??= this.#selectHead.get() ?? EMPTY
    return this.#head
  }

  /** What administrators did, oldest first. */
  administrations(): Administration[] {
    return this.#selectRecords.all('administration').map((data) => JSON.parse(data))
  }

  /** The keys that ever signed checkpoints, oldest first. */
  keys(): readonly KeyDetail[] {
    this.#keys ??= this.#selectRecords.all('key').map((data) => JSON.parse(data).detail)
    return this.#keys
  }

  /** Whose entry it is; null where it concerns no learner, or there is none. */
  subjectOf(seq: number): string | null {
    return this.#selectSubject.get(seq) ?? null
  }

  /** The approvals that were ever given: the details of each such entry, oldest first. */
  approvals(): Approval[] {
    return this.#selectRecords.all('approval').map((data) => JSON.parse(data).detail)
  }

  /** When the newest entry was written, epoch milliseconds; null where there is none. */
  lastWritten(): number | null {
    return Date.parse(this.#selectLastAt.get() ?? '') || null
  }

  balance(subject: string): Balance {
    return this.#selectBalance.get(subject) ?? { points: 0, held: 0, lifetime: 0 }
  }

  /**
   * Puts an entry at the end of the chain, its record beside it, its points into the balance. Inside a transaction only.
   * @param now epoch milliseconds; `civil` the institution's calendar.
   */
  append(proposed: ProposedEntry, source: string, now: number, civil: Civil): Entry {
    // Before the place is taken: whoever is named for the first time has an entry of their own first.
    const named = this.#named(proposed, source, now, civil)
    const at = this.timeOf(now)
    const writing: Writing = { source, at: new Date(at).toISOString(), day: civil.dayOf(at), salt: this.#salt() }
    const entry = sequence(this.head(), named, writing)
    // What the verifier would refuse for ever is refused now, whatever fault made it.
    if (!readBody(entry.body)) throw new Error(`an entry would not have the form of one: ${entry.body}`)
    // Before the entry is there: the tree may still have to be read.
    this.tree.append(entry.hash)
    this.#insertEntry.run(entry.seq, entry.body, entry.hash)
    this.#insertRecord.run(entry.seq, entry.salt, entry.data)
    const { subject, points, held, kind, expires, ref } = proposed
    if (subject !== null && (points !== 0 || held !== 0)) {
      // Most points come without a date, and need no lot.
      if (points < 0 || expires !== null) {
        this.lots.follow(subject, this.balance(subject).points, { seq: entry.seq, kind, points, expires, ref })
      }
      const change = [points, held, LIFETIME_KINDS.has(kind) ? points : 0, subject] as const
      if (this.#addToBalance.run(...change).changes === 0) this.#insertBalance.run(...change)
    }
    if (kind === 'key') this.#keys = null
    this.#head = entry
    return entry
  }

  /**
   * What somebody of the LMS is called in what is kept of a learner (null: of none). A subject that no entry binds to its
   * person could be made another's unseen, so whoever has no entry yet gets one. Inside a transaction only.
   */
  nameOf(user: string, learner: string | null, source: string, now: number, civil: Civil): string {
    const subject = this.subjects.enrol(source, user)
    if (subject === learner) return THE_LEARNER
    if (!this.subjects.isBound(subject)) {
      // Of merged accounts it is the one that stays.
      const userId = this.subjects.userOf(subject) ?? user
      const record = { userId, actor: 'server', reason: 'first named on the ledger' }
      this.append(entryOf({ kind: 'administration', subject, record }), source, now, civil)
    }
    return bySubject(subject)
  }

  /** How an actor is written down: somebody of the LMS by subject, all others as they are. Inside a transaction only. */
  written(actor: string, learner: string | null, source: string, now: number, civil: Civil): string {
    const user = idIn(actor)
    return user === null ? actor : this.nameOf(user, learner, source, now, civil)
  }

  /** Here, so that no action can forget it. */
  #named(proposed: ProposedEntry, source: string, now: number, civil: Civil): ProposedEntry {
    const { record, subject } = proposed
    if (record.actor === undefined) return proposed
    return { ...proposed, record: { ...record, actor: this.written(record.actor, subject, source, now, civil) } }
  }

  /**
   * The time that an entry written now gets. Entries are looked up by time through their order, so a clock that is set back
   * a little does not count until it has caught up. One that was far ahead is believed when it is right again: look-ups by
   * date are then inexact around it.
   */
  timeOf(now: number): number {
    if (this.#lastAt === 0) this.#lastAt = this.lastWritten() ?? now
    if (now > this.#lastAt || this.#lastAt - now > CLOCK_SLACK) this.#lastAt = now
    return this.#lastAt
  }

  #salt(): string {
    if (this.#salts.length === 0) {
      const bytes = randomBytes(SALT_BYTES * SALTS_AT_ONCE).toString('hex')
      for (let at = 0; at < bytes.length; at += SALT_BYTES * 2) this.#salts.push(bytes.slice(at, at + SALT_BYTES * 2))
    }
    return this.#salts.pop()!
  }
}
