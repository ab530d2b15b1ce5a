/** Why nothing can be redeemed just now. */
import type { Writer } from './database.js'

/** A person said so, or a restore is not finished. */
export type PauseCause = 'person' | 'restore'

export interface Pause {
  readonly cause: PauseCause
  /** Epoch milliseconds. */
  readonly since: number
  readonly reason: string
}

export class Pauses {
  readonly #sql

  constructor({ connection }: Writer) {
    this.#sql = {
      all: connection.prepare<[], Pause>('SELECT cause, since, reason FROM pause ORDER BY since, cause'),
      insert: connection.prepare('INSERT OR REPLACE INTO pause (cause, since, reason) VALUES (?, ?, ?)'),
      remove: connection.prepare('DELETE FROM pause WHERE cause = ?'),
    }
  }

  /** Empty: everybody can redeem. */
  list(): Pause[] {
    return this.#sql.all.all()
  }

  /** Inside the transaction of the entry that says so, as the next one. */
  add({ cause, since, reason }: Pause): void {
    this.#sql.insert.run(cause, since, reason)
  }

  /** @returns false where nothing rested for this cause. */
  remove(cause: PauseCause): boolean {
    return this.#sql.remove.run(cause).changes === 1
  }
}
