/** The checkpoints that were signed here, at most one a minute. */
import type { Writer } from './database.js'

export interface KeptCheckpoint {
  readonly origin: string
  readonly size: number
  /** When it was signed, epoch milliseconds. */
  readonly time: number
  /** The signed note. */
  readonly note: string
}

export class Checkpoints {
  readonly #insert
  readonly #newest
  readonly #thin

  constructor({ connection }: Writer) {
    this.#insert = connection.prepare('INSERT OR IGNORE INTO checkpoint (origin, size, time, note) VALUES (?, ?, ?, ?)')
    this.#newest = connection.prepare<[], KeptCheckpoint>(
      'SELECT origin, size, time, note FROM checkpoint ORDER BY time DESC, size DESC LIMIT 1',
    )
    this.#thin = connection.prepare(
      `DELETE FROM checkpoint WHERE time < @before AND size NOT IN
         (SELECT max(size) FROM checkpoint WHERE time < @before GROUP BY origin, time / 86400000)`,
    )
  }

  /** Inside a transaction only, and only for entries that are on the disk. */
  keep({ origin, size, time, note }: KeptCheckpoint): void {
    this.#insert.run(origin, size, time, note)
  }

  newest(): KeptCheckpoint | null {
    return this.#newest.get() ?? null
  }

  /** Of each day before an instant the last one is left. @returns how many went. */
  thin(before: number): number {
    return this.#thin.run({ before }).changes
  }
}
