/** Pools of codes bought in bulk. A code is in one pool only, is handed out once, and stands nowhere in clear text. */
import type { Connection, Writer } from './database.js'
import type { Vault } from './vault.js'

/** The day of a code that never lapses. */
export const NEVER = '9999-12-31'

export interface CodeBatch {
  readonly id: string
  readonly reward: string
  /** Epoch milliseconds. */
  readonly imported: number
  /** The name of the file it came from. */
  readonly file: string
}

export interface BatchState extends CodeBatch {
  readonly available: number
  readonly handed_out: number
  readonly withdrawn: number
  readonly faulty: number
  /** The lines of the file with codes that a shop refused, for the claim. */
  readonly faulty_lines: readonly number[]
  /** The day on which the first of those available lapses; null: none does. */
  readonly expires: string | null
}

export class Codes {
  readonly #sql

  constructor(
    { connection }: Writer,
    readonly vault: Vault,
  ) {
    this.#sql = statements(connection)
  }

  addBatch({ id, reward, imported, file }: CodeBatch): void {
    this.#sql.insertBatch.run(id, reward, imported, file)
  }

  /** The pool that knows a code, null where none does. */
  poolOf(code: string): string | null {
    return this.#sql.poolOf.get(this.#digest(code)) ?? null
  }

  /** @param line where it stands in its file. @param expires the last civil day on which it works; null: it always does. */
  add(batch: CodeBatch, line: number, code: string, expires: string | null): void {
    const digest = this.#digest(code)
    const copy = this.vault.seal(code, ownerOf(digest))
    this.#sql.insertCode.run(digest, batch.id, line, batch.reward, copy, expires ?? NEVER)
  }

  /** How many can be handed out on a day. */
  available(reward: string, day: string): number {
    return this.#sql.available.get(reward, day) ?? 0
  }

  /** How many there ever were that were not withdrawn. */
  total(reward: string): number {
    return this.#sql.total.get(reward) ?? 0
  }

  /** The batch that was imported last; null: none was. */
  latestBatch(reward: string): string | null {
    return this.#sql.latestBatch.get(reward) ?? null
  }

  /** The digest of the code that is handed out next; null: none is left. */
  next(reward: string, day: string): Buffer | null {
    return this.#sql.next.get(reward, day) ?? null
  }

  /** Hands out the code that lapses soonest. @returns false where none is left. */
  handOut(reward: string, redemption: number, day: string): boolean {
    return this.#sql.handOut.run(redemption, reward, day).changes === 1
  }

  /** The code that a redemption holds, for its learner's eyes. */
  codeOf(redemption: number): { code: string; expires: string | null } | null {
    const row = this.#sql.ofRedemption.get(redemption)
    if (!row) return null
    return { code: this.vault.open(row.copy, ownerOf(row.digest)), expires: row.expires === NEVER ? null : row.expires }
  }

  /** A shop refused what was handed out: it is kept for the claim, and its redemption holds none any more. */
  markFaulty(redemption: number): void {
    this.#sql.markFaulty.run(redemption)
  }

  batches(): BatchState[] {
    return this.#sql.batches.all().map((row) => ({ ...row, faulty_lines: JSON.parse(row.faulty_lines) }))
  }

  /** Takes back what was not handed out. @returns how many; null: there is no such batch. */
  withdraw(batch: string): number | null {
    if (!this.#sql.selectBatch.get(batch)) return null
    return this.#sql.withdraw.run(batch).changes
  }

  /** Codes that lapse by a day and are not handed out, by pool. */
  lapsingBy(from: string, day: string): { reward: string; count: number; expires: string }[] {
    return this.#sql.lapsing.all(from, day)
  }

  #digest(code: string): Buffer {
    return this.vault.digest('code', code)
  }
}

const ownerOf = (digest: Buffer): string => `code ${digest.toString('hex')}`

const NEXT =
  "SELECT digest FROM code WHERE reward = ? AND state = 'available' AND expires >= ? ORDER BY expires LIMIT 1"

function statements(connection: Connection) {
  const sum = (state: string) => `coalesce(sum(state = '${state}'), 0) AS ${state}`
  return {
    insertBatch: connection.prepare('INSERT INTO code_batch (id, reward, imported, file) VALUES (?, ?, ?, ?)'),
    selectBatch: connection.prepare<[string], { id: string }>('SELECT id FROM code_batch WHERE id = ?'),
    poolOf: connection.prepare<[Buffer], string>('SELECT reward FROM code WHERE digest = ?').pluck(),
    insertCode: connection.prepare(
      "INSERT INTO code (digest, batch, line, reward, copy, expires, state) VALUES (?, ?, ?, ?, ?, ?, 'available')",
    ),
    available: connection
      .prepare<[string, string], number>(
        "SELECT count(*) FROM code WHERE reward = ? AND state = 'available' AND expires >= ?",
      )
      .pluck(),
    total: connection
      .prepare<[string], number>("SELECT count(*) FROM code WHERE reward = ? AND state <> 'withdrawn'")
      .pluck(),
    latestBatch: connection
      .prepare<[string], string>('SELECT id FROM code_batch WHERE reward = ? ORDER BY imported DESC, id LIMIT 1')
      .pluck(),
    next: connection.prepare<[string, string], Buffer>(NEXT).pluck(),
    handOut: connection.prepare(`UPDATE code SET state = 'handed_out', redemption = ? WHERE digest = (${NEXT})`),
    ofRedemption: connection.prepare<[number], { digest: Buffer; copy: Buffer; expires: string }>(
      "SELECT digest, copy, expires FROM code WHERE redemption = ? AND state = 'handed_out'",
    ),
    markFaulty: connection.prepare("UPDATE code SET state = 'faulty' WHERE redemption = ? AND state = 'handed_out'"),
    batches: connection.prepare<[], Omit<BatchState, 'faulty_lines'> & { faulty_lines: string }>(
      `SELECT id, code_batch.reward, imported, file, ${['available', 'handed_out', 'withdrawn', 'faulty'].map(sum).join()},
         json_group_array(code.line) FILTER (WHERE state = 'faulty') AS faulty_lines,
         nullif(min(CASE WHEN state = 'available' THEN code.expires END), '${NEVER}') AS expires
       FROM code_batch LEFT JOIN code ON code.batch = id GROUP BY id ORDER BY imported, id`,
    ),
    withdraw: connection.prepare("UPDATE code SET state = 'withdrawn' WHERE batch = ? AND state = 'available'"),
    lapsing: connection.prepare<[string, string], { reward: string; count: number; expires: string }>(
      `SELECT reward, count(*) AS count, max(expires) AS expires FROM code
       WHERE state = 'available' AND expires BETWEEN ? AND ? GROUP BY reward ORDER BY reward`,
    ),
  }
}
