/** What checks found, those in shadow too: counts for people in charge, and no more. */
import type { CheckId, Finding } from '../domain/check.js'
import type { Writer } from './database.js'

export interface CheckHit {
  readonly subject: string
  /** The event's id. */
  readonly event: string
  readonly time: number
  /** What the event would have earned, or has. */
  readonly points: number
  readonly state: 'on' | 'shadow'
  readonly finding: Finding
}

/** What a check found since an instant. */
export interface CheckTally {
  readonly check: CheckId
  readonly state: CheckHit['state']
  readonly hits: number
  readonly learners: number
  readonly points: number
}

export class CheckHits {
  readonly #sql

  constructor({ connection }: Writer) {
    this.#sql = {
      insert: connection.prepare(
        `INSERT INTO check_hit (check_id, state, subject, event, time, points, observed, threshold)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      tally: connection.prepare<[number], CheckTally>(
        `SELECT check_id AS "check", state, count(*) AS hits, count(DISTINCT subject) AS learners, sum(points) AS points
         FROM check_hit WHERE time >= ? GROUP BY check_id, state ORDER BY check_id, state`,
      ),
      deleteBefore: connection.prepare(
        'DELETE FROM check_hit WHERE number IN (SELECT number FROM check_hit WHERE time < ? ORDER BY time LIMIT ?)',
      ),
    }
  }

  add({ subject, event, time, points, state, finding }: CheckHit): void {
    const { check, observed, threshold } = finding
    this.#sql.insert.run(check, state, subject, event, time, points, observed, threshold)
  }

  /** By check, and whether it was on or in shadow. @param since epoch milliseconds. */
  since(since: number): CheckTally[] {
    return this.#sql.tally.all(since)
  }

  /** Deletes so many of those from before an instant. @returns how many. */
  deleteBefore(before: number, limit: number): number {
    return this.#sql.deleteBefore.run(before, limit).changes
  }
}
