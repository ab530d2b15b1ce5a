/** The raw rows, for re-deriving everything from them. Read-only. */
import { EMPTY, type Head, readBody } from '../domain/entry.js'
import { type RewardClaims, readRewardClaims } from './audit-rewards.js'
import { documentHash } from './configuration.js'
import type { Connection } from './database.js'
import type { Balance } from './ledger.js'

/** `[seq, body, hash, salt, data]`; the last two null where the record is gone. */
export type RawEntry = [seq: number, body: string, hash: string, salt: string | null, data: string | null]

/** What the tables beside the entries claim, read in one instant. */
export interface Claims {
  readonly head: Head
  readonly balances: ReadonlyMap<string, Balance>
  /** subject → `source\nuser`. */
  readonly learners: ReadonlyMap<string, string>
  /** The hashes of the kept texts that are still what their hash says. */
  readonly documents: ReadonlySet<string>
  readonly rewards: RewardClaims
  /** The greatest `seq` of a private record. */
  readonly lastRecord: number
  readonly rights: RightsClaims
  /** subject → its rows in the rules' memory; `standing` is the sum of the `seq` of those that stand. */
  readonly granted: ReadonlyMap<string, { readonly grants: number; readonly points: number; readonly standing: number }>
}

const PAGE = 1_000

/** What the tables of learners' rights claim. */
export interface RightsClaims {
  readonly frozen: ReadonlySet<string>
  /** subject → the one whose it is now. */
  readonly merged: ReadonlyMap<string, string>
  /** subject → the entry that erased it. */
  readonly erased: ReadonlyMap<string, number>
}

function readRightsClaims(connection: Connection): RightsClaims {
  const pairs = <Value>(sql: string) => new Map(connection.prepare<[], [string, Value]>(sql).raw().all())
  return {
    frozen: new Set(connection.prepare<[], string>('SELECT subject FROM frozen').pluck().all()),
    merged: pairs<string>('SELECT subject, into_subject FROM merged'),
    erased: pairs<number>('SELECT subject, seq FROM erased'),
  }
}

/** All claims and the head they belong to, in one read transaction. */
export function readClaims(connection: Connection): Claims {
  return connection.transaction(() => {
    const balances = connection
      .prepare<[], Balance & { subject: string }>('SELECT subject, points, held, lifetime FROM balance')
      .all()
    const learners = connection
      .prepare<[], [string, string, string]>('SELECT subject, source, user_id FROM learner')
      .raw()
      .all()
    const granted = connection
      .prepare<[], { subject: string; grants: number; points: number; standing: number }>(
        'SELECT subject, count(*) AS grants, sum(points) AS points, sum(standing * seq) AS standing FROM granted GROUP BY subject',
      )
      .all()
    return {
      head: readHead(connection),
      balances: new Map(balances.map(({ subject, ...balance }) => [subject, balance])),
      learners: new Map(learners.map(([subject, source, user]) => [subject, `${source}\n${user}`])),
      documents: new Set(
        connection
          .prepare<[], { hash: string; text: string }>('SELECT hash, text FROM document')
          .all()
          .flatMap(({ hash, text }) => (documentHash(text) === hash ? [hash] : [])),
      ),
      rewards: readRewardClaims(connection),
      rights: readRightsClaims(connection),
      lastRecord: connection.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM private_record').pluck().get() ?? 0,
      granted: new Map(granted.map(({ subject, ...memory }) => [subject, memory])),
    }
  })()
}

/** Where the chain ends now. */
export function readHead(connection: Connection): Head {
  return connection.prepare<[], Head>('SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1').get() ?? EMPTY
}

/** The entries up to one, in order, a page at a time so that no reader holds up the log file of SQLite. */
export function* rawEntries(connection: Connection, upTo: number, withRecords: boolean): Generator<RawEntry[]> {
  const statement = connection
    .prepare<[number, number, number], RawEntry>(
      withRecords
        ? `SELECT entry.seq, body, hash, salt, data FROM entry LEFT JOIN private_record USING (seq)
           WHERE entry.seq > ? AND entry.seq <= ? ORDER BY entry.seq LIMIT ?`
        : 'SELECT seq, body, hash FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
    )
    .raw()
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const page = statement.all(after, upTo, PAGE)
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last[0]
  }
}

/** Whose grant or hold an entry is; null where it is none. */
export function grantOwner(connection: Connection): (seq: number) => string | null {
  // The body itself: a computed column would throw where it is no JSON any more.
  const statement = connection.prepare<[number], string>('SELECT body FROM entry WHERE seq = ?').pluck()
  return (seq) => {
    const body = readBody(statement.get(seq) ?? '')
    return body && (body.kind === 'grant' || body.kind === 'hold') ? body.subject : null
  }
}

/** A grant as the rules' memory has it. */
export interface Remembered {
  readonly rule: string
  readonly act: string | null
  readonly deed: string | null
  readonly course: string | null
  readonly activity: string | null
  readonly object: string | null
  readonly time: number
  readonly points: number
  readonly held: number
}

/** What the rules' memory has of one grant. */
export function memoryOf(connection: Connection): (subject: string, seq: number) => Remembered | undefined {
  const statement = connection.prepare<[string, number], Remembered>(
    `SELECT rule, act, deed, course, activity, object, time, points, held FROM granted WHERE subject = ? AND seq = ?`,
  )
  return (subject, seq) => statement.get(subject, seq)
}

/** What SQLite itself finds wrong with the file, null where nothing. It reads all of it. */
export function findDamage(connection: Connection): string | null {
  const found = String(connection.pragma('quick_check(1)', { simple: true }))
  return found === 'ok' ? null : found
}
