/** Where each redemption stands, what its token is found by, and what was issued and committed. */

import type { RedemptionDetail, State } from '../domain/redemption.js'
import type { Delivery } from '../domain/reward.js'
import type { Writer } from './database.js'
import { redemptionStatements, SELECT } from './redemption-statements.js'

export interface Redemption {
  /** The ledger entry. */
  readonly seq: number
  readonly id: string
  readonly subject: string
  /** The learner in the LMS; null: erased. */
  readonly userId: string | null
  readonly reward: string
  readonly state: State
  readonly delivery: Delivery['kind']
  readonly partner: string | null
  /** Epoch milliseconds, as the next two. */
  readonly created: number
  readonly expires: number | null
  readonly consumed: number | null
  /** A partner, or `counter`. */
  readonly consumedBy: string | null
  readonly reference: string | null
  readonly tokenCopy: Buffer | null
  readonly partnerCode: Buffer | null
  readonly points: number
  readonly budget: string | null
  readonly amountMinor: number | null
  readonly currency: string | null
  /** The civil day of the redemption; its month is the budget's. */
  readonly day: string
  /** What its entry's record says; of an erased learner's the terms alone. */
  readonly detail: RedemptionDetail
}

export interface NewRedemption
  extends Pick<
    Redemption,
    'seq' | 'id' | 'subject' | 'reward' | 'state' | 'delivery' | 'partner' | 'created' | 'expires'
  > {
  readonly token: Buffer | null
  readonly tokenCopy: Buffer | null
}

export interface RedemptionFilter {
  readonly state?: string | undefined
  readonly reward?: string | undefined
  readonly subject?: string | undefined
  /** Delivered to this partner, or consumed by it. */
  readonly partner?: string | undefined
  /** Only those with a smaller `seq`. */
  readonly before?: number | undefined
}

/** A row as SQL gives it. */
export type Row = Omit<Redemption, 'detail'> & { readonly detail: string | null }

export class Redemptions {
  readonly #connection
  readonly #sql

  constructor({ connection }: Writer) {
    this.#connection = connection
    this.#sql = redemptionStatements(connection)
  }

  add({ seq, id, subject, reward, state, delivery, partner, created, expires, token, tokenCopy }: NewRedemption): void {
    this.#sql.insert.run(seq, id, subject, reward, state, delivery, partner, created, expires, token, tokenCopy)
  }

  byId(id: string): Redemption | null {
    return opened(this.#sql.byId.get(id))
  }

  bySeq(seq: number): Redemption | null {
    return opened(this.#sql.bySeq.get(seq))
  }

  byToken(digest: Buffer): Redemption | null {
    return opened(this.#sql.byToken.get(digest))
  }

  /** Newest first. */
  list(
    { state, reward, subject, partner, before = Number.MAX_SAFE_INTEGER }: RedemptionFilter,
    limit: number,
  ): Redemption[] {
    const where = ['redemption.seq < ?']
    const params: (string | number)[] = [before]
    const equals = (column: string, value: string | undefined) => {
      if (value === undefined) return
      where.push(`redemption.${column} = ?`)
      params.push(value)
    }
    equals('state', state)
    equals('reward', reward)
    equals('subject', subject)
    if (partner !== undefined) {
      // Two walks through an index rather than one that sorts all that this partner ever had.
      const walk = (column: string) =>
        `SELECT * FROM (SELECT redemption.seq FROM redemption WHERE ${[...where, `${column} = ?`].join(' AND ')}
           ORDER BY redemption.seq DESC LIMIT ${limit})`
      const walks = `${walk('partner')} UNION ${walk('consumed_by')}`
      const all = [...params, partner, ...params, partner]
      return this.#rows(`redemption.seq IN (${walks})`, all, limit)
    }
    return this.#rows(where.join(' AND '), params, limit)
  }

  #rows(where: string, params: readonly (string | number)[], limit: number): Redemption[] {
    return this.#connection
      .prepare<unknown[], Row>(`${SELECT} WHERE ${where} ORDER BY redemption.seq DESC LIMIT ?`)
      .all(...params, limit)
      .map((row) => opened(row)!)
  }

  /** When a learner redeemed a reward, for those that count. */
  timesOf(subject: string, reward: string): number[] {
    return this.#sql.times.all(subject, reward)
  }

  /** In a state, with a token that lapses from one instant up to another, not included. */
  lapsing(state: State, from: number, to: number, limit: number): Redemption[] {
    return this.#sql.lapsing.all(state, from, to, limit).map((row) => opened(row)!)
  }

  /** Delivered to a partner and never consumed, with a token that lapsed before an instant and can still be seen. */
  lapsedAtPartners(before: number, limit: number): Redemption[] {
    return this.#sql.lapsedAtPartners.all(before, limit).map((row) => opened(row)!)
  }

  /** On their way to a partner, with a token that lapsed before an instant and a message that waits. */
  lapsedUnsent(before: number, limit: number): Redemption[] {
    return this.#sql.lapsedUnsent.all(before, limit).map((row) => opened(row)!)
  }

  /** With an unused token that lapses from one instant up to another, of learners who were not told so yet. */
  lapsingUntold(from: number, to: number, limit: number): Redemption[] {
    return this.#sql.lapsingUntold.all(from, to, limit).map((row) => opened(row)!)
  }

  setTold(seq: number): void {
    this.#sql.setTold.run(seq)
  }

  /** What Moodle is to do, oldest first. */
  forMoodle(limit: number): Redemption[] {
    return this.#sql.forMoodle.all(limit).map((row) => opened(row)!)
  }

  setState(seq: number, state: State): void {
    this.#sql.setState.run(state, seq)
  }

  /** Its points went back: it leaves stock and limits. */
  setRefunded(seq: number): void {
    this.#sql.setRefunded.run(seq)
  }

  setConsumed(seq: number, at: number | null, by: string | null, reference: string | null): void {
    this.#sql.setConsumed.run(at, by, reference, seq)
  }

  /** Null: its token can no longer be seen, only recognised. */
  keepCopy(seq: number, tokenCopy: Buffer | null): void {
    this.#sql.setCopy.run(tokenCopy, seq)
  }

  replaceToken(seq: number, token: Buffer, tokenCopy: Buffer): void {
    this.#sql.setToken.run(token, tokenCopy, seq)
  }

  extend(seq: number, expires: number): void {
    this.#sql.setExpires.run(expires, seq)
  }

  keepPartnerCode(seq: number, code: Buffer): void {
    this.#sql.setPartnerCode.run(code, seq)
  }

  /** How many of a reward were issued and not given back. */
  issued(reward: string): number {
    return this.#sql.issued.get(reward) ?? 0
  }

  /** What a month's redemptions have committed of a budget, in minor units. */
  committed(budget: string, month: string): number {
    return this.#sql.committed.get(budget, month) ?? 0
  }

  /** Another currency than this in which a budget has committed money; null: none. */
  otherCurrency(budget: string, currency: string | null): string | null {
    return this.#sql.otherCurrency.get(budget, currency) ?? null
  }

  /** One more (1) or one fewer (-1) issued. */
  countIssued(reward: string, change: 1 | -1): void {
    if (this.#sql.changeIssued.run(change, reward).changes === 0) this.#sql.insertIssued.run(reward, change)
  }

  /** @param amountMinor with a minus where it is given back. */
  commit(budget: string, month: string, amountMinor: number, currency: string): void {
    if (this.#sql.changeCommitted.run(amountMinor, budget, month).changes === 0)
      this.#sql.insertCommitted.run(budget, month, amountMinor, currency)
  }
}

function opened(row: Row | undefined): Redemption | null {
  if (!row) return null
  if (row.detail === null) throw new Error(`the record of entry ${row.seq} is gone: run scripts/rocket ledger verify`)
  return { ...row, detail: JSON.parse(row.detail) }
}
