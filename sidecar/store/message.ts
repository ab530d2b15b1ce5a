/** What partners are to be told: an outbox, written in the transaction of what it tells. */
import type { Writer } from './database.js'

export type MessageType = 'redemption.issued' | 'redemption.cancelled' | 'redemption.expired'

export interface Message {
  readonly number: number
  /** The redemption's entry. */
  readonly redemption: number
  readonly partner: string
  readonly type: MessageType
  readonly state: 'pending' | 'done' | 'dead' | 'dropped'
  /** Epoch milliseconds. */
  readonly created: number
  readonly attempts: number
  /** How many of them were made before it was last begun anew. */
  readonly attemptsBefore: number
  readonly next: number
  /** How the last attempt ended. */
  readonly outcome: string | null
}

const COLUMNS =
  'number, redemption, partner, type, state, created, attempts, attempts_before AS attemptsBefore, next, outcome'

export class Messages {
  readonly #sql

  constructor({ connection }: Writer) {
    this.#sql = {
      insert: connection.prepare(
        `INSERT INTO message (redemption, partner, type, state, created, attempts, next)
         VALUES (?, ?, ?, 'pending', ?, 0, ?) ON CONFLICT DO NOTHING`,
      ),
      // From one partner to the next through the index, however many messages each has.
      waiting: connection
        .prepare<[], string>(
          `WITH RECURSIVE waiting (partner) AS (
             SELECT min(partner) FROM message WHERE state = 'pending'
             UNION ALL
             SELECT (SELECT min(message.partner) FROM message WHERE state = 'pending' AND message.partner > waiting.partner)
             FROM waiting WHERE waiting.partner IS NOT NULL)
           SELECT partner FROM waiting WHERE partner IS NOT NULL AND partner NOT IN (SELECT partner FROM closed_partner)`,
        )
        .pluck(),
      due: connection.prepare<[string, number, number], Message>(
        `SELECT ${COLUMNS} FROM message WHERE state = 'pending' AND partner = ? AND next <= ? ORDER BY next LIMIT ?`,
      ),
      pending: connection.prepare<[number], Message>(
        `SELECT ${COLUMNS} FROM message WHERE number = ? AND state = 'pending'`,
      ),
      ofRedemption: connection.prepare<[number], Message>(
        `SELECT ${COLUMNS} FROM message WHERE redemption = ? ORDER BY number`,
      ),
      begin: connection.prepare('UPDATE message SET attempts = attempts + 1, next = ? WHERE number = ?'),
      settle: connection.prepare('UPDATE message SET state = ?, outcome = ? WHERE number = ?'),
      postpone: connection.prepare('UPDATE message SET next = ?, outcome = ? WHERE number = ?'),
      drop: connection.prepare(
        "UPDATE message SET state = 'dropped' WHERE redemption = ? AND type = ? AND state IN ('pending', 'dead')",
      ),
      replay: connection.prepare(
        "UPDATE message SET state = 'pending', attempts_before = attempts, next = ? WHERE redemption = ? AND state IN ('dead', 'pending')",
      ),
      counts: connection.prepare<[], { partner: string; pending: number; retried: number; dead: number }>(
        `SELECT partner, sum(state = 'pending') AS pending, sum(state = 'pending' AND attempts > 0) AS retried, sum(state = 'dead') AS dead FROM message
         WHERE state IN ('pending', 'dead') GROUP BY partner ORDER BY partner`,
      ),
      close: connection.prepare(
        'INSERT INTO closed_partner (partner, since, why) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ),
      open: connection.prepare('DELETE FROM closed_partner WHERE partner = ?'),
      closed: connection.prepare<[], { partner: string; since: number; why: string }>(
        'SELECT partner, since, why FROM closed_partner ORDER BY partner',
      ),
      isClosed: connection.prepare<[string], number>('SELECT 1 FROM closed_partner WHERE partner = ?').pluck(),
    }
  }

  /** Puts a message in the outbox, to be sent at once; the same again changes nothing. */
  add(redemption: number, partner: string, type: MessageType, now: number): void {
    this.#sql.insert.run(redemption, partner, type, now, now)
  }

  /** What is due, of each partner that is open at most so many, the longest waiting first. */
  due(now: number, ofEach: number): Message[] {
    return this.#sql.waiting
      .all()
      .flatMap((partner) => this.#sql.due.all(partner, now, ofEach))
      .sort((a, b) => a.next - b.next || a.number - b.number)
  }

  /** A message that is still to be sent; null: it was dealt with. */
  pending(number: number): Message | null {
    return this.#sql.pending.get(number) ?? null
  }

  ofRedemption(redemption: number): Message[] {
    return this.#sql.ofRedemption.all(redemption)
  }

  /** Counts an attempt before it is made: after a crash it counts, and the same message is sent again at `next`. */
  begin(number: number, next: number): void {
    this.#sql.begin.run(next, number)
  }

  settle(number: number, state: 'done' | 'dead' | 'dropped', outcome: string): void {
    this.#sql.settle.run(state, outcome, number)
  }

  postpone(number: number, next: number, outcome: string): void {
    this.#sql.postpone.run(next, outcome, number)
  }

  /** Nothing is sent any more, because what it would have told no longer holds. */
  drop(redemption: number, type: MessageType): void {
    this.#sql.drop.run(redemption, type)
  }

  /** Begins anew with what is not done. @returns how many messages. */
  replay(redemption: number, now: number): number {
    return this.#sql.replay.run(now, redemption).changes
  }

  /** What waits, how much of it was tried before, and what was given up, by partner. */
  counts(): { partner: string; pending: number; retried: number; dead: number }[] {
    return this.#sql.counts.all()
  }

  /** The partner's address is gone: nothing is sent there until it is opened again. */
  close(partner: string, now: number, why: string): void {
    this.#sql.close.run(partner, now, why)
  }

  open(partner: string): boolean {
    return this.#sql.open.run(partner).changes === 1
  }

  closed(): { partner: string; since: number; why: string }[] {
    return this.#sql.closed.all()
  }

  isClosed(partner: string): boolean {
    return this.#sql.isClosed.get(partner) === 1
  }
}
