/** Learners who are forgotten: the only place where a private record is ever deleted. */
import type { Writer } from './database.js'

export class Erased {
  readonly #writer
  readonly #sql
  /** Whether deeds of anybody are kept: asked for at every event. Null: not looked yet. */
  #anyDeeds: boolean | null = null
  #newest: number | null = null

  constructor(writer: Writer) {
    const { connection } = writer
    this.#writer = writer
    writer.mirror(this)
    this.#sql = {
      records: connection
        .prepare<[string], number>('SELECT count(*) FROM private_record JOIN entry USING (seq) WHERE subject = ?')
        .pluck(),
      has: connection.prepare<[string], number>('SELECT 1 FROM erased WHERE subject = ?').pluck(),
      insert: connection.prepare('INSERT INTO erased (subject, seq) VALUES (?, ?)'),
      forget: FORGET.map((sql) => connection.prepare<[{ subject: string; now: number }]>(sql)),
      sealed: connection
        .prepare<[], number>(
          'SELECT entry.seq FROM erased JOIN entry ON entry.subject = erased.subject WHERE entry.seq < erased.seq',
        )
        .pluck(),
      acts: connection
        .prepare<[string], string>(
          'SELECT DISTINCT act FROM granted WHERE subject = ? AND standing = 1 AND act IS NOT NULL',
        )
        .pluck(),
      keepDeed: connection.prepare('INSERT INTO erased_deed (key) VALUES (?) ON CONFLICT DO NOTHING'),
      deed: connection.prepare<[Buffer], number>('SELECT 1 FROM erased_deed WHERE key = ?').pluck(),
      newest: connection
        .prepare<[], string>('SELECT at FROM private_record WHERE seq = (SELECT max(seq) FROM erased)')
        .pluck(),
      anyDeeds: connection.prepare<[], number>('SELECT EXISTS (SELECT 1 FROM erased_deed)').pluck(),
    }
  }

  clear(): void {
    this.#anyDeeds = null
    this.#newest = null
  }

  /** When the newest erasure was, epoch milliseconds; 0: there was none. */
  newest(): number {
    this.#newest ??= Date.parse(this.#sql.newest.get() ?? '') || 0
    return this.#newest
  }

  /** Whether whoever a subject led to was erased. */
  has(subject: string): boolean {
    return this.#sql.has.get(subject) === 1
  }

  /** How many private records a learner's entries have. */
  recordsOf(subject: string): number {
    return this.#sql.records.get(subject) ?? 0
  }

  /** The entries whose records erasures took. */
  sealed(): Set<number> {
    return new Set(this.#sql.sealed.all())
  }

  /** The acts of a learner's standing grants. */
  actsOf(subject: string): string[] {
    return this.#sql.acts.all(subject)
  }

  /** Keeps that a deed was paid, and not to whom. @param key of the deed: `Events.deedKey`. */
  keepDeed(key: Buffer): void {
    this.#sql.keepDeed.run(key)
    this.#anyDeeds = true
  }

  /** Whether a deed was paid to somebody who was erased since. @param key of the deed, made where there is any to compare. */
  hasDeed(key: () => Buffer): boolean {
    this.#anyDeeds ??= this.#sql.anyDeeds.get() === 1
    return this.#anyDeeds && this.#sql.deed.get(key()) === 1
  }

  /**
   * Deletes everything that leads from a subject to a learner. Inside a transaction only, after the entry that says so.
   * @param seq of that entry. @param now epoch milliseconds.
   */
  erase(subject: string, seq: number, now: number): void {
    this.#sql.insert.run(subject, seq)
    for (const forget of this.#sql.forget) forget.run({ subject, now })
    this.#writer.clearMirrors()
  }
}

/** In their order: what says where to look goes last. Entries, and which accounts were one, name nobody: they stay. */
const FORGET = [
  // Stock, budgets, tills and partners' settlement still need redemptions; of their time the day is left.
  `UPDATE redemption SET token_copy = NULL, partner_code = NULL,
     terms = (SELECT data -> '$.detail.terms' FROM private_record WHERE private_record.seq = redemption.seq),
     created = (SELECT unixepoch(day) * 1000 FROM entry WHERE entry.seq = redemption.seq) WHERE subject = @subject`,
  // What a partner answered, in its own words, may name whom it was for.
  'UPDATE message SET outcome = NULL WHERE redemption IN (SELECT seq FROM redemption WHERE subject = @subject)',
  `DELETE FROM private_record WHERE seq IN
     (SELECT entry.seq FROM entry JOIN erased USING (subject) WHERE entry.subject = @subject AND entry.seq < erased.seq)`,
  // Who could put a deed's object and its owner together in the LMS would know whose it was.
  `DELETE FROM withdrawal WHERE subject = @subject OR (subject = '' AND deed IN
     (SELECT deed FROM granted WHERE subject = @subject AND deed IS NOT NULL))`,
  'DELETE FROM granted WHERE subject = @subject',
  'DELETE FROM balance WHERE subject = @subject',
  'DELETE FROM lot WHERE subject = @subject',
  'DELETE FROM event WHERE subject = @subject',
  'DELETE FROM fact WHERE subject = @subject',
  'DELETE FROM notice WHERE subject = @subject',
  'DELETE FROM tier_reached WHERE subject = @subject',
  `DELETE FROM idempotency WHERE caller = 'learner ' || @subject`,
  // Corrections that people in charge made: their answers name the learner beside the entry.
  `DELETE FROM idempotency WHERE caller = 'adjustments' AND answer ->> '$.user_id' IN
     (SELECT user_id FROM learner WHERE subject = @subject)`,
  'DELETE FROM frozen WHERE subject = @subject',
  'DELETE FROM review WHERE subject = @subject',
  'DELETE FROM exempt WHERE subject = @subject',
  'DELETE FROM check_hit WHERE subject = @subject',
  'DELETE FROM learner_week WHERE subject = @subject',
  'DELETE FROM trace WHERE subject = @subject',
  'UPDATE trace SET peer = NULL WHERE peer = @subject',
  // A token that speaks for a learner ends with them.
  `UPDATE token SET revoked = coalesce(revoked, @now), user_id = NULL, name = NULL
   WHERE user_id = (SELECT user_id FROM learner WHERE subject = @subject)`,
  'DELETE FROM learner WHERE subject = @subject',
]
