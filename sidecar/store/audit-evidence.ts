/** What an auditor is given, read from the entries of a period. Read-only. */
import type { Kind } from '../domain/entry.js'
import type { KeptCheckpoint } from './checkpoint.js'
import type { Connection } from './database.js'

/** Entries after one and up to another. */
export interface Range {
  readonly after: number
  readonly upTo: number
}

/** An entry as it is stored; salt and data are null where the private record is erased. */
export interface EvidenceEntry {
  readonly seq: number
  readonly body: string
  readonly hash: string
  readonly salt: string | null
  readonly data: string | null
}

/** What a budget's month has committed and given back, in minor units. */
export interface BudgetMonth {
  readonly budget: string
  /** `YYYY-MM` */
  readonly month: string
  readonly currency: string | null
  readonly redemptions: number
  readonly committed: number
  readonly refunded: number
}

const PAGE = 500
const COLUMNS = 'entry.seq AS seq, body, hash, salt, data FROM entry LEFT JOIN private_record USING (seq)'

/**
 * The entries written from an instant on and before another. One whose record is erased goes with those before it.
 * @param from epoch milliseconds, as `to`. @param upTo no entry after this one.
 */
export function rangeOf(connection: Connection, from: number, to: number, upTo: number): Range {
  const firstAt = connection
    .prepare<[string], number>('SELECT seq FROM private_record WHERE at >= ? ORDER BY at, seq LIMIT 1')
    .pluck()
  const before = (instant: number) => Math.min(upTo, (firstAt.get(new Date(instant).toISOString()) ?? upTo + 1) - 1)
  const after = before(from)
  return { after, upTo: Math.max(after, before(to)) }
}

/** The entries of some kinds, in their order, a page at a time. */
export function* entriesOf(connection: Connection, kinds: readonly Kind[], range: Range): Generator<EvidenceEntry> {
  const page = connection.prepare<[number, number, string], EvidenceEntry>(
    `SELECT ${COLUMNS} WHERE entry.seq > ? AND entry.seq <= ? AND kind IN (SELECT value FROM json_each(?))
     ORDER BY entry.seq LIMIT ${PAGE}`,
  )
  for (let { after } = range; after < range.upTo; ) {
    const rows = page.all(after, range.upTo, JSON.stringify(kinds))
    yield* rows
    after = rows.length < PAGE ? range.upTo : rows.at(-1)!.seq
  }
}

/** One entry. */
export function entryAt(connection: Connection, seq: number): EvidenceEntry | undefined {
  return connection.prepare<[number], EvidenceEntry>(`SELECT ${COLUMNS} WHERE entry.seq = ?`).get(seq)
}

/** What was committed and given back by the entries up to one, a refund in the month of what it answers. */
export function budgetMonths(connection: Connection, upTo: number): BudgetMonth[] {
  return connection
    .prepare<[number], BudgetMonth>(
      // A redemption that was written again after a restore counts in the month in which it was made.
      `SELECT entry.body ->> '$.budget' AS budget,
         substr(coalesce(data ->> '$.detail.day', redemption.day, made.day), 1, 7) AS month,
         max(entry.body ->> '$.currency') AS currency,
         sum(entry.kind = 'redemption') AS redemptions,
         sum(max(0, entry.body ->> '$.amount_minor')) AS committed,
         sum(max(0, -(entry.body ->> '$.amount_minor'))) AS refunded
       FROM entry
       JOIN entry AS made ON made.seq = CASE entry.kind WHEN 'redemption' THEN entry.seq ELSE entry.ref END
       LEFT JOIN private_record ON private_record.seq = made.seq
       LEFT JOIN redemption ON redemption.seq = made.seq
       WHERE entry.seq <= ? AND entry.kind IN ('redemption', 'refund') AND entry.body ->> '$.budget' IS NOT NULL
       GROUP BY 1, 2 ORDER BY 2, 1`,
    )
    .all(upTo)
}

/** The checkpoints that were signed and kept here from an instant on and before another, oldest first. */
export function checkpointsBetween(connection: Connection, from: number, to: number): KeptCheckpoint[] {
  return connection
    .prepare<[number, number], KeptCheckpoint>(
      'SELECT origin, size, time, note FROM checkpoint WHERE time >= ? AND time < ? ORDER BY time, size',
    )
    .all(from, to)
}
