/** The raw rows, for re-deriving everything from them. Read-only. */
import Sqlite from 'better-sqlite3'
import { type Body, EMPTY, type Head, readBody } from '../domain/entry.js'
import { type ClaimedToken, readTokenClaims } from './audit-access.js'
import { type MemoryClaims, readMemoryClaims } from './audit-memory.js'
import { type ReviewClaims, readReviewClaims } from './audit-review.js'
import { type RewardClaims, readRewardClaims } from './audit-rewards.js'
import { readTreeClaims, type TreeClaims } from './audit-tree.js'
import { documentHash } from './configuration.js'
import type { Connection } from './database.js'
import type { Balance } from './ledger.js'

/** `[seq, body, hash, salt, data]`; the last two null where the record is gone. */
export type RawEntry = [seq: number, body: string, hash: string, salt: string | null, data: string | null]

/** Where the ledger ends, and what is kept of its tree, read in one instant. */
export interface ChainClaims {
  readonly head: Head
  readonly tree: TreeClaims
}

/** What all tables beside the entries claim, read in one instant. */
export interface Claims extends ChainClaims {
  readonly balances: ReadonlyMap<string, Balance>
  readonly learners: ReadonlyMap<string, NamedLearner>
  /** The hashes of the kept texts that are still what their hash says. */
  readonly documents: ReadonlySet<string>
  readonly rewards: RewardClaims
  /** The greatest `seq` of a private record. */
  readonly lastRecord: number
  readonly rights: RightsClaims
  readonly memory: MemoryClaims
  readonly tokens: readonly ClaimedToken[]
  readonly review: ReviewClaims
}

/** Whom a subject stands for. */
export interface NamedLearner {
  readonly source: string
  readonly user: string
}

const PAGE = 1_000

/** What the tables of learners' rights claim. */
export interface RightsClaims {
  /** subject → why. */
  readonly frozen: ReadonlyMap<string, string>
  /** subject → the one whose it is now. */
  readonly merged: ReadonlyMap<string, string>
  /** subject → the entry that erased it. */
  readonly erased: ReadonlyMap<string, number>
  /** The cause for which nothing can be redeemed → why. */
  readonly paused: ReadonlyMap<string, string>
}

function readRightsClaims(connection: Connection): RightsClaims {
  const pairs = <Value>(sql: string) => new Map(connection.prepare<[], [string, Value]>(sql).raw().all())
  return {
    frozen: pairs<string>('SELECT subject, reason FROM frozen'),
    merged: pairs<string>('SELECT subject, into_subject FROM merged'),
    erased: pairs<number>('SELECT subject, seq FROM erased'),
    paused: pairs<string>('SELECT cause, reason FROM pause'),
  }
}

/** What a quick verification holds the entries against. */
export function readChainClaims(connection: Connection): ChainClaims {
  return connection.transaction(() => ({ head: readHead(connection), tree: readTreeClaims(connection) }))()
}

/** All claims and the head they belong to, in one read transaction. */
export function readClaims(connection: Connection): Claims {
  return connection.transaction(() => {
    const balances = connection
      .prepare<[], Balance & { subject: string }>('SELECT subject, points, held, lifetime FROM balance')
      .all()
    const learners = connection
      .prepare<[], NamedLearner & { subject: string }>('SELECT subject, source, user_id AS user FROM learner')
      .all()
    return {
      head: readHead(connection),
      tree: readTreeClaims(connection),
      balances: new Map(balances.map(({ subject, ...balance }) => [subject, balance])),
      learners: new Map(learners.map(({ subject, ...named }) => [subject, named])),
      documents: new Set(
        connection
          .prepare<[], { hash: string; text: string }>('SELECT hash, text FROM document')
          .all()
          .flatMap(({ hash, text }) => (documentHash(text) === hash ? [hash] : [])),
      ),
      rewards: readRewardClaims(connection),
      rights: readRightsClaims(connection),
      lastRecord: connection.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM private_record').pluck().get() ?? 0,
      memory: readMemoryClaims(connection),
      tokens: readTokenClaims(connection),
      review: readReviewClaims(connection),
    }
  })()
}

/** Where the chain ends now. */
export function readHead(connection: Connection): Head {
  return connection.prepare<[], Head>('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1').get() ?? EMPTY
}

/**
 * The entries up to one, in order, a page at a time so that no reader holds up the log file of SQLite.
 * @param after those with a greater `seq`; all, where it is left out.
 */
export function* rawEntries(
  connection: Connection,
  upTo: number,
  withRecords: boolean,
  after = Number.MIN_SAFE_INTEGER,
): Generator<RawEntry[]> {
  const statement = connection
    .prepare<[number, number, number], RawEntry>(
      withRecords
        ? `SELECT entry.seq, body, hash, salt, data FROM entry LEFT JOIN private_record USING (seq)
           WHERE entry.seq > ? AND entry.seq <= ? ORDER BY entry.seq LIMIT ?`
        : 'SELECT seq, body, hash FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
    )
    .raw()
  for (let last: number | undefined = after; last !== undefined; ) {
    const page = statement.all(last, upTo, PAGE)
    if (page.length > 0) yield page
    last = page.at(-1)?.[0]
  }
}

/** One of them, with its record. */
export function rawEntry(connection: Connection): (seq: number) => RawEntry | undefined {
  const statement = connection
    .prepare<[number], RawEntry>(
      'SELECT entry.seq, body, hash, salt, data FROM entry LEFT JOIN private_record USING (seq) WHERE entry.seq = ?',
    )
    .raw()
  return (seq) => statement.get(seq)
}

/** The grant, or the hold, of an entry; null: it is none. */
export function grantAt(connection: Connection): (seq: number) => Body | null {
  // The body itself: a computed column would throw where it is no JSON any more.
  const statement = connection.prepare<[number], string>('SELECT body FROM entry WHERE seq = ?').pluck()
  return (seq) => {
    const body = readBody(statement.get(seq) ?? '')
    return body && (body.kind === 'grant' || body.kind === 'hold') ? body : null
  }
}

/** The bytes of a private record's text, as they are in the file. */
export function recordBytes(connection: Connection): (seq: number) => Buffer | undefined {
  const statement = connection
    .prepare<[number], Buffer>('SELECT CAST(data AS BLOB) FROM private_record WHERE seq = ?')
    .pluck()
  return (seq) => statement.get(seq)
}

/** The erasure that was written last: 0 where there is none. */
export function lastErasure(connection: Connection): number {
  return connection.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM erased').pluck().get() ?? 0
}

/**
 * What SQLite itself finds wrong with the file, null where nothing. It reads all of it, and looks up each row in each index:
 * an index can be made to leave rows out, and `quick_check` would not see that.
 */
export function findDamage(connection: Connection): string | null {
  try {
    const found = String(connection.pragma('integrity_check(1)', { simple: true }))
    return found === 'ok' ? null : found
  } catch (error) {
    // It cannot even tell what a row should have in an index: its body is no JSON any more.
    if (error instanceof Sqlite.SqliteError && /^SQLITE_(ERROR|CORRUPT)/.test(error.code)) return error.message
    throw error
  }
}
