/** What people did in a period, as tables: one for each kind of thing that an auditor asks for. */
import { type Cell, csv } from '../archive/csv.js'
import { type Body, type Kind, readBody } from '../domain/entry.js'
import { type EvidenceEntry, entriesOf, type Range } from '../store/audit-evidence.js'
import type { Connection } from '../store/database.js'
import { type OpenedRecord, parseRecord } from './opened-record.js'

/** A file of the evidence, and how many lines of a table it has. */
export interface EvidenceFile {
  readonly path: string
  readonly content: Iterable<Buffer>
}

interface Told extends OpenedRecord {
  readonly actor?: string
}

/** An entry, and what its record says; null where it is erased. */
export interface Line {
  readonly seq: number
  readonly body: Body
  readonly record: Told | null
}

export function readLine({ seq, body: text, data }: EvidenceEntry): Line[] {
  const body = readBody(text)
  // One that has not the form of an entry is what the verification is about.
  return body ? [{ seq, body, record: data === null ? null : parseRecord(data) }] : []
}

/** What tables show of every entry. */
interface Shown {
  readonly connection: Connection
  /** An actor as people in charge read it. */
  readonly who: (actor: string) => string
}

const ERASED = 'erased'

interface Table {
  readonly path: string
  readonly kinds: readonly Kind[]
  readonly columns: readonly string[]
  /** What is its own; null: the entry belongs to another table. */
  readonly line: (line: Line) => Readonly<Record<string, Cell>> | null
}

/** Columns that mean the same in every table. */
function commonOf({ seq, body, record }: Line, who: Shown['who']): Readonly<Record<string, Cell>> {
  const gone = record === null ? ERASED : null
  // What is written of somebody after their erasure names nobody.
  const user = record?.user_id ?? (body.subject === null ? null : ERASED)
  const actor = record?.actor === undefined ? null : who(record.actor)
  return { entry: seq, timestamp: record?.at, user_id: gone ?? user, actor: gone ?? actor }
}

const ISSUED = 'token issued'
const isToken = (reason: unknown): boolean => reason === ISSUED || reason === 'token revoked'

const TABLES: readonly Table[] = [
  {
    path: 'approvals.csv',
    kinds: ['approval'],
    columns: ['entry', 'timestamp', 'reward', 'approved_by', 'approved_on', 'terms'],
    line: ({ body, record }) => {
      const { by, on, terms } = record?.detail ?? {}
      return { reward: body.reward, approved_by: cell(by), approved_on: cell(on), terms: cell(terms) }
    },
  },
  {
    path: 'adjustments.csv',
    kinds: ['adjustment'],
    columns: ['entry', 'timestamp', 'user_id', 'points', 'expires', 'actor', 'reason'],
    line: ({ body: { points, expires }, record }) => ({ points, expires, reason: record ? record.reason : ERASED }),
  },
  {
    path: 'administration.csv',
    kinds: ['administration', 'merge', 'key'],
    columns: ['entry', 'timestamp', 'what', 'user_id', 'actor', 'why', 'detail'],
    line: ({ body: { kind, ref }, record }) => {
      // Points that arrive belong to the same merge as those that left.
      if (isToken(record?.reason) || (kind === 'merge' && ref !== null)) return null
      const { why, ...detail } = record?.detail ?? {}
      if (kind !== 'administration') return { what: OTHERS[kind], why: record?.reason, detail: cell(record?.detail) }
      return { what: record ? record.reason : ERASED, why: cell(why), detail: record && cell(detail) }
    },
  },
  {
    path: 'tokens.csv',
    kinds: ['administration'],
    columns: ['entry', 'timestamp', 'what', 'token', 'scope', 'name', 'partner', 'for_learner', 'actor'],
    line: ({ record }) => {
      if (!isToken(record?.reason)) return null
      const { token, scope, name, partner, for_learner } = record?.detail ?? {}
      const of = { token: cell(token), scope: cell(scope), name: cell(name), partner: cell(partner) }
      return { what: record?.reason === ISSUED ? 'issued' : 'revoked', ...of, for_learner: cell(for_learner) }
    },
  },
  {
    path: 'erasures.csv',
    kinds: ['erasure'],
    columns: ['entry', 'timestamp', 'subject', 'records', 'points', 'held', 'actor', 'reason'],
    line: ({ body: { subject, points, held }, record }) => {
      return { subject, records: cell(record?.detail?.records), points, held, reason: record?.reason }
    },
  },
]

/** What entries of other kinds are called beside those of administration. */
const OTHERS: Readonly<Record<string, string>> = { merge: 'accounts merged', key: 'key in use' }

/**
 * @param range the entries of the period. What was redeemed in it rests on approvals from before it: they are all there.
 * @param count told the path for each line.
 */
export function tables(shown: Shown, range: Range, count: (path: string) => void): EvidenceFile[] {
  return TABLES.map((table) => {
    const of = table.path === 'approvals.csv' ? { after: 0, upTo: range.upTo } : range
    return { path: table.path, content: csv(table.columns, rows(table, shown, of, count)) }
  })
}

function* rows(
  { path, kinds, line }: Table,
  { connection, who }: Shown,
  range: Range,
  count: (path: string) => void,
): Generator<Readonly<Record<string, Cell>>> {
  for (const entry of entriesOf(connection, kinds, range)) {
    for (const read of readLine(entry)) {
      const own = line(read)
      if (!own) continue
      count(path)
      yield { ...commonOf(read, who), ...own }
    }
  }
}

function cell(value: unknown): Cell {
  if (value === null || value === undefined) return null
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : json(value)
}

const json = (value: unknown): string => JSON.stringify(value)
