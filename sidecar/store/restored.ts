/** What a restore, and the receipts after it, need of the tables beyond what everybody does. */
import type { Writer } from './database.js'

/** A code of a pool that was handed out, as it is kept: its text is encrypted. */
export interface KeptCode {
  readonly digest: Buffer
  readonly copy: Buffer
  readonly line: number
  /** `YYYY-MM-DD`. */
  readonly expires: string
  readonly state: 'handed_out' | 'faulty'
  readonly batch: string
  readonly file: string
  /** Epoch milliseconds. */
  readonly imported: number
}

/** What of a redemption's row no entry says. */
export interface PutBack {
  readonly token: Buffer | null
  readonly tokenCopy: Buffer | null
  readonly partnerCode: Buffer | null
  /** The day on which it was made; null: its entry says. */
  readonly day: string | null
  /** When its receipt was signed, epoch milliseconds. */
  readonly receipt: number
}

/** Numbers of notices that are passed over after a restore: more than anybody has given out since the backup. */
const NOTICES_PASSED_OVER = 1_000_000

export class Restored {
  readonly #sql

  constructor({ connection }: Writer) {
    this.#sql = {
      erased: connection.prepare<[], { subject: string; day: string }>(
        'SELECT erased.subject, day FROM erased JOIN entry USING (seq) ORDER BY seq',
      ),
      hash: connection.prepare<[number], string>('SELECT hash FROM entry WHERE seq = ?').pluck(),
      received: connection.prepare<[], number>('SELECT received FROM event ORDER BY number DESC LIMIT 1').pluck(),
      passOver: connection.prepare("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'notice'"),
      beginAfter: connection.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('notice', ?)"),
      lastNotice: connection.prepare<[], number>('SELECT coalesce(max(number), 0) FROM notice').pluck(),
      untell: connection.prepare("DELETE FROM notice WHERE number > ? AND audience = 'learner'"),
      token: connection.prepare<[number], Buffer | null>('SELECT token FROM redemption WHERE seq = ?').pluck(),
      receipt: connection.prepare<[number], number | null>('SELECT receipt FROM redemption WHERE seq = ?').pluck(),
      setReceipt: connection.prepare('UPDATE redemption SET receipt = ? WHERE seq = ?'),
      putBack: connection.prepare(
        `UPDATE redemption SET token = @token, token_copy = @tokenCopy, partner_code = @partnerCode,
           day = coalesce(@day, day), receipt = @receipt WHERE seq = @seq`,
      ),
      codes: connection.prepare<[number], KeptCode>(
        `SELECT digest, copy, line, expires, state, batch, file, imported FROM code JOIN code_batch ON code_batch.id = batch
         WHERE redemption = ? ORDER BY digest`,
      ),
      holder: connection.prepare<[Buffer], number | null>('SELECT redemption FROM code WHERE digest = ?').pluck(),
      setCode: connection.prepare('UPDATE code SET state = ?, redemption = ? WHERE digest = ?'),
      addBatch: connection.prepare(
        'INSERT INTO code_batch (id, reward, imported, file) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ),
      addCode: connection.prepare(
        'INSERT INTO code (digest, batch, line, reward, copy, expires, state, redemption) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      addMessage: connection.prepare(
        `INSERT INTO message (redemption, partner, type, state, created, attempts, attempts_before, next)
         VALUES (?, ?, 'redemption.issued', ?, ?, 1, 1, ?) ON CONFLICT DO NOTHING`,
      ),
    }
  }

  /** Who was forgotten, and the day of the entry that says so. */
  erased(): { subject: string; day: string }[] {
    return this.#sql.erased.all()
  }

  /** Whether the ledger has an entry with this hash in this place. */
  hasEntry({ seq, hash }: { readonly seq: number; readonly hash: string }): boolean {
    return this.#sql.hash.get(seq) === hash
  }

  /** When the newest event came, epoch milliseconds; null: none is kept. */
  lastReceived(): number | null {
    return this.#sql.received.get() ?? null
  }

  /** Whoever has seen notices that are lost is given new ones: their numbers come after all that were given out. */
  passOverNotices(): void {
    // The counter has a row only once there was a notice.
    if (this.#sql.passOver.run(NOTICES_PASSED_OVER).changes === 0) this.#sql.beginAfter.run(NOTICES_PASSED_OVER)
  }

  /** The number of the newest notice. */
  lastNotice(): number {
    return this.#sql.lastNotice.get() ?? 0
  }

  /** Learners are not told again what they were told. @param after the number of the last notice that stays. */
  untell(after: number): void {
    this.#sql.untell.run(after)
  }

  /** The digest of a redemption's token; null: it has none. */
  tokenOf(redemption: number): Buffer | null {
    return this.#sql.token.get(redemption) ?? null
  }

  /**
   * When the receipt was signed by which it was brought up to date, or a person replaced or extended its token, epoch
   * milliseconds; null: neither.
   */
  receiptOf(redemption: number): number | null {
    return this.#sql.receipt.get(redemption) ?? null
  }

  /** What was signed until then says nothing of a redemption that is not known. @param at epoch milliseconds. */
  setReceipt(redemption: number, at: number): void {
    this.#sql.setReceipt.run(at, redemption)
  }

  putBack(redemption: number, row: PutBack): void {
    this.#sql.putBack.run({ seq: redemption, ...row })
  }

  /** Every code that a redemption had in its hands. */
  codesOf(redemption: number): KeptCode[] {
    return this.#sql.codes.all(redemption)
  }

  /** The redemption that has, or had, a code; null: none; undefined: no pool knows it. */
  holderOf(digest: Buffer): number | null | undefined {
    return this.#sql.holder.get(digest)
  }

  /** A code that a pool has is this redemption's. */
  giveCode(redemption: number, { digest, state }: KeptCode): void {
    this.#sql.setCode.run(state, redemption, digest)
  }

  /** A code that no pool has is this redemption's, and its batch stands in the list as before. */
  addCode(redemption: number, reward: string, code: KeptCode): void {
    const { digest, copy, line, expires, state, batch, file, imported } = code
    this.#sql.addBatch.run(batch, reward, imported, file)
    this.#sql.addCode.run(digest, batch, line, reward, copy, expires, state, redemption)
  }

  /** A message that its partner may have had already: sent again under its id, or only remembered. */
  addMessage(redemption: number, partner: string, state: 'pending' | 'done', created: number, now: number): void {
    this.#sql.addMessage.run(redemption, partner, state, created, now)
  }
}
