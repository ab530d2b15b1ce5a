/** The sets of rule files that were in force in a period: whole, with who put them in force, when and why. */
import { csv } from '../archive/csv.js'
import type { BudgetsFrom } from '../domain/budget.js'
import { readConfiguration } from '../rules/read-configuration.js'
import { entriesOf, type Range } from '../store/audit-evidence.js'
import { documentText } from '../store/audit-rewards.js'
import { documentHash } from '../store/configuration.js'
import type { Connection } from '../store/database.js'
import { type EvidenceFile, type Line, readLine } from './audit-tables.js'

/** A set of files, and the entry that put it in force. */
export interface PublishedSet extends Line {
  /** path → text; null where it is gone, or is not the one that the entry names. */
  readonly files: ReadonlyMap<string, string | null>
}

/** Every set up to an entry, oldest first. */
export function publishedSets(connection: Connection, upTo: number): PublishedSet[] {
  const textOf = documentText(connection)
  return [...entriesOf(connection, ['configuration'], { after: 0, upTo })].flatMap(readLine).map((line) => {
    const named = Object.entries(line.record?.detail?.files ?? {})
    const files = named.map(([path, hash]): [string, string | null] => {
      const text = textOf(hash)
      return [path, text !== undefined && documentHash(text) === hash ? text : null]
    })
    return { ...line, files: new Map(files) }
  })
}

/** The budgets that each set defined. */
export const budgetsOf = (sets: readonly PublishedSet[]): BudgetsFrom[] =>
  sets.map(({ body, files }) => {
    const whole = [...files].flatMap(([path, text]) => (text === null ? [] : [[path, text] as const]))
    const { budgets = [], currency = null } = readConfiguration(new Map(whole)).configuration?.catalogue ?? {}
    return { day: body.day, currency, budgets }
  })

const COLUMNS = ['entry', 'in_force_from', 'in_force_until', 'published_by', 'why', 'files', 'lost'] as const

/** Those in force in the range: the one before its first entry among them. */
export function configurationFiles(
  sets: readonly PublishedSet[],
  range: Range,
  who: (actor: string) => string,
  count: (path: string) => void,
): EvidenceFile[] {
  const before = sets.findLast(({ seq }) => seq <= range.after)
  const inForce = sets.filter(({ seq }) => seq <= range.upTo && seq >= (before?.seq ?? 0))
  const index = 'configurations/index.csv'
  const rows = inForce.map(({ seq, record, files }) => {
    count(index)
    return {
      entry: seq,
      in_force_from: record?.at,
      in_force_until: sets.find((next) => next.seq > seq)?.record?.at,
      published_by: record?.actor === undefined ? null : who(record.actor),
      why: record?.reason,
      files: files.size,
      lost: [...files].flatMap(([path, text]) => (text === null ? [path] : [])).join(' '),
    }
  })
  const texts = inForce.flatMap(({ seq, files }) =>
    [...files].flatMap(([path, text]): EvidenceFile[] =>
      text === null ? [] : [{ path: `configurations/${seq}/${harmless(path)}`, content: [Buffer.from(text)] }],
    ),
  )
  return [{ path: index, content: csv(COLUMNS, rows) }, ...texts]
}

/** The name is on the ledger as somebody wrote it: whoever unpacks it gets no file outside the folder. */
const harmless = (path: string): string =>
  path
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')
