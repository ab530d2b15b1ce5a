/** The ledger as people and programs read it: filtered pages, CSV made inside SQLite, and the lines of an export. */
import type { Connection } from './database.js'

/** An entry as the API and the CSV show it; the seed's six fields first. */
export interface LedgerRow {
  readonly user_id: string | null
  readonly event_id: string | null
  readonly points: number
  readonly rule_id: string | null
  readonly timestamp: string | null
  readonly source: string
  readonly seq: number
  readonly kind: string
  readonly held: number
  readonly event: string | null
  readonly course: string | null
  readonly activity: string | null
  readonly reward_id: string | null
  readonly budget_id: string | null
  readonly amount_minor: number | null
  readonly currency: string | null
  readonly expires: string | null
  readonly ref: number | null
  readonly hash: string
  readonly prev_hash: string
}

/** Columns in their order; the value says whether a cell is text that somebody else chose. */
const COLUMNS: Readonly<Record<keyof LedgerRow, 'text' | 'safe'>> = {
  user_id: 'text',
  event_id: 'text',
  points: 'safe',
  rule_id: 'safe',
  timestamp: 'safe',
  source: 'safe',
  seq: 'safe',
  kind: 'safe',
  held: 'safe',
  event: 'text',
  course: 'text',
  activity: 'text',
  reward_id: 'safe',
  budget_id: 'safe',
  amount_minor: 'safe',
  currency: 'safe',
  expires: 'safe',
  ref: 'safe',
  hash: 'safe',
  prev_hash: 'safe',
}
export const LEDGER_COLUMNS = Object.keys(COLUMNS) as readonly (keyof LedgerRow)[]
export const CSV_HEADER = LEDGER_COLUMNS.join()

/** What a reader asks for. Everything given must hold. */
export interface LedgerFilter {
  /** Entries with a greater `seq`. */
  readonly sinceSeq?: number | undefined
  /** Entries up to this one, as a checkpoint has them. */
  readonly upTo?: number | undefined
  /** Entries written from this instant (epoch milliseconds) on, and before that one. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly userId?: string | undefined
  readonly ruleId?: string | undefined
  readonly source?: string | undefined
  readonly kind?: string | undefined
  readonly course?: string | undefined
}

/** A filter ready to be paged through. */
interface Selection {
  readonly where: string
  readonly params: readonly (string | number)[]
  /** The first and last `seq` that can fit. */
  readonly after: number
  readonly upTo: number
}

const CSV_PAGE = 2_000
const WINDOW = 20_000
const EXPORT_PAGE = 500

export class LedgerView {
  constructor(readonly connection: Connection) {}

  /**
   * One page of entries, oldest first, in steps: a filter that fits little would otherwise hold up everybody while the
   * whole ledger is read. Each step yields what it found; a step that found nothing yields an empty list.
   * @param after only entries with a greater `seq`. @param limit how many in all.
   */
  *page(filter: LedgerFilter, after: number, limit: number): Generator<LedgerRow[]> {
    const { where, params, ...range } = this.#select(filter)
    const statement = this.connection.prepare<unknown[], LedgerRow>(
      `SELECT ${LEDGER_COLUMNS.join()} FROM ledger WHERE seq > ? AND seq <= ? ${where} ORDER BY seq LIMIT ?`,
    )
    let found = 0
    for (const [from, to] of windows(Math.max(after, range.after), range.upTo)) {
      const rows = statement.all(from, to, ...params, limit - found)
      yield rows
      found += rows.length
      if (found >= limit) return
    }
  }

  /**
   * A learner's latest entries about points, newest first; those of accounts that were merged into theirs among them.
   */
  latest(subject: string, limit: number): LedgerRow[] {
    const others = this.connection
      .prepare<[string], string>('SELECT subject FROM merged WHERE into_subject = ?')
      .pluck()
      .all(subject)
    const of = this.connection.prepare<[string, number], LedgerRow>(
      `SELECT ${LEDGER_COLUMNS.join()} FROM ledger WHERE subject = ? AND kind <> 'administration' ORDER BY seq DESC LIMIT ?`,
    )
    const found = [subject, ...others].flatMap((one) => of.all(one, limit))
    return others.length === 0 ? found : found.sort((a, b) => b.seq - a.seq).slice(0, limit)
  }

  /**
   * Everything that fits as CSV (RFC 4180, CRLF), a chunk of lines at a time, header first: memory stays flat. SQLite
   * makes the lines, three times as fast as JavaScript could. Entries written meanwhile are not included.
   */
  *csv(filter: LedgerFilter): Generator<string> {
    yield `${CSV_HEADER}\r\n`
    const { where, params, after, upTo } = this.#select(filter)
    const line = LEDGER_COLUMNS.map((column) => cell(column)).join(" || ',' || ")
    const statement = this.connection.prepare<unknown[], { lines: string | null; last: number | null }>(
      // An aggregate over a limited page keeps SQLite from reading each value out of its JSON once for every mention.
      `SELECT group_concat(${line} || char(13, 10), '') AS lines, max(seq) AS last FROM (
         SELECT ${LEDGER_COLUMNS.join()} FROM ledger WHERE seq > ? AND seq <= ? ${where} ORDER BY seq LIMIT ${CSV_PAGE})`,
    )
    for (const [start, end] of windows(after, upTo)) {
      for (let from = start; from < end; ) {
        const page = statement.get(from, end, ...params)
        if (page?.lines) yield page.lines
        from = page?.last ?? end
      }
      yield ''
    }
  }

  /** Everything that fits as export lines: exact bodies and records, so that anyone can check every hash. */
  *jsonl(filter: LedgerFilter): Generator<string> {
    const { where, params, after, upTo } = this.#select(filter)
    const statement = this.connection.prepare<
      unknown[],
      { seq: number; body: string; hash: string; salt: string | null; data: string | null }
    >(
      `SELECT seq, body, entry.hash AS hash, salt, data FROM (
         SELECT seq FROM ledger WHERE seq > ? AND seq <= ? ${where} ORDER BY seq LIMIT ${EXPORT_PAGE})
       JOIN entry USING (seq) LEFT JOIN private_record USING (seq) ORDER BY seq`,
    )
    for (const [start, end] of windows(after, upTo)) {
      for (let from = start; from < end; ) {
        const page = statement.all(from, end, ...params)
        if (page.length > 0)
          yield page.map(({ body, hash, salt, data }) => `${JSON.stringify({ body, hash, salt, data })}\n`).join('')
        from = page.at(-1)?.seq ?? end
      }
      yield ''
    }
  }

  #select(filter: LedgerFilter): Selection {
    const conditions: string[] = []
    const params: (string | number)[] = []
    const equals = (column: string, value: string | undefined) => {
      if (value === undefined) return
      conditions.push(`AND ledger.${column} = ?`)
      params.push(value)
    }
    if (filter.userId !== undefined) {
      conditions.push(
        `AND ledger.subject IN (SELECT subject FROM learner WHERE user_id = ? UNION ALL
           SELECT merged.subject FROM merged JOIN learner ON learner.subject = into_subject WHERE user_id = ?)`,
      )
      params.push(filter.userId, filter.userId)
    }
    equals('rule_id', filter.ruleId)
    equals('source', filter.source)
    equals('kind', filter.kind)
    equals('course', filter.course)
    const last = this.connection.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM entry').pluck().get() ?? 0
    const head = Math.min(last, filter.upTo ?? last)
    const first = filter.from === undefined ? 1 : this.#firstAt(filter.from, head)
    const end = filter.to === undefined ? head + 1 : this.#firstAt(filter.to, head)
    return {
      where: conditions.join(' '),
      params,
      after: Math.max(first - 1, filter.sinceSeq ?? 0),
      upTo: Math.min(end - 1, head),
    }
  }

  /** The first entry written at or after an instant: entries stand in the order of their times. */
  #firstAt(instant: number, head: number): number {
    return (
      this.connection
        .prepare<[string], number>('SELECT seq FROM private_record WHERE at >= ? ORDER BY at, seq LIMIT 1')
        .pluck()
        .get(new Date(instant).toISOString()) ?? head + 1
    )
  }
}

/** `(after, up to]` cut into pieces that SQLite reads in some milliseconds, whatever the filter. */
function* windows(after: number, upTo: number): Generator<[number, number]> {
  for (let from = after; from < upTo; from += WINDOW) yield [from, Math.min(from + WINDOW, upTo)]
}

/**
 * One cell in SQL. Text that somebody else chose is quoted, and kept from being taken for a formula by a leading
 * apostrophe; numbers, times, hashes and slugs need neither.
 */
function cell(column: keyof LedgerRow): string {
  if (COLUMNS[column] === 'safe') return `coalesce(${column}, '')`
  return `CASE WHEN ${column} IS NULL THEN '' ELSE '"' ||
    CASE WHEN unicode(${column}) IN (9, 13, 43, 45, 61, 64) THEN '''' ELSE '' END || replace(${column}, '"', '""') || '"' END`
}
