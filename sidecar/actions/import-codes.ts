/** Puts bought codes into a reward's pool. */
import { hash, randomBytes } from 'node:crypto'
import type { Context } from '../context.js'
import type { CodeBatch } from '../store/code.js'
import { recordAdministration } from './administer.js'
import { type CodeLine, type RefusedLine, readCodeFile } from './code-file.js'
import type { Moment } from './moment.js'
import { Refusal } from './refusal.js'

export interface ImportedCodes {
  /** Null where nothing was taken. */
  readonly batch: string | null
  readonly taken: number
  readonly refused: readonly RefusedLine[]
}

export interface CodeOrder {
  readonly reward: string
  /** The name of the file. */
  readonly file: string
  readonly text: string
  readonly actor: string
  /** Says what would be taken, and takes nothing. */
  readonly dryRun: boolean
}

/** Codes in one transaction: it holds the lock for some milliseconds. */
const STEP = 250

/**
 * Takes every line that is right, in steps, so that a server that runs beside comes in between. The first step writes on the
 * ledger that the file came; one that was interrupted goes on with the rest when it is run again.
 * @throws Refusal where the reward has no pool, or the file is none of codes.
 */
export async function importCodes(
  { stores, rules, now }: Pick<Context, 'stores' | 'rules' | 'now'>,
  { reward, file, text, actor, dryRun }: CodeOrder,
): Promise<ImportedCodes> {
  const current = rules.current()
  requirePool(current.catalogue.rewards.find(({ id }) => id === reward)?.delivery.kind, reward)
  const { codes, refused } = readCodeFile(text, current.civil.dayOf(now()))
  const { fresh, known } = sift(codes, stores.codes)
  if (dryRun || fresh.length === 0)
    return { batch: null, taken: fresh.length, refused: inOrder([...refused, ...known]) }

  const batch: CodeBatch = { id: `batch_${randomBytes(6).toString('hex')}`, reward, imported: now(), file }
  let taken = 0
  for (let from = 0; from < fresh.length; from += STEP) {
    stores.writer.write(() => {
      if (from === 0) {
        stores.codes.addBatch(batch)
        const imported = new Date(batch.imported).toISOString()
        const sha256 = hash('sha256', text, 'hex')
        const detail = { batch: batch.id, reward, file, imported, sha256, codes: fresh.length }
        recordAdministration(stores.ledger, current, { actor, reason: 'codes imported', detail, now: now() })
      }
      // Again, inside the transaction: somebody else may import the same file now.
      const step = sift(fresh.slice(from, from + STEP), stores.codes)
      for (const { line, code, expires } of step.fresh) stores.codes.add(batch, line, code, expires)
      known.push(...step.known)
      taken += step.fresh.length
    })
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { batch: batch.id, taken, refused: inOrder([...refused, ...known]) }
}

function requirePool(delivery: string | undefined, reward: string): void {
  if (delivery === 'codes') return
  const why =
    delivery === undefined ? 'There is no such reward in rewards.yaml' : 'It has no pool: write `delivery: codes`'
  throw new Refusal('not_found', `No codes can be imported for ${reward}. ${why}.`)
}

/** A code that any pool knows is refused. */
function sift(
  codes: readonly CodeLine[],
  pools: Context['stores']['codes'],
): { fresh: CodeLine[]; known: RefusedLine[] } {
  const fresh: CodeLine[] = []
  const known: RefusedLine[] = []
  for (const one of codes) {
    const pool = pools.poolOf(one.code)
    if (pool === null) fresh.push(one)
    else known.push({ line: one.line, message: `this code is known already, in the pool of ${pool}` })
  }
  return { fresh, known }
}

const inOrder = (lines: readonly RefusedLine[]): RefusedLine[] => [...lines].sort((a, b) => a.line - b.line)

/** What can be handed out no more. Inside a transaction only. @returns how many codes. @throws Refusal */
export function withdrawCodes({ stores, rules, now }: Moment, batch: string, actor: string): number {
  const count = stores.codes.withdraw(batch)
  if (count === null) throw new Refusal('not_found', `There is no batch ${batch}: \`codes list\` shows them.`)
  const what = { actor, reason: 'codes withdrawn', detail: { batch, codes: count }, now }
  if (count > 0) recordAdministration(stores.ledger, rules.current(), what)
  return count
}
