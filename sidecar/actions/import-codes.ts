/** Puts bought codes into a reward's pool. */
import { randomBytes } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { isCivilDay } from '../rules/values.js'
import { recordAdministration } from './administer.js'
import type { Moment } from './moment.js'
import { Refusal } from './refusal.js'

export interface ImportedCodes {
  /** Null where nothing was taken. */
  readonly batch: string | null
  readonly taken: number
  /** The lines that were not taken, and why. They name no code. */
  readonly refused: readonly { readonly line: number; readonly message: string }[]
}

interface CodeLine {
  readonly line: number
  readonly code: string
  readonly expires: string
}

const LONGEST_CODE = 255

/**
 * Takes every line that is right. Inside a transaction only.
 * @param text CSV with the columns `code` and, where codes lapse, `expires` (the last day on which one works).
 * @throws Refusal where the reward has no pool, or the file is none of codes.
 */
export function importCodes(
  { stores, rules, now }: Moment,
  { reward: id, file, text, actor }: { reward: string; file: string; text: string; actor: string },
): ImportedCodes {
  const current = rules.current()
  const reward = current.catalogue.rewards.find((one) => one.id === id)
  if (!reward) throw new Refusal('not_found', `There is no reward ${id} in rewards.yaml.`)
  if (reward.delivery.kind !== 'codes') {
    throw new Refusal('not_found', `The reward ${id} has no pool: write \`delivery: codes\` in rewards.yaml.`)
  }
  const { codes, ledger } = stores
  const today = current.civil.dayOf(now)
  const batch = { id: `batch_${randomBytes(6).toString('hex')}`, reward: id, imported: now, file }
  const refused: { line: number; message: string }[] = []
  let taken = 0
  for (const { line, code, expires } of readCodes(text)) {
    const fault = faultOf(code, expires, today) ?? knownIn(codes.poolOf(code))
    if (fault !== null) {
      refused.push({ line, message: fault })
      continue
    }
    if (taken === 0) codes.addBatch(batch)
    codes.add(batch, line, code, expires === '' ? null : expires)
    taken++
  }
  if (taken === 0) return { batch: null, taken, refused }
  const detail = { batch: batch.id, reward: id, file, codes: taken }
  recordAdministration(ledger, current, { actor, reason: 'codes imported', detail, now })
  return { batch: batch.id, taken, refused }
}

/** What can be handed out no more. @returns how many codes. @throws Refusal */
export function withdrawCodes({ stores, rules, now }: Moment, batch: string, actor: string): number {
  const count = stores.codes.withdraw(batch)
  if (count === null) throw new Refusal('not_found', `There is no batch ${batch}: \`codes list\` shows them.`)
  const what = { actor, reason: 'codes withdrawn', detail: { batch, codes: count }, now }
  if (count > 0) recordAdministration(stores.ledger, rules.current(), what)
  return count
}

function readCodes(text: string): CodeLine[] {
  let rows: { record: string[]; info: { lines: number } }[]
  try {
    rows = parse(text, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true }) as never
  } catch (error) {
    throw new Refusal('malformed', `This is no CSV: ${error instanceof Error ? error.message : error}`)
  }
  const [first] = rows
  const header = first?.record.map((name) => name.toLowerCase()) ?? []
  const [codeAt, expiresAt] = [header.indexOf('code'), header.indexOf('expires')]
  // A list without a heading is one code a line.
  const hasHeader = codeAt >= 0
  if (!hasHeader && rows.some(({ record }) => record.length > 1)) {
    throw new Refusal('malformed', 'The first line must name the columns: code, and expires where codes lapse.')
  }
  return rows.slice(hasHeader ? 1 : 0).map(({ record, info }) => ({
    line: info.lines,
    code: record[hasHeader ? codeAt : 0] ?? '',
    expires: record[expiresAt] ?? '',
  }))
}

function faultOf(code: string, expires: string, today: string): string | null {
  if (code === '') return 'there is no code'
  if (code.length > LONGEST_CODE || /[\u0000-\u001f\u007f]/.test(code))
    return 'this is no code: too long, or not plain text'
  if (expires !== '' && !isCivilDay(expires)) return 'expires must be a day such as 2027-07-31'
  return expires !== '' && expires < today ? `this code lapsed on ${expires}` : null
}

const knownIn = (pool: string | null): string | null =>
  pool === null ? null : `this code is known already, in the pool of ${pool}`
