/** What is left of points that lapse, kept in step with a learner's entries. */
import { afterEntry, type Lot, type LotChange } from '../domain/lot.js'
import type { Writer } from './database.js'

export class Lots {
  readonly #sql

  constructor({ connection }: Writer) {
    this.#sql = {
      of: connection.prepare<[string], Lot>(
        'SELECT seq, expires, points_left AS left FROM lot WHERE subject = ? ORDER BY expires, seq',
      ),
      put: connection.prepare(
        `INSERT INTO lot (subject, expires, seq, points_left) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET points_left = excluded.points_left`,
      ),
      drop: connection.prepare('DELETE FROM lot WHERE subject = ? AND expires = ? AND seq = ?'),
      due: connection
        .prepare<[string, number], string>('SELECT subject FROM lot WHERE expires <= ? ORDER BY expires LIMIT ?')
        .pluck(),
      lapsingOn: connection.prepare<[string, string, number], { subject: string; points: number }>(
        `SELECT subject, sum(points_left) AS points FROM lot WHERE expires = ? AND subject > ?
         GROUP BY subject ORDER BY subject LIMIT ?`,
      ),
      months: connection.prepare<[], { month: string; points: number }>(
        'SELECT substr(expires, 1, 7) AS month, sum(points_left) AS points FROM lot GROUP BY 1 ORDER BY 1',
      ),
      balances: connection.prepare<[], { positive: number; negative: number }>(
        `SELECT coalesce(sum(max(points, 0)), 0) AS positive, coalesce(sum(min(points, 0)), 0) AS negative FROM balance`,
      ),
    }
  }

  /** A learner's lots, soonest to lapse first. */
  of(subject: string): Lot[] {
    return this.#sql.of.all(subject)
  }

  /** Keeps a learner's lots in step with an entry. @param balance the balance before it. */
  follow(subject: string, balance: number, change: LotChange): void {
    if (change.points > 0 && change.expires === null) return
    const before = this.of(subject)
    const after = afterEntry(before, balance, change)
    const left = new Map(after.map((lot) => [lot.seq, lot]))
    for (const { seq, expires } of before) if (!left.has(seq)) this.#sql.drop.run(subject, expires, seq)
    const known = new Map(before.map((lot) => [lot.seq, lot.left]))
    for (const lot of after) {
      if (known.get(lot.seq) !== lot.left) this.#sql.put.run(subject, lot.expires, lot.seq, lot.left)
    }
  }

  /** Learners with points that lapse on or before a day. @param limit the most lots that are looked at. */
  due(day: string, limit: number): string[] {
    return [...new Set(this.#sql.due.all(day, limit))]
  }

  /** What lapses on a day, by learner. @param after only subjects behind this one. */
  lapsingOn(day: string, after: string, limit: number): { subject: string; points: number }[] {
    return this.#sql.lapsingOn.all(day, after, limit)
  }

  /** Every learner's points together: those that lapse, by month; those that never do; what learners owe. */
  outstanding(): { months: { month: string; points: number }[]; undated: number; owed: number } {
    const months = this.#sql.months.all()
    const { positive, negative } = this.#sql.balances.get()!
    return { months, undated: positive - months.reduce((sum, { points }) => sum + points, 0), owed: -negative }
  }
}
