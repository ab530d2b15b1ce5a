/** What the rules remember of grants, read once from end to end, for holding it against the entries. Read-only. */
import { hash, randomBytes } from 'node:crypto'
import type { Connection } from './database.js'

/** A grant as the rules' memory has it. */
export interface Remembered {
  readonly subject: string
  readonly seq: number
  readonly rule: string | null
  readonly act: string | null
  readonly deed: string | null
  readonly course: string | null
  readonly activity: string | null
  readonly object: string | null
  /** Epoch milliseconds. */
  readonly time: number
  readonly points: number
  readonly held: 0 | 1
  /** 0: it was taken back. */
  readonly standing: 0 | 1
  /** 1: it was held, and a person decided that it is not given. */
  readonly void: 0 | 1
}

/** What later entries change of a grant. */
export type Fate = Pick<Remembered, 'held' | 'standing' | 'void'>

const COLUMNS = 'subject, seq, rule, act, deed, course, activity, object, time, points, held, standing, void'

/** The same text is the same memory; it is what SQLite's `json_array` writes. */
function textOf(grant: Remembered): string {
  const { subject, seq, rule, act, deed, course, activity, object, time, points, held, standing } = grant
  const fate = [held, standing, grant.void]
  return JSON.stringify([subject, seq, rule, act, deed, course, activity, object, time, points, ...fate])
}

export const sameMemory = (one: Remembered, other: Remembered): boolean => textOf(one) === textOf(other)

/** What is remembered of a learner's grants, in sum. */
export interface GrantSums {
  readonly grants: number
  readonly points: number
}

/** How many entries share a sum. */
const TOGETHER = 1_000
const SUM_BITS = 48
const HEX = 16

/**
 * Whether two lists of grants, in whatever order, are the same: of each list the hashes of its rows are summed up, for each
 * thousand entries apart. A row of its own costs a look-up in a tree that is ordered by learner, many times as much. The
 * hashes are keyed by chance, so that nobody can choose rows whose sums are the same.
 */
export class MemorySums {
  readonly #key = randomBytes(16).toString('hex')
  readonly #sums = new Map<number, number>()

  /** A row of the memory, as `json_array` gives it. */
  kept(seq: number, text: string): void {
    this.#add(seq, this.#digest(text))
  }

  /** A grant as its entry tells it. */
  derived(row: Remembered): void {
    this.#add(row.seq, 2 ** SUM_BITS - this.#digest(textOf(row)))
  }

  /** A later entry decided about it. @param row as it was told before. */
  changed(row: Remembered, fate: Partial<Fate>): void {
    this.kept(row.seq, textOf(row))
    this.derived({ ...row, ...fate })
  }

  /** The entries, from and to, among which kept and derived grants differ. */
  differing(): [from: number, to: number][] {
    return [...this.#sums]
      .filter(([, sum]) => sum !== 0)
      .map(([group]): [number, number] => [group * TOGETHER, (group + 1) * TOGETHER - 1])
      .sort(([a], [b]) => a - b)
  }

  #digest(text: string): number {
    return Number.parseInt(hash('sha256', this.#key + text, 'hex').slice(0, SUM_BITS / 4), HEX)
  }

  #add(seq: number, digest: number): void {
    const group = Math.floor(seq / TOGETHER)
    this.#sums.set(group, ((this.#sums.get(group) ?? 0) + digest) % 2 ** SUM_BITS)
  }
}

export interface MemoryClaims {
  /** By subject. */
  readonly sums: ReadonlyMap<string, GrantSums>
  readonly rows: MemorySums
}

/** Reads the whole memory; to be called inside the read transaction of the other claims. */
export function readMemoryClaims(connection: Connection): MemoryClaims {
  const sums = connection.prepare<[], GrantSums & { subject: string }>(
    'SELECT subject, count(*) AS grants, sum(points) AS points FROM granted GROUP BY subject',
  )
  const rows = new MemorySums()
  const each = connection.prepare<[], [number, string]>(`SELECT seq, json_array(${COLUMNS}) FROM granted`).raw()
  for (const [seq, text] of each.iterate()) rows.kept(seq, text)
  return { sums: new Map(sums.all().map(({ subject, ...sum }) => [subject, sum])), rows }
}

/** What is remembered of one grant. */
export function memoryOf(connection: Connection): (subject: string, seq: number) => Remembered | undefined {
  const statement = connection.prepare<[string, number], Remembered>(
    `SELECT ${COLUMNS} FROM granted WHERE subject = ? AND seq = ?`,
  )
  return (subject, seq) => statement.get(subject, seq)
}
