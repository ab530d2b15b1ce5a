/** What follows an erasure once the disk has it: nothing of the learner is left beside the database either. */
import type { Context } from '../context.js'
import type { Erasure } from './erase.js'
import { listErased } from './erased-list.js'
import { type Remade, remakeExports } from './exports.js'

export interface Aftermath {
  readonly exports: Remade
  /** False: somebody is reading the database, so SQLite's log is emptied by the nightly job. */
  readonly logEmptied: boolean
}

/** Outside of transactions only. */
export async function afterErasure(
  context: Pick<Context, 'config' | 'stores' | 'view' | 'rules'>,
  { erased }: Erasure,
): Promise<Aftermath> {
  if (!erased) return { exports: { remade: [], deleted: [], left: [] }, logEmptied: true }
  listErased(context)
  const logEmptied = context.stores.writer.emptyLog()
  return { exports: await remakeExports(context), logEmptied }
}
