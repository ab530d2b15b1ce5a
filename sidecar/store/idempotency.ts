/** What was answered to calls with an idempotency key, written in the transaction of what they did. */
import type { Writer } from './database.js'
import type { Vault } from './vault.js'

export interface Answered {
  /** Of the call: another one under the same key is refused. */
  readonly fingerprint: string
  /** As JSON. It holds no token and no code. */
  readonly answer: string
}

export class Idempotency {
  readonly #sql

  constructor(
    { connection }: Writer,
    readonly vault: Vault,
  ) {
    this.#sql = {
      select: connection.prepare<[string, Buffer], Answered>(
        'SELECT fingerprint, answer FROM idempotency WHERE caller = ? AND key = ?',
      ),
      insert: connection.prepare(
        'INSERT INTO idempotency (caller, key, fingerprint, answer, created) VALUES (?, ?, ?, ?, ?)',
      ),
      deleteBefore: connection.prepare(
        `DELETE FROM idempotency WHERE (caller, key) IN
           (SELECT caller, key FROM idempotency WHERE created < ? ORDER BY created LIMIT ?)`,
      ),
    }
  }

  /** @param caller whose keys these are: two callers may choose the same. */
  answered(caller: string, key: string): Answered | null {
    return this.#sql.select.get(caller, this.#digest(key)) ?? null
  }

  keep(caller: string, key: string, { fingerprint, answer }: Answered, now: number): void {
    this.#sql.insert.run(caller, this.#digest(key), fingerprint, answer, now)
  }

  /** Deletes so many of those from before an instant. @returns how many. */
  deleteBefore(before: number, limit: number): number {
    return this.#sql.deleteBefore.run(before, limit).changes
  }

  #digest(key: string): Buffer {
    return this.vault.digest('idempotency key', key)
  }
}
