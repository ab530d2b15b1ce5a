/** A sample of entries that nobody picked: by a seed, each with the proof that it is on the ledger. */
import { hash } from 'node:crypto'
import { csv } from '../archive/csv.js'
import { readBody } from '../domain/entry.js'
import { entryAt, type Range } from '../store/audit-evidence.js'
import type { Connection } from '../store/database.js'
import type { EvidenceFile } from './audit-tables.js'
import { NOT_JUDGED, type Verdict } from './replay-verdict.js'

export const SAMPLE_SIZE = 25

/** A seed that the ledger itself gives: the first six bytes of its root, as a number. */
export const seedOf = (root: Buffer): number => root.readUIntBE(0, 6)

/**
 * The entries whose SHA-256 of `rocket-sample/v1`, seed and number, a line each, are the smallest: whoever knows the seed finds the
 * same. @returns their numbers, in the order of the ledger.
 */
export function pickSample({ after, upTo }: Range, seed: number): number[] {
  let picked: { seq: number; key: string }[] = []
  for (let seq = after + 1; seq <= upTo; seq++) {
    const key = hash('sha256', `rocket-sample/v1\n${seed}\n${seq}\n`, 'hex')
    if (picked.length === SAMPLE_SIZE && key > picked.at(-1)!.key) continue
    picked = [...picked, { seq, key }].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, SAMPLE_SIZE)
  }
  return picked.map(({ seq }) => seq).sort((a, b) => a - b)
}

const COLUMNS = [
  'entry',
  'kind',
  'rule',
  'points',
  'held',
  'decided_again',
  'receipt',
  'hash',
  'body',
  'salt',
  'record',
] as const

/**
 * @param verdicts what came of deciding them again, where there was anything to decide.
 * @param receiptOf the proof that an entry is on the ledger.
 */
export function sampleFiles(
  connection: Connection,
  picked: readonly number[],
  verdicts: ReadonlyMap<number, Verdict>,
  receiptOf: (seq: number) => string,
): EvidenceFile[] {
  const receipts = picked.map((seq) => ({ path: `sample/${seq}.tlog-proof`, content: [Buffer.from(receiptOf(seq))] }))
  const rows = picked.map((seq, index) => {
    const { body, hash: leaf, salt, data } = entryAt(connection, seq)!
    const { kind, ruleId, points, held } = readBody(body) ?? {}
    const decided = { kind, rule: ruleId, points, held, decided_again: words(verdicts.get(seq)) }
    return { entry: seq, ...decided, receipt: receipts[index]!.path, hash: leaf, body, salt, record: data }
  })
  return [{ path: 'sample.csv', content: csv(COLUMNS, rows) }, ...receipts]
}

function words(verdict: Verdict | undefined): string {
  if (!verdict) return 'nothing to decide'
  if (verdict.as === 'agrees') return 'agrees'
  return verdict.as === 'differs' ? `differs: ${verdict.message}` : `not judged: one ${NOT_JUDGED[verdict.why]}`
}
