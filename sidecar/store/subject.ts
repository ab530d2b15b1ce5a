/** Subjects: the opaque names under which people stand on the ledger, and the only way from one to the other. */
import { randomBytes } from 'node:crypto'
import { personOf, subjectIn } from '../domain/person.js'
import type { Writer } from './database.js'

/** Beyond this many (some 30 MB) the memory of them starts anew. */
const SUBJECTS_IN_MEMORY = 200_000

export class Subjects {
  readonly #known = new Map<string, string>()
  readonly #bound = new Set<string>()
  readonly #sql

  constructor(writer: Writer) {
    const { connection } = writer
    writer.mirror(this)
    this.#sql = {
      select: connection
        .prepare<[string, string], string>(
          `SELECT coalesce(into_subject, subject) FROM learner LEFT JOIN merged USING (subject)
           WHERE source = ? AND user_id = ?`,
        )
        .pluck(),
      selectUser: connection.prepare<[string], string>('SELECT user_id FROM learner WHERE subject = ?').pluck(),
      selectSource: connection.prepare<[], string>('SELECT source FROM learner LIMIT 1').pluck(),
      bound: connection.prepare<[string], number>('SELECT 1 FROM entry WHERE subject = ? LIMIT 1').pluck(),
      insert: connection.prepare('INSERT INTO learner (subject, source, user_id) VALUES (?, ?, ?)'),
    }
  }

  clear(): void {
    this.#known.clear()
    this.#bound.clear()
  }

  /** The subject of a person, null where Rocket has never heard of them; of merged accounts all have one. */
  of(source: string, user: string): string | null {
    return this.#sql.select.get(source, user) ?? null
  }

  /** The person behind a subject, as the LMS knows them; null: they are erased, or it is none. */
  userOf(subject: string): string | null {
    return this.#sql.selectUser.get(subject) ?? null
  }

  /** The source whose people these are; null while there are none. */
  source(): string | null {
    return this.#sql.selectSource.get() ?? null
  }

  /** The subject of a person, made where there is none. Inside a transaction only. */
  enrol(source: string, user: string): string {
    const key = `${source}\n${user}`
    let subject = this.#known.get(key) ?? this.#sql.select.get(source, user)
    if (subject === undefined) {
      subject = randomBytes(12).toString('hex')
      this.#sql.insert.run(subject, source, user)
    }
    if (this.#known.size >= SUBJECTS_IN_MEMORY) this.#known.clear()
    this.#known.set(key, subject)
    return subject
  }

  /** Whether an entry says who a subject is, so that nobody can make it another's unseen. Inside a transaction only. */
  isBound(subject: string): boolean {
    if (this.#bound.has(subject)) return true
    if (this.#sql.bound.get(subject) === undefined) return false
    if (this.#bound.size >= SUBJECTS_IN_MEMORY) this.#bound.clear()
    this.#bound.add(subject)
    return true
  }

  /** An actor as people in charge read it: somebody of the LMS by their id there, or `erased`. */
  shown(actor: string): string {
    const subject = subjectIn(actor)
    if (subject === null) return actor
    const user = this.userOf(subject)
    return user === null ? 'erased' : personOf(user)
  }
}
