/** What waits for a person: points that are held, grants that are flagged, weeks that stand out. */
import type { Writer } from './database.js'
import { OPINED_RANK } from './opinion.js'

export const REVIEW_KINDS = ['hold', 'flag', 'week'] as const
export type ReviewKind = (typeof REVIEW_KINDS)[number]
export type ReviewState = 'open' | 'released' | 'confirmed' | 'lapsed' | 'withdrawn'

export interface NewReview {
  readonly kind: ReviewKind
  readonly subject: string
  /** The hold, or the grant that is flagged; null for a week. */
  readonly seq: number | null
  /** Its first civil day; null unless it is a week. */
  readonly week: string | null
  /** `rule`, `blacklist:ID`, a check's id, or `anomaly`. */
  readonly foundBy: string
  readonly course: string | null
  /** Epoch milliseconds; `due`: when a hold is released by itself. */
  readonly opened: number
  readonly due: number | null
  readonly rank: number
  readonly evidence: object
}

/** An item with what its entry says. */
export interface Review extends Omit<NewReview, 'evidence'> {
  readonly id: number
  readonly state: ReviewState
  /** When its learner appealed, epoch milliseconds. */
  readonly appealed: number | null
  readonly decided: number | null
  /** The entry that decided it. */
  readonly decision: number | null
  readonly evidence: Readonly<Record<string, unknown>>
  readonly opinion: unknown
  /** Null where the learner is erased. */
  readonly userId: string | null
  /** Null for a week. */
  readonly ruleId: string | null
  /** With its version. */
  readonly rule: string | null
  /** Held, or granted and flagged. */
  readonly points: number
  readonly expires: string | null
  readonly event: string | null
  readonly activity: string | null
  readonly object: string | null
  /** Who decided, as it is written down, and why. */
  readonly decidedBy: string | null
  readonly reason: string | null
}

export interface ReviewFilter {
  readonly state?: 'open' | 'decided' | 'all' | undefined
  readonly kind?: ReviewKind | undefined
  readonly foundBy?: string | undefined
  readonly subject?: string | undefined
  readonly course?: string | undefined
  readonly ruleId?: string | undefined
  /** Where the page before ended. */
  readonly after?: Place | undefined
}

/** An item's place in the queue. */
export type Place = readonly [waits: number, rank: number, id: number]

export interface Overturned {
  readonly foundBy: string
  /** By people; what lapsed is in neither. */
  readonly released: number
  readonly confirmed: number
  readonly open: number
  readonly lapsed: number
}

type Row = Omit<Review, 'evidence' | 'opinion'> & { readonly evidence: string; readonly opinion: string | null }

const SELECT = `SELECT review.id, review.kind, review.subject, review.seq, week, found_by AS foundBy, review.course, opened, due,
    appealed, rank, state, decided, decision, evidence, opinion, user_id AS userId, grant_.rule_id AS ruleId, grant_.body ->> '$.rule' AS rule,
    coalesce(grant_.points + grant_.held, 0) AS points, grant_.body ->> '$.expires' AS expires,
    about.data ->> '$.event' AS event, about.data ->> '$.activity' AS activity, about.data ->> '$.object' AS object,
    by_.data ->> '$.actor' AS decidedBy, by_.data ->> '$.reason' AS reason
  FROM review LEFT JOIN learner USING (subject) LEFT JOIN entry AS grant_ ON grant_.seq = review.seq
    LEFT JOIN private_record AS about ON about.seq = review.seq LEFT JOIN private_record AS by_ ON by_.seq = decision`

/** Appeals first, then what stands out most, then what has waited longest. */
const WAITS = 'appealed IS NULL'
const ORDER = `ORDER BY ${WAITS}, ${OPINED_RANK} DESC, review.id`

export class Reviews {
  readonly #sql
  readonly #prepare

  constructor({ connection }: Writer) {
    this.#prepare = (where: string) => connection.prepare<unknown[], Row>(`${SELECT} WHERE ${where} ${ORDER} LIMIT ?`)
    this.#sql = {
      insert: connection.prepare(
        `INSERT INTO review (kind, subject, seq, week, found_by, course, opened, due, rank, evidence)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      byId: connection.prepare<[number], Row>(`${SELECT} WHERE review.id = ?`),
      due: connection.prepare<[number, number], Row>(
        `${SELECT} WHERE state = 'open' AND due <= ? ORDER BY due LIMIT ?`,
      ),
      place: connection.prepare<[number], Place>(`SELECT ${WAITS}, ${OPINED_RANK}, id FROM review WHERE id = ?`).raw(),
      withdraw: connection.prepare(
        "UPDATE review SET state = 'withdrawn', decided = ? WHERE seq = ? AND state = 'open'",
      ),
      decide: connection.prepare('UPDATE review SET state = ?, decided = ?, decision = ? WHERE id = ?'),
      becomeFlag: connection.prepare(
        "UPDATE review SET kind = 'flag', state = 'open', due = ?, decided = NULL, decision = NULL WHERE id = ?",
      ),
      appeal: connection.prepare('UPDATE review SET appealed = ? WHERE id = ?'),
      overturned: connection.prepare<[], Overturned>(
        `SELECT found_by AS foundBy, sum(state = 'released') AS released, sum(state = 'confirmed') AS confirmed,
           sum(state = 'open') AS open, sum(state = 'lapsed') AS lapsed FROM review GROUP BY found_by ORDER BY found_by`,
      ),
      deleteDecided: connection.prepare(
        `DELETE FROM review WHERE id IN
           (SELECT id FROM review WHERE decided IS NOT NULL AND decided < ?
              AND NOT EXISTS (SELECT 1 FROM learner_week WHERE learner_week.subject = review.subject
                AND learner_week.week = review.week) ORDER BY decided LIMIT ?)`,
      ),
      waiting: connection.prepare<[], number>("SELECT count(*) FROM review WHERE state = 'open'").pluck(),
    }
  }

  /** @returns its id. */
  add({ kind, subject, seq, week, foundBy, course, opened, due, rank, evidence }: NewReview): number {
    const values = [kind, subject, seq, week, foundBy, course, opened, due, rank, JSON.stringify(evidence)]
    return Number(this.#sql.insert.run(...values).lastInsertRowid)
  }

  get(id: number): Review | null {
    const row = this.#sql.byId.get(id)
    return row ? reviewOf(row) : null
  }

  /** In the order in which they should be looked at. */
  list({ state = 'open', kind, foundBy, subject, course, ruleId, after }: ReviewFilter, limit: number): Review[] {
    const where: string[] = ['TRUE']
    const params: unknown[] = []
    const only = (sql: string, ...values: unknown[]) => {
      where.push(sql)
      params.push(...values)
    }
    if (state === 'open') only("state = 'open'")
    if (state === 'decided') only("state <> 'open'")
    if (kind !== undefined) only('review.kind = ?', kind)
    if (foundBy !== undefined) only('found_by = ?', foundBy)
    if (subject !== undefined) only('review.subject = ?', subject)
    if (course !== undefined) only('review.course = ?', course)
    if (ruleId !== undefined) only('grant_.rule_id = ?', ruleId)
    if (after) only(`(${WAITS}, -${OPINED_RANK}, review.id) > (?, ?, ?)`, after[0], -after[1], after[2])
    return this.#prepare(where.join(' AND '))
      .all(...params, limit)
      .map(reviewOf)
  }

  /** Where an item stands in the queue; null: it is gone. */
  placeOf(id: number): Place | null {
    return this.#sql.place.get(id) ?? null
  }

  /** Holds that are released by themselves by an instant. */
  due(now: number, limit: number): Review[] {
    return this.#sql.due.all(now, limit).map(reviewOf)
  }

  /** What an entry gave was taken back, so that there is nothing left to decide. @param now epoch milliseconds. */
  withdraw(seq: number, now: number): void {
    this.#sql.withdraw.run(now, seq)
  }

  /** @param decision the entry that says so. */
  decide(id: number, state: 'released' | 'confirmed' | 'lapsed', now: number, decision: number): void {
    this.#sql.decide.run(state, now, decision, id)
  }

  /** A hold that time released waits for a person as a flag. @param due when it is left as it is. */
  becomeFlag(id: number, due: number): void {
    this.#sql.becomeFlag.run(due, id)
  }

  appeal(id: number, now: number): void {
    this.#sql.appeal.run(now, id)
  }

  /** What became of what each check, rule or list held or flagged. */
  overturned(): Overturned[] {
    return this.#sql.overturned.all()
  }

  /**
   * Deletes so many of those that were decided before an instant; of a week not before its numbers go, else it would come
   * into the queue anew. @returns how many.
   */
  deleteDecided(before: number, limit: number): number {
    return this.#sql.deleteDecided.run(before, limit).changes
  }

  waiting(): number {
    return this.#sql.waiting.get() ?? 0
  }
}

const reviewOf = ({ evidence, opinion, ...row }: Row): Review => ({
  ...row,
  evidence: JSON.parse(evidence),
  opinion: opinion === null ? null : JSON.parse(opinion),
})
