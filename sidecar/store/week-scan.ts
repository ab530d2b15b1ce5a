/**
 * The events of complete weeks, put aside so that each learner's week and what others did meanwhile are found at once. It
 * lies in a temporary table of a connection, beside the database: an index for this alone would cost every event.
 */
import type { Around, Nearby, WeekEvent } from '../domain/learner-week.js'
import { classesOf, undoes } from '../domain/meaning.js'
import { medianOf } from '../domain/week-rhythm.js'
import type { Connection } from './database.js'
import { keptEvent } from './event.js'

/** So many who took a quiz say what time it takes. */
const LEAST_PACES = 5
/** More learners than this at one address are not told apart: a campus has thousands. */
const MANY = 10

interface EventRow {
  readonly number: number
  readonly time: number
  readonly body: string
  readonly decisions: string | null
}

export class WeekScan {
  readonly #connection
  readonly #sql

  /** @param connection may be one that only reads. */
  constructor(connection: Connection) {
    this.#connection = connection
    this.close()
    connection.exec(
      `CREATE TEMP TABLE week_event (number INTEGER PRIMARY KEY, subject TEXT NOT NULL, time INTEGER NOT NULL,
         activity TEXT, course TEXT, address TEXT, post TEXT, reply_to TEXT);
       CREATE INDEX temp.week_event_time ON week_event (time, subject);
       CREATE INDEX temp.week_event_subject ON week_event (subject, time);
       CREATE INDEX temp.week_event_activity ON week_event (activity, time) WHERE activity IS NOT NULL;
       CREATE INDEX temp.week_event_address ON week_event (address, course, time, subject)
         WHERE address IS NOT NULL;
       CREATE INDEX temp.week_event_post ON week_event (post) WHERE post IS NOT NULL`,
    )
    const posts = JSON.stringify(classesOf('forum.post').filter((name) => !undoes(name)))
    this.#sql = {
      collect: connection.prepare<[number, number, number]>(
        `INSERT INTO week_event SELECT number, subject, time, body ->> '$.activity', body ->> '$.course',
           body ->> '$.data.ip_hash',
           CASE WHEN body ->> '$.event' IN (SELECT value FROM json_each('${posts}')) THEN body ->> '$.object' END,
           body ->> '$.data.reply_to'
         FROM event WHERE number >= ? AND number < ? AND time < ?`,
      ),
      next: connection.prepare<[number], number | null>('SELECT min(time) FROM week_event WHERE time >= ?').pluck(),
      subjects: connection
        .prepare<[number, number], string>(
          'SELECT DISTINCT subject FROM week_event WHERE time >= ? AND time < ? ORDER BY subject',
        )
        .pluck(),
      events: connection.prepare<[string, number, number], EventRow>(
        `SELECT event.number, event.time, body, decisions FROM week_event JOIN event USING (number)
         WHERE week_event.subject = ? AND week_event.time >= ? AND week_event.time < ?
         ORDER BY week_event.time, number`,
      ),
      near: connection.prepare<[string, number, number], Nearby>(
        `SELECT subject, time, address FROM week_event WHERE activity = ? AND time >= ? AND time <= ?
         ORDER BY time, number`,
      ),
      weight: connection
        .prepare<[string, number, number], number>(
          'SELECT count(activity) FROM week_event WHERE subject = ? AND time >= ? AND time < ?',
        )
        .pluck(),
      sharing: connection
        .prepare<[string, string | null, number, number], number>(
          `SELECT count(*) FROM (SELECT DISTINCT subject FROM week_event
             WHERE address = ? AND course IS ? AND time >= ? AND time < ? LIMIT ${MANY})`,
        )
        .pluck(),
      author: connection
        .prepare<[string, number, number], string>(
          'SELECT subject FROM week_event WHERE post = ? AND time >= ? AND time < ? ORDER BY number LIMIT 1',
        )
        .pluck(),
      answered: connection
        .prepare<[string, number, number], string>(
          `SELECT reply_to FROM week_event WHERE subject = ? AND time >= ? AND time < ? AND reply_to IS NOT NULL
           ORDER BY number`,
        )
        .pluck(),
      paces: connection
        .prepare<[string, number, number], number>(
          `SELECT min((body ->> '$.data.duration_seconds') / (body ->> '$.data.items'))
           FROM week_event JOIN event USING (number)
           WHERE week_event.activity = ? AND week_event.time >= ? AND week_event.time < ?
             AND body ->> '$.data.items' > 0 AND body ->> '$.data.duration_seconds' IS NOT NULL
           GROUP BY week_event.subject`,
        )
        .pluck(),
    }
  }

  /** Puts events with numbers from `first` up to, not including, `end` aside that happened before an instant. */
  collect(first: number, end: number, before: number): void {
    this.#sql.collect.run(first, end, before)
  }

  /** When the first event at or after an instant happened; null: there is none. */
  nextAt(instant: number): number | null {
    return this.#sql.next.get(instant) ?? null
  }

  /** Who has events from one instant up to, not including, another, by subject. */
  subjects(from: number, to: number): string[] {
    return this.#sql.subjects.all(from, to)
  }

  /** A learner's events from one instant up to, not including, another, in the order of their times. */
  eventsOf(subject: string, from: number, to: number): WeekEvent[] {
    return this.#sql.events.all(subject, from, to).map((row) => {
      const { event, decisions } = keptEvent(row)
      return {
        event,
        earned: (decisions ?? []).some(({ points, held }) => points + held > 0),
        tookBack: (decisions ?? []).filter(({ outcome }) => outcome === 'revoked').length,
      }
    })
  }

  /** What everybody did from one instant up to, not including, another. Within one week the same question is asked often. */
  around(from: number, to: number): Around {
    const sharing = remembered((key: string) => {
      const [course, address] = JSON.parse(key) as [string | null, string]
      return this.#sql.sharing.get(address, course, from, to) ?? 0
    })
    return {
      near: (activity, since, until) => this.#sql.near.all(activity, Math.max(since, from), Math.min(until, to - 1)),
      weightOf: remembered((subject) => this.#sql.weight.get(subject, from, to) ?? 0),
      sharing: (course, address) => sharing(JSON.stringify([course, address])),
      authorOf: remembered((post) => this.#sql.author.get(post, from, to) ?? null),
      answeredBy: (subject) => this.#sql.answered.all(subject, from, to),
      pace: remembered((activity) => {
        const paces = this.#sql.paces.all(activity, from, to)
        return paces.length < LEAST_PACES ? null : medianOf(paces)
      }),
    }
  }

  close(): void {
    this.#connection.exec('DROP TABLE IF EXISTS temp.week_event')
  }
}

function remembered<T>(ask: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>()
  return (key) => {
    const before = known.get(key)
    if (before !== undefined) return before
    const answer = ask(key)
    known.set(key, answer)
    return answer
  }
}
