/** Takes recorded activity through the real path, once and only once however often it is run. */
import type { Activity } from '../activity/read-activity.js'
import type { Context } from '../context.js'
import type { Ledger } from '../store/ledger.js'
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

/** The same log was imported before, and its times were read otherwise; nothing was taken. */
export class ImportRefused extends Error {}

/** Events in one transaction: the lock is held for some milliseconds, and a server that runs beside comes in between. */
const BATCH = 100

/**
 * Every id is made from what happened, so a second run adds nothing, and one that was interrupted goes on where it was.
 * The first batch that adds something writes the files and their digests on the ledger with it.
 */
export async function importEvents(
  { stores, rules, now }: Pick<Context, 'stores' | 'rules' | 'now'>,
  { events, files }: Activity,
  by: { actor: string; reading: string; serverRuns: boolean; onProgress?: (done: number) => void },
): Promise<Imported> {
  refuseAnotherReading(stores.ledger, files, by.reading)
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
        const what = { actor: by.actor, reason: 'import', detail: { files: digests, reading: by.reading }, now: now() }
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

/** The time of a log's line is part of what it is: read in another zone, the same line would be another event. */
function refuseAnotherReading(ledger: Ledger, files: Activity['files'], reading: string): void {
  const logs = new Set(files.filter(({ format }) => format === 'moodle-log').map(({ sha256 }) => sha256))
  for (const { reason, detail } of ledger.administrations()) {
    if (reason !== 'import' || detail.reading === reading) continue
    const before = (detail.files as { file: string; sha256: string }[]).find(({ sha256 }) => logs.has(sha256))
    if (before) {
      throw new ImportRefused(
        `${before.file} was imported before with its times read as ${detail.reading}, and now as ${reading}: ` +
          'every line would count as another event. Import it as before, with --timezone and --dates.',
      )
    }
  }
}
