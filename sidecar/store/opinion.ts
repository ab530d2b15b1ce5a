/** What a second opinion said of items in the review queue. It is kept beside the item, and touches nothing else of it. */
import { MOST_ATTEMPTS, type Opinion, SHIFTS } from '../domain/opinion.js'
import type { Writer } from './database.js'
import type { ReviewKind } from './review.js'

/** An item that waits, and has no opinion yet. */
export interface Unjudged {
  readonly id: number
  readonly kind: ReviewKind
  /** As the queue keeps it. */
  readonly evidence: unknown
  /** How often it was asked about in vain. */
  readonly attempts: number
}

/** The rank by which the queue is put in order, appeals apart. SQL over `review`. */
export const OPINED_RANK = `(rank + CASE opinion ->> '$.verdict'
  WHEN 'looks_abusive' THEN ${SHIFTS.looks_abusive} WHEN 'looks_genuine' THEN ${SHIFTS.looks_genuine} ELSE 0 END)`

export class Opinions {
  readonly #sql

  constructor({ connection }: Writer) {
    this.#sql = {
      without: connection.prepare<[number, string, number], Omit<Unjudged, 'evidence'> & { evidence: string }>(
        `SELECT id, kind, evidence, coalesce(opinion ->> '$.attempts', 0) AS attempts FROM review
         WHERE state = 'open' AND (kind = 'week' OR json_array_length(evidence, '$.found') > 0) AND (opinion IS NULL
           OR (opinion ->> '$.attempts' < ? AND opinion ->> '$.asked_at' <= ?))
         ORDER BY appealed IS NULL, rank DESC, opened, id LIMIT ?`,
      ),
      keep: connection.prepare<[string, number]>(`UPDATE review SET opinion = ? WHERE id = ? AND state = 'open'`),
    }
  }

  /**
   * Items with evidence that wait and have no opinion, as the queue is in order.
   * @param before epoch milliseconds: what was asked in vain after that is left for another time.
   */
  openWithout(limit: number, before: number): Unjudged[] {
    const rows = this.#sql.without.all(MOST_ATTEMPTS, new Date(before).toISOString(), limit)
    return rows.map((row) => ({ ...row, evidence: JSON.parse(row.evidence) }))
  }

  /** Of an item that was decided meanwhile nothing is kept. */
  keep(id: number, opinion: Opinion): void {
    this.#sql.keep.run(JSON.stringify(opinion), id)
  }
}
