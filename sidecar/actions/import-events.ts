/** Takes recorded activity through the real path, once and only once however often it is run. */
import type { Activity } from '../activity/read-activity.js'
import type { Context } from '../context.js'
import { recordAdministration } from './administer.js'
import { ingest } from './ingest.js'

export interface Imported {
  readonly recorded: number
  readonly duplicate: number
  readonly ignored: number
  readonly rejected: number
  readonly points: number
  readonly held: number
}

/** Events in one transaction: the lock is held for some milliseconds, and a server that runs beside comes in between. */
const BATCH = 100

/**
 * Every id is made from what happened, so a second run adds nothing, and one that was interrupted goes on where it was.
 * The first batch that adds something writes the files and their digests on the ledger with it.
 */
export async function importEvents(
  { stores, rules, now }: Pick<Context, 'stores' | 'rules' | 'now'>,
  { events, files }: Activity,
  by: { actor: string; serverRuns: boolean; onProgress?: (done: number) => void },
): Promise<Imported> {
  const sums = { recorded: 0, duplicate: 0, ignored: 0, rejected: 0, points: 0, held: 0 }
  const digests = files.map(({ path, sha256, records, events: count }) => ({
    file: path.split(/[/\\]/).at(-1),
    sha256,
    records,
    events: count,
  }))
  for (let from = 0; from < events.length; from += BATCH) {
    const began = performance.now()
    const results = stores.writer.write(() => {
      const current = rules.current()
      const batch = events.slice(from, from + BATCH).map((event) => ingest(stores, current, event, now()))
      if (sums.recorded === 0 && batch.some(({ status }) => status === 'recorded')) {
        const what = { actor: by.actor, reason: 'import', detail: { files: digests }, now: now() }
        recordAdministration(stores.ledger, current, what)
      }
      return batch
    })
    for (const { status, points, held } of results) {
      sums[status]++
      if (status !== 'recorded') continue
      sums.points += points
      sums.held += held
    }
    by.onProgress?.(from + results.length)
    // A server that waits for the lock looks only now and then: leave it as much time as this took.
    await new Promise((resolve) => setTimeout(resolve, by.serverRuns ? performance.now() - began : 0))
  }
  return sums
}
