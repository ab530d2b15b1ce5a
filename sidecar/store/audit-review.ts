/** What the review queue claims, for holding it against the entries. Read-only. */
import type { Connection } from './database.js'

export interface ReviewClaims {
  /** The entries of holds that wait for a person → whose they are. */
  readonly waiting: ReadonlyMap<number, string>
  /** Against whom nothing is held by the clock. */
  readonly exempt: ReadonlySet<string>
}

/** To be called inside the read transaction of the other claims. */
export function readReviewClaims(connection: Connection): ReviewClaims {
  const waiting = connection
    .prepare<[], [number, string]>("SELECT seq, subject FROM review WHERE kind = 'hold' AND state = 'open'")
    .raw()
  return {
    waiting: new Map(waiting.all()),
    exempt: new Set(connection.prepare<[], string>('SELECT subject FROM exempt').pluck().all()),
  }
}
