/** What the tables of rewards claim, for re-deriving it from entries. Read-only. */
import type { Lot } from '../domain/lot.js'
import type { Connection } from './database.js'

export interface ClaimedRedemption {
  readonly seq: number
  readonly id: string
  readonly subject: string
  readonly reward: string
  readonly state: string
  readonly refunded: 0 | 1
  readonly expires: number | null
  readonly consumedBy: string | null
  readonly reference: string | null
  /** Codes of a pool that are in its hands now. */
  readonly codes: number
  readonly delivery: string
  readonly partner: string | null
  readonly created: number
  readonly consumed: number | null
  /** On which it was made, where its entry was written again after a restore. */
  readonly day: string | null
  /** By which its token is recognised, or the code of a pool that it holds; hex. */
  readonly digest: string | null
  /** By which its token is recognised, hex. */
  readonly token: string | null
  /** JSON, once its learner is erased. */
  readonly terms: string | null
}

export interface RewardClaims {
  /** subject → their lots, soonest to lapse first. */
  readonly lots: ReadonlyMap<string, readonly Lot[]>
  /** By the redemption's entry. */
  readonly redemptions: ReadonlyMap<number, ClaimedRedemption>
  /** reward → how many count. */
  readonly issued: ReadonlyMap<string, number>
  /** `budget month currency` → minor units. */
  readonly committed: ReadonlyMap<string, number>
  readonly batches: ReadonlyMap<string, ClaimedBatch>
  /** Batches with a code that is of another reward, or whose state does not fit whether a redemption has it. */
  readonly strays: readonly string[]
}

/** A file of codes, as the list of pools has it. */
export interface ClaimedBatch {
  readonly reward: string
  readonly file: string
  /** Epoch milliseconds. */
  readonly imported: number
}

const STRAYS = `SELECT DISTINCT batch FROM code LEFT JOIN code_batch ON code_batch.id = batch
  WHERE code_batch.reward IS NOT code.reward OR (state IN ('handed_out', 'faulty')) <> (redemption IS NOT NULL)
    OR (redemption IS NOT NULL AND code.reward IS NOT (SELECT reward FROM redemption WHERE seq = code.redemption))`

/** All of them; to be called inside the read transaction of the other claims. */
export function readRewardClaims(connection: Connection): RewardClaims {
  const lots = new Map<string, Lot[]>()
  const rows = connection
    .prepare<[], Lot & { subject: string }>(
      'SELECT subject, seq, expires, points_left AS left FROM lot ORDER BY subject, expires, seq',
    )
    .all()
  for (const { subject, ...lot } of rows) lots.set(subject, [...(lots.get(subject) ?? []), lot])
  const redemptions = connection
    .prepare<[], ClaimedRedemption>(
      `SELECT seq, id, subject, reward, state, refunded, expires, consumed_by AS consumedBy, reference, delivery,
         partner, created, consumed, day, terms,
         (SELECT count(*) FROM code WHERE code.redemption = redemption.seq AND code.state = 'handed_out') AS codes,
         nullif(lower(hex(token)), '') AS token,
         nullif(lower(hex(coalesce(token, (SELECT digest FROM code
           WHERE code.redemption = redemption.seq AND code.state = 'handed_out')))), '') AS digest
       FROM redemption`,
    )
    .all()
  const pairs = (sql: string) => new Map(connection.prepare<[], [string, number]>(sql).raw().all())
  const batches = connection
    .prepare<[], ClaimedBatch & { id: string }>('SELECT id, reward, file, imported FROM code_batch')
    .all()
  return {
    lots,
    redemptions: new Map(redemptions.map((row) => [row.seq, row])),
    issued: pairs('SELECT reward, count FROM issued'),
    committed: pairs("SELECT budget || ' ' || month || ' ' || currency, amount_minor FROM committed"),
    batches: new Map(batches.map(({ id, ...batch }) => [id, batch])),
    strays: connection.prepare<[], string>(STRAYS).pluck().all(),
  }
}

/** The text of a document by its hash. */
export function documentText(connection: Connection): (hash: string) => string | undefined {
  const statement = connection.prepare<[string], string>('SELECT text FROM document WHERE hash = ?').pluck()
  return (hash) => statement.get(hash)
}
