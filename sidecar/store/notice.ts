/** What people are told without having asked, for Moodle's messages; and the tiers that learners have reached. */
import type { ReasonCode } from '../domain/reason.js'
import type { Writer } from './database.js'

export interface Notice {
  readonly number: number
  readonly audience: 'learner' | 'administrators'
  /** The learner in the LMS; null for administrators. */
  readonly userId: string | null
  /** Epoch milliseconds. */
  readonly time: number
  readonly code: ReasonCode
  readonly params: Readonly<Record<string, string | number | null>>
}

/** Beyond this many the memory of tiers reached starts anew. */
const REACHED_IN_MEMORY = 200_000

export class Notices {
  readonly #sql
  /** Tiers known to be remembered: asked for at every grant. */
  readonly #reached = new Set<string>()

  constructor(writer: Writer) {
    const { connection } = writer
    writer.mirror(this)
    this.#sql = {
      insert: connection.prepare(
        `INSERT INTO notice (audience, subject, time, code, params, once) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
      ),
      after: connection.prepare<[number, number], Omit<Notice, 'params'> & { params: string }>(
        `SELECT number, audience, user_id AS userId, time, code, params FROM notice LEFT JOIN learner USING (subject)
         WHERE number > ? ORDER BY number LIMIT ?`,
      ),
      deleteBefore: connection.prepare(
        'DELETE FROM notice WHERE number IN (SELECT number FROM notice WHERE time < ? ORDER BY number LIMIT ?)',
      ),
      reach: connection.prepare(
        'INSERT INTO tier_reached (subject, tier, time) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ),
    }
  }

  clear(): void {
    this.#reached.clear()
  }

  /** @param once the same text never gives a second notice. */
  tell(subject: string, code: ReasonCode, params: Notice['params'], now: number, once: string | null = null): void {
    this.#sql.insert.run('learner', subject, now, code, JSON.stringify(params), once && `${subject} ${once}`)
  }

  tellAdministrators(code: ReasonCode, params: Notice['params'], now: number, once: string): void {
    this.#sql.insert.run('administrators', null, now, code, JSON.stringify(params), once)
  }

  /** Oldest first. */
  after(number: number, limit: number): Notice[] {
    return this.#sql.after.all(number, limit).map((row) => ({ ...row, params: JSON.parse(row.params) }))
  }

  /** Deletes so many of those from before an instant. @returns how many. */
  deleteBefore(before: number, limit: number): number {
    return this.#sql.deleteBefore.run(before, limit).changes
  }

  /** Remembers that a learner was told of a tier. @returns false where they were told before. */
  reach(subject: string, tier: string, now: number): boolean {
    const key = `${subject} ${tier}`
    if (this.#reached.has(key)) return false
    if (this.#reached.size >= REACHED_IN_MEMORY) this.#reached.clear()
    this.#reached.add(key)
    return this.#sql.reach.run(subject, tier, now).changes === 1
  }
}
