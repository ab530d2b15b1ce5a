/** What happened before an event, as checks ask for it. */
import type { LearningEvent } from '../domain/learning-event.js'
import { type Doer, didThemselves } from '../domain/person.js'
import { type Exchange, type History, type Past, tracedDeedOf } from '../domain/screening.js'
import type { Writer } from './database.js'

/** Beyond this many learners (some 15 MB) the memory of their latest times starts anew. */
const LEARNERS_IN_MEMORY = 20_000
const TIMES = 64
const SHARING = 100

export class Histories {
  readonly #sql
  /** The times of each learner's latest events, in the order in which they came. */
  readonly #times = new Map<string, number[]>()

  constructor(writer: Writer) {
    const { connection } = writer
    writer.mirror(this)
    const sharing = (field: string) =>
      connection.prepare<[string, string, number], Past & { readonly by: string }>(
        `SELECT body ->> '$.id' AS id, time, body ->> '$.object' AS object, body ->> '$.activity' AS activity, subject AS "by" FROM event
         WHERE body ->> '$.data.${field}' = ? AND body ->> '$.object' IS NOT ? ORDER BY number DESC LIMIT ?`,
      )
    this.#sql = {
      latest: connection.prepare<[string], Doer & { readonly time: number }>(
        `SELECT time, body ->> '$.user' AS user, body ->> '$.actor' AS actor, body ->> '$.origin' AS origin
         FROM event WHERE subject = ? ORDER BY number DESC`,
      ),
      text_hash: sharing('text_hash'),
      file_hash: sharing('file_hash'),
      insert: connection.prepare(
        `INSERT INTO trace (subject, deed, object, time, event, activity, peer) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
      ),
      deeds: connection.prepare<[string, string, number, string | null, string | null], Past>(
        `SELECT event AS id, time, object, activity, NULL AS other FROM trace
         WHERE subject = ? AND deed = ? AND time >= ? AND (? IS NULL OR activity = ?)`,
      ),
      author: connection
        .prepare<[string], string>("SELECT subject FROM trace WHERE deed = 'forum.post' AND object = ?")
        .pluck(),
      answers: connection
        .prepare<[string, string, number, number], string>(
          "SELECT event FROM trace WHERE subject = ? AND deed = 'forum.post' AND peer = ? AND time BETWEEN ? AND ?",
        )
        .pluck(),
      deleted: connection.prepare<[string, number, number], Past>(
        `SELECT event AS id, time, object, activity, NULL AS other FROM trace
         WHERE subject = ? AND deed = 'deleted' AND time BETWEEN ? AND ?`,
      ),
      deleteBefore: connection.prepare(
        `DELETE FROM trace WHERE (subject, deed, object) IN
           (SELECT subject, deed, object FROM trace WHERE time < ? LIMIT ?)`,
      ),
    }
  }

  clear(): void {
    this.#times.clear()
  }

  /** Remembers an event, once it is kept. Inside a transaction only. */
  note(subject: string, event: LearningEvent): void {
    const { id, time, object, activity, data } = event
    const times = this.#times.get(subject)
    if (times && didThemselves(event)) {
      if (times.length >= TIMES) times.shift()
      times.push(time)
    }
    const deed = tracedDeedOf(event)
    if (deed === null || object === null) return
    const peer = typeof data.reply_to === 'string' ? this.#sql.author.get(data.reply_to) : undefined
    this.#sql.insert.run(subject, deed, object, time, id, activity, peer ?? null)
  }

  /** Remembers that a learner deleted what had earned. Inside a transaction only. */
  noteDeleted(subject: string, { id, time, object, activity }: LearningEvent): void {
    this.#sql.insert.run(subject, 'deleted', object ?? id, time, id, activity, null)
  }

  /** What is known of one learner before an event. Inside a transaction only. */
  of(subject: string): History {
    const asked = new Map<string, readonly Past[]>()
    return {
      times: () => [...this.#timesOf(subject)].sort((a, b) => a - b),
      sharing: (field, hash, object) =>
        this.#sql[field]
          .all(hash, object ?? '', SHARING)
          .map(({ by, ...past }) => ({ ...past, other: by === subject ? null : by })),
      deeds: (deed, since, activity) => {
        const key = `${deed} ${since} ${activity}`
        const known = asked.get(key) ?? this.#sql.deeds.all(subject, deed, since, activity, activity)
        asked.set(key, known)
        return known
      },
      exchange: (post, since, until) => this.#exchange(subject, post, since, until),
      deleted: (since, until) => this.#sql.deleted.all(subject, since, until),
    }
  }

  #timesOf(subject: string): number[] {
    const known = this.#times.get(subject)
    if (known) return known
    const times: number[] = []
    for (const event of this.#sql.latest.iterate(subject)) {
      if (didThemselves(event)) times.unshift(event.time)
      if (times.length === TIMES) break
    }
    if (this.#times.size >= LEARNERS_IN_MEMORY) this.#times.clear()
    this.#times.set(subject, times)
    return times
  }

  /** Who wrote a post is known for as long as it is compared with others. */
  #exchange(subject: string, post: string, since: number, until: number): Exchange | null {
    const peer = this.#sql.author.get(post)
    if (peer === undefined || peer === subject) return null
    const mine = this.#sql.answers.all(subject, peer, since, until)
    const theirs = this.#sql.answers.all(peer, subject, since, until)
    return { peer, to: mine.length + 1, from: theirs.length, events: mine }
  }

  /** Deletes so many attempts and posts of before an instant. @returns how many. */
  deleteBefore(before: number, limit: number): number {
    return this.#sql.deleteBefore.run(before, limit).changes
  }
}
