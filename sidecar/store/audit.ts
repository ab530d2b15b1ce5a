/** The raw rows, for re-deriving everything from them. Read-only. */
import { EMPTY, type Head } from '../domain/entry.js'
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
  /** subject → its rows in the rules' memory. */
  readonly granted: ReadonlyMap<string, { readonly grants: number; readonly points: number; readonly standing: number }>
}

const PAGE = 1_000

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
        'SELECT subject, count(*) AS grants, sum(points) AS points, sum(standing) AS standing FROM granted GROUP BY subject',
      )
      .all()
    return {
      head: readHead(connection),
      balances: new Map(balances.map(({ subject, ...balance }) => [subject, balance])),
      learners: new Map(learners.map(([subject, source, user]) => [subject, `${source}\n${user}`])),
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
  for (let after = 0; ; ) {
    const page = statement.all(after, upTo, PAGE)
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last[0]
  }
}

/** Whose grant or hold an entry is; null where it is none. */
export function grantOwner(connection: Connection): (seq: number) => string | null {
  const statement = connection
    .prepare<[number], string>("SELECT subject FROM entry WHERE seq = ? AND kind IN ('grant', 'hold')")
    .pluck()
  return (seq) => statement.get(seq) ?? null
}
