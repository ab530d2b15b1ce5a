/** What the bridge is asked to send again, because the last restore may have lost it. */
import type { Writer } from './database.js'

export interface Resend {
  readonly id: string
  /** Everything that it had sent from this instant on, epoch milliseconds. */
  readonly since: number
  readonly asked: number
  /** When it said that all of it is sent; null: it is awaited. */
  readonly done: number | null
}

export class Resends {
  readonly #sql

  constructor({ connection }: Writer) {
    this.#sql = {
      get: connection.prepare<[], Resend>('SELECT id, since, asked, done FROM resend'),
      put: connection.prepare('INSERT OR REPLACE INTO resend (one, id, since, asked, done) VALUES (1, ?, ?, ?, NULL)'),
      end: connection.prepare('UPDATE resend SET done = ? WHERE id = ? AND done IS NULL'),
    }
  }

  /** What was asked for last; null: nothing ever was. */
  last(): Resend | null {
    return this.#sql.get.get() ?? null
  }

  /** What is still awaited. */
  awaited(): Resend | null {
    const last = this.last()
    return last?.done === null ? last : null
  }

  /** Asks, in place of whatever was asked before: of two instants the earlier one counts. */
  ask({ id, since, asked }: Omit<Resend, 'done'>): void {
    this.#sql.put.run(id, Math.min(since, this.awaited()?.since ?? since), asked)
  }

  /** @returns false where this is not what is awaited. */
  end(id: string, now: number): boolean {
    return this.#sql.end.run(now, id).changes === 1
  }
}
