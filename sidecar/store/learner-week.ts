/** Each learner's week in numbers, how surprising it was, and why. */
import type { Sentence } from '../domain/anomaly.js'
import { FEATURE_IDS, type WeekFeatures } from '../domain/week-feature.js'
import type { Writer } from './database.js'

/** What a rule found in a week, in the form of what a check found in an event (`domain/check.ts`). */
export interface WeekFinding {
  readonly check: string
  readonly version: number
  readonly threshold: number
  readonly observed: number
  readonly events: readonly string[]
  /** By subject: for people in charge alone. */
  readonly others: readonly string[]
}

/** Why a week has its score. */
export interface Because {
  /** With what it was compared; null: not scored. */
  readonly reference: { readonly from: 'own' | 'shipped'; readonly weeks: number } | null
  readonly found: readonly WeekFinding[]
  /** The most surprising first, then what rules found. */
  readonly sentences: readonly Sentence[]
}

export interface LearnerWeek {
  readonly subject: string
  /** Its first civil day. */
  readonly week: string
  readonly features: WeekFeatures
  /** Null: not scored. */
  readonly score: number | null
  readonly because: Because
}

interface Row {
  readonly subject: string
  readonly week: string
  readonly features: string
  readonly score: number | null
  readonly because: string
}

/** What is usual for a learner is what the last half year had. */
const EARLIER = 26
/** Subjects are random: they come last, so that the same weeks are queued of the same activity. */
const BY_SCORE = 'score DESC, week, features, subject'

export class LearnerWeeks {
  readonly #sql

  constructor({ connection }: Writer) {
    const columns = 'subject, week, features, score, because'
    this.#sql = {
      has: connection
        .prepare<[string, string], number>('SELECT 1 FROM learner_week WHERE week = ? AND subject = ?')
        .pluck(),
      before: connection
        .prepare<[string, string, number], string>(
          'SELECT features FROM learner_week WHERE subject = ? AND week < ? ORDER BY week DESC LIMIT ?',
        )
        .pluck(),
      insert: connection.prepare(
        'INSERT INTO learner_week (subject, week, features, because, counted) VALUES (?, ?, ?, ?, ?)',
      ),
      count: connection.prepare<[], number>('SELECT count(*) FROM learner_week').pluck(),
      latest: connection.prepare<[string, string, number], Pick<Row, 'subject' | 'week' | 'features'>>(
        `SELECT subject, week, features FROM learner_week WHERE (week, subject) < (?, ?)
         ORDER BY week DESC, subject DESC LIMIT ?`,
      ),
      unscored: connection.prepare<[string, string, number], Row>(
        `SELECT ${columns} FROM learner_week WHERE (week, subject) > (?, ?) AND score IS NULL
         ORDER BY week, subject LIMIT ?`,
      ),
      setScore: connection.prepare('UPDATE learner_week SET score = ?, because = ? WHERE week = ? AND subject = ?'),
      scored: connection.prepare<[], number>('SELECT count(*) FROM learner_week WHERE score IS NOT NULL').pluck(),
      top: connection.prepare<[number], Row & { queued: number }>(
        `SELECT ${columns}, EXISTS (SELECT 1 FROM review WHERE review.subject = top.subject AND review.week = top.week)
           AS queued FROM (SELECT * FROM learner_week WHERE score IS NOT NULL ORDER BY ${BY_SCORE} LIMIT ?) AS top
         ORDER BY ${BY_SCORE}`,
      ),
      queued: connection.prepare<[], number>("SELECT count(*) FROM review WHERE kind = 'week'").pluck(),
      list: connection.prepare<{ week: string | null; subject: string | null; limit: number }, Row>(
        `SELECT ${columns} FROM learner_week WHERE score IS NOT NULL AND (@week IS NULL OR week = @week)
           AND (@subject IS NULL OR subject = @subject) ORDER BY ${BY_SCORE} LIMIT @limit`,
      ),
      deleteBefore: connection.prepare(
        `DELETE FROM learner_week WHERE (week, subject) IN
           (SELECT week, subject FROM learner_week WHERE week < ? AND counted < ? ORDER BY week, subject LIMIT ?)`,
      ),
    }
  }

  /** Whether a learner's week was counted. @param week its first civil day. */
  has(week: string, subject: string): boolean {
    return this.#sql.has.get(week, subject) === 1
  }

  /** A learner's weeks before one, the latest 26, newest first. */
  before(subject: string, week: string): WeekFeatures[] {
    return this.#sql.before.all(subject, week, EARLIER).map(unpacked)
  }

  /** Inside a transaction only. @param now epoch milliseconds. */
  add({ subject, week, features, because }: Omit<LearnerWeek, 'score'>, now: number): void {
    this.#sql.insert.run(subject, week, packed(features), JSON.stringify(because), now)
  }

  count(): number {
    return this.#sql.count.get() ?? 0
  }

  /** So many weeks, the latest first. @param step how many are read at once. */
  *latest(most: number, step = 500): Generator<WeekFeatures[]> {
    let last = { week: '~', subject: '' }
    for (let read = 0; read < most; ) {
      const rows = this.#sql.latest.all(last.week, last.subject, Math.min(step, most - read))
      if (rows.length === 0) return
      read += rows.length
      last = rows.at(-1)!
      yield rows.map(({ features }) => unpacked(features))
    }
  }

  /** The first weeks without a score after one, by week and subject. */
  unscored(after: { readonly week: string; readonly subject: string }, limit: number): LearnerWeek[] {
    return this.#sql.unscored.all(after.week, after.subject, limit).map(read)
  }

  setScore(week: Pick<LearnerWeek, 'subject' | 'week'>, score: number, because: Because): void {
    this.#sql.setScore.run(score, JSON.stringify(because), week.week, week.subject)
  }

  scored(): number {
    return this.#sql.scored.get() ?? 0
  }

  /** The so many highest scores, and whether each is or was in the review queue. */
  top(count: number): (LearnerWeek & { readonly queued: boolean })[] {
    return this.#sql.top.all(count).map((row) => ({ ...read(row), queued: row.queued === 1 }))
  }

  /** How many weeks are or were in the review queue. */
  queued(): number {
    return this.#sql.queued.get() ?? 0
  }

  /** Scored weeks, the most surprising first. Null: any. */
  list(week: string | null, subject: string | null, limit: number): LearnerWeek[] {
    return this.#sql.list.all({ week, subject, limit }).map(read)
  }

  /** Deletes so many of those from before a day that were counted before an instant. @returns how many. */
  deleteBefore(day: string, before: number, limit: number): number {
    return this.#sql.deleteBefore.run(day, before, limit).changes
  }
}

const packed = (features: WeekFeatures): string => JSON.stringify(FEATURE_IDS.map((id) => features[id]))

/** What a version that knew fewer features did not count is not known. */
function unpacked(features: string): WeekFeatures {
  const values = JSON.parse(features) as (number | null)[]
  return Object.fromEntries(FEATURE_IDS.map((id, index) => [id, values[index] ?? null])) as WeekFeatures
}

const read = ({ subject, week, features, score, because }: Row): LearnerWeek => ({
  subject,
  week,
  features: unpacked(features),
  score,
  because: JSON.parse(because) as Because,
})
