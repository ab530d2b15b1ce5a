/** Where each redemption stands, what its token is found by, and what was issued and committed. */

import type { RedemptionDetail, State } from '../domain/redemption.js'
import type { Delivery } from '../domain/reward.js'
import type { Connection, Writer } from './database.js'

export interface Redemption {
  /** The ledger entry. */
  readonly seq: number
  readonly id: string
  readonly subject: string
  /** The learner in the LMS. */
  readonly userId: string
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

type Row = Omit<Redemption, 'detail'> & { readonly detail: string }

export class Redemptions {
  readonly #connection
  readonly #sql

  constructor({ connection }: Writer) {
    this.#connection = connection
    this.#sql = statements(connection)
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
      where.push('(partner = ? OR consumed_by = ?)')
      params.push(partner, partner)
    }
    return this.#connection
      .prepare<unknown[], Row>(`${SELECT} WHERE ${where.join(' AND ')} ORDER BY redemption.seq DESC LIMIT ?`)
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

const opened = (row: Row | undefined): Redemption | null => (row ? { ...row, detail: JSON.parse(row.detail) } : null)

const SELECT = `SELECT redemption.seq, redemption.id, redemption.subject, record.data ->> '$.user_id' AS userId,
  redemption.reward, redemption.state, delivery, partner, created, redemption.expires, consumed,
  consumed_by AS consumedBy, reference, token_copy AS tokenCopy, partner_code AS partnerCode,
  -entry.points AS points, entry.body ->> '$.budget' AS budget, entry.body ->> '$.amount_minor' AS amountMinor,
  entry.body ->> '$.currency' AS currency, entry.day, record.data -> '$.detail' AS detail
  FROM redemption JOIN entry ON entry.seq = redemption.seq JOIN private_record AS record ON record.seq = redemption.seq`

function statements(connection: Connection) {
  const row = <P extends unknown[]>(where: string) => connection.prepare<P, Row>(`${SELECT} WHERE ${where}`)
  return {
    insert: connection.prepare(
      `INSERT INTO redemption (seq, id, subject, reward, state, delivery, partner, created, expires, token, token_copy)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    byId: row<[string]>('redemption.id = ?'),
    bySeq: row<[number]>('redemption.seq = ?'),
    byToken: row<[Buffer]>('redemption.token = ?'),
    times: connection
      .prepare<[string, string], number>(
        'SELECT created FROM redemption WHERE subject = ? AND reward = ? AND refunded = 0',
      )
      .pluck(),
    lapsing: row<[string, number, number, number]>(
      'redemption.state = ? AND redemption.expires >= ? AND redemption.expires < ? ORDER BY redemption.expires LIMIT ?',
    ),
    lapsedAtPartners: row<[number, number]>(
      "redemption.state = 'delivered' AND redemption.expires < ? AND token_copy IS NOT NULL ORDER BY redemption.expires LIMIT ?",
    ),
    forMoodle: row<[number]>("redemption.state = 'delivering' AND delivery = 'moodle' ORDER BY redemption.seq LIMIT ?"),
    setState: connection.prepare('UPDATE redemption SET state = ? WHERE seq = ?'),
    setRefunded: connection.prepare('UPDATE redemption SET refunded = 1 WHERE seq = ?'),
    setConsumed: connection.prepare('UPDATE redemption SET consumed = ?, consumed_by = ?, reference = ? WHERE seq = ?'),
    setCopy: connection.prepare('UPDATE redemption SET token_copy = ? WHERE seq = ?'),
    setToken: connection.prepare('UPDATE redemption SET token = ?, token_copy = ? WHERE seq = ?'),
    setExpires: connection.prepare('UPDATE redemption SET expires = ? WHERE seq = ?'),
    setPartnerCode: connection.prepare('UPDATE redemption SET partner_code = ? WHERE seq = ?'),
    issued: connection.prepare<[string], number>('SELECT count FROM issued WHERE reward = ?').pluck(),
    // Not an upsert: SQLite would check the sum's bound against the change itself.
    changeIssued: connection.prepare('UPDATE issued SET count = count + ? WHERE reward = ?'),
    insertIssued: connection.prepare('INSERT INTO issued (reward, count) VALUES (?, ?)'),
    committed: connection
      .prepare<[string, string], number>('SELECT amount_minor FROM committed WHERE budget = ? AND month = ?')
      .pluck(),
    otherCurrency: connection
      .prepare<[string, string | null], string>(
        'SELECT currency FROM committed WHERE budget = ? AND currency IS NOT ? LIMIT 1',
      )
      .pluck(),
    changeCommitted: connection.prepare(
      'UPDATE committed SET amount_minor = amount_minor + ? WHERE budget = ? AND month = ?',
    ),
    insertCommitted: connection.prepare(
      'INSERT INTO committed (budget, month, amount_minor, currency) VALUES (?, ?, ?, ?)',
    ),
  }
}
