/** Events as they came, what was decided about each, and the ids that were ever taken. */
import { createHmac } from 'node:crypto'
import type { Decision } from '../domain/decision.js'
import type { LearningEvent } from '../domain/learning-event.js'
import type { Reason } from '../domain/reason.js'
import type { Connection, Writer } from './database.js'

/** A decision as it is kept: the sentence is made again when somebody reads it. */
export interface KeptDecision {
  readonly ruleId: string
  readonly outcome: Decision['outcome']
  readonly points: number
  readonly held: number
  readonly reason: Pick<Reason, 'code' | 'params'>
}

export interface KeptEvent {
  readonly number: number
  readonly time: number
  readonly event: LearningEvent
  /** Null once the decisions' time of keeping is over. */
  readonly decisions: readonly KeptDecision[] | null
}

interface EventRow {
  readonly number: number
  readonly time: number
  readonly body: string
  readonly decisions: string | null
}

/** Half of an HMAC-SHA256: 128 bits are beyond any chance of two ids meeting. */
const KEY_BYTES = 16

export class Events {
  readonly #sql
  readonly #key

  /** @param key the secret under which ids are kept. */
  constructor(writer: Writer, key: string) {
    this.#sql = statements(writer.connection)
    this.#key = key
  }

  /** The key under which an event id of a source is kept. */
  idKey(source: string, id: string): Buffer {
    return createHmac('sha256', this.#key).update(`${source}\n${id}`).digest().subarray(0, KEY_BYTES)
  }

  /** The key under which a deed of a source is kept once its learner is erased. An id holds no line end, so it is no id's. */
  deedKey(source: string, act: string): Buffer {
    return this.idKey(`deed\n${source}`, act)
  }

  /** The number of the event that came under this id before; null: it is new. */
  seen(key: Buffer): number | null {
    return this.#sql.selectSeen.get(key) ?? null
  }

  add(key: Buffer, subject: string, event: LearningEvent, decisions: readonly Decision[], now: number): void {
    const { lastInsertRowid } = this.#sql.insertEvent.run(
      subject,
      event.time,
      now,
      JSON.stringify(event),
      decisions.length === 0 ? '[]' : JSON.stringify(decisions.map(packed)),
    )
    this.#sql.insertSeen.run(key, lastInsertRowid)
  }

  byNumber(number: number): KeptEvent | null {
    const row = this.#sql.selectByNumber.get(number)
    return row ? keptEvent(row) : null
  }

  /** A learner's events, newest first. @param before only those with a smaller number. */
  latest(subject: string, limit: number, before = Number.MAX_SAFE_INTEGER): KeptEvent[] {
    return this.#sql.selectLatest.all(subject, before, limit).map(keptEvent)
  }

  /** The number of the oldest event kept, and the first that was received at or after an instant. */
  receivedBefore(instant: number): { first: number; end: number } {
    const { first, last } = this.#sql.selectRange.get() ?? { first: 0, last: -1 }
    // Numbers grow with the time of receiving, so halving finds the border in a few look-ups, without an index.
    let low = first
    let high = last + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.#sql.selectReceived.get(middle) ?? instant) < instant) low = middle + 1
      else high = middle
    }
    return { first, end: low }
  }

  /** Deletes the events with numbers from `first` up to, not including, `end`. @returns how many. */
  deleteEvents(first: number, end: number): number {
    return this.#sql.deleteEvents.run(first, end).changes
  }

  /** Deletes what was decided about the same events. @returns how many. */
  deleteDecisions(first: number, end: number): number {
    return this.#sql.clearDecisions.run(first, end).changes
  }
}

type Packed = [
  ruleId: string,
  outcome: Decision['outcome'],
  points: number,
  held: number,
  code: string,
  params: unknown,
]

/** Decisions are by far the most numerous thing kept, so they are kept as short lists. */
const packed = ({ ruleId, outcome, points, held, reason }: Decision): Packed => [
  ruleId,
  outcome,
  points,
  held,
  reason.code,
  reason.params,
]

export function keptEvent({ number, time, body, decisions }: EventRow): KeptEvent {
  return {
    number,
    time,
    event: JSON.parse(body) as LearningEvent,
    decisions:
      decisions === null
        ? null
        : (JSON.parse(decisions) as Packed[]).map(([ruleId, outcome, points, held, code, params]) => ({
            ruleId,
            outcome,
            points,
            held,
            reason: { code, params } as KeptDecision['reason'],
          })),
  }
}

function statements(connection: Connection) {
  const columns = 'number, time, body, decisions'
  return {
    selectSeen: connection.prepare<[Buffer], number>('SELECT event FROM seen WHERE key = ?').pluck(),
    insertSeen: connection.prepare('INSERT INTO seen (key, event) VALUES (?, ?)'),
    insertEvent: connection.prepare(
      'INSERT INTO event (subject, time, received, body, decisions) VALUES (?, ?, ?, ?, ?)',
    ),
    selectByNumber: connection.prepare<[number], EventRow>(`SELECT ${columns} FROM event WHERE number = ?`),
    selectLatest: connection.prepare<[string, number, number], EventRow>(
      `SELECT ${columns} FROM event WHERE subject = ? AND number < ? ORDER BY number DESC LIMIT ?`,
    ),
    selectRange: connection.prepare<[], { first: number; last: number }>(
      'SELECT (SELECT min(number) FROM event) AS first, (SELECT max(number) FROM event) AS last WHERE EXISTS (SELECT 1 FROM event)',
    ),
    selectReceived: connection
      .prepare<[number], number>('SELECT received FROM event WHERE number >= ? ORDER BY number LIMIT 1')
      .pluck(),
    deleteEvents: connection.prepare('DELETE FROM event WHERE number >= ? AND number < ?'),
    clearDecisions: connection.prepare(
      'UPDATE event SET decisions = NULL WHERE number >= ? AND number < ? AND decisions IS NOT NULL',
    ),
  }
}
