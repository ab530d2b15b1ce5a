/** Real logs of Moodle as events, and a Rocket in memory that judges them, counts their weeks and scores them. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { anomaly } from '../../sidecar/actions/anomaly.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { checkFiles, readFolder } from '../../sidecar/actions/publish.js'
import { RulesInForce } from '../../sidecar/actions/rules-in-force.js'
import { openSandbox } from '../../sidecar/actions/sandbox.js'
import { readActivity } from '../../sidecar/activity/read-activity.js'
import { compile } from '../../sidecar/domain/compile.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { Committer } from '../../sidecar/store/committer.js'
import type { Files } from '../../sidecar/store/configuration.js'
import type { LearnerWeek } from '../../sidecar/store/learner-week.js'
import { ROOT, STARTER } from '../../sidecar/version.js'

const ZONE = 'Asia/Muscat'
const DAY = 86_400_000
/** Left in the logs without a deed that shows it, they work like staff: 65 and more events in ten minutes. */
const STAFF_LIKE: ReadonlySet<string> = new Set(['2686', '2687'])

/** Every event name that one of the shipped packs needs. */
export function shippedEventNames(): string[] {
  const examples = join(ROOT, 'rules-examples')
  const names = readdirSync(examples).flatMap(
    (folder) => compile(checkFiles(readFolder(join(examples, folder))).configuration).eventNames,
  )
  return [...new Set(names)].sort()
}

/** The starter rules, and beside them one that hears of everything that shipped packs listen to, and never pays. */
function listeningFiles(): Files {
  const names = shippedEventNames()
  const custom = names.filter((name) => name.startsWith('custom.'))
  const pack = `- id: hears_all\n  event: [${names.map((name) => `'${name}'`).join(', ')}]\n  conditions: { course: nowhere }\n  points: 1\n`
  const settings = `source: moodle\ntimezone: ${ZONE}\ncustom_events: [${custom.join(', ')}]\n`
  return new Map([...readFolder(STARTER), ['rocket.yaml', settings], ['rules/hears-all.yaml', pack]])
}

/** The log exports of a folder, staff left out; null, and why on standard error, where there are none. */
export async function readRealWeeks(folder: string): Promise<readonly LearningEvent[] | null> {
  const paths = existsSync(folder) ? readdirSync(folder).filter((name) => /\.csv(\.gz)?$/.test(name)) : []
  if (paths.length === 0) {
    process.stderr.write(`skipped: no log exports (*.csv, *.csv.gz) in ${folder}; name another folder\n`)
    return null
  }
  const files = paths.sort().map((name) => join(folder, name))
  const { events } = await readActivity(files, { source: 'moodle', timezone: ZONE, staff: 'leave_out' })
  return events.filter(({ user }) => !STAFF_LIKE.has(user))
}

/** A scored week, and whose in the log it is. */
export interface ScoredWeek extends LearnerWeek {
  readonly user: string
}

/** Takes events in by the real path and runs the nightly job once. @returns every week, and how many were queued. */
export async function scoreWeeks(
  events: readonly LearningEvent[],
): Promise<{ weeks: ScoredWeek[]; queued: number; dayOfWeek: (time: number) => string }> {
  const { stores, rules, close } = openSandbox(listeningFiles())
  try {
    for (let from = 0; from < events.length; from += 500) {
      const batch = events.slice(from, from + 500)
      stores.writer.write(() => batch.map((event) => ingest(stores, rules, event, event.time)))
    }
    const now = events.at(-1)!.time + 30 * DAY
    const committer = new Committer(stores.writer)
    const { connection: reader } = stores.writer
    await anomaly({ stores, rules: new RulesInForce(stores.configurations), committer, now: () => now, reader })
    const weeks = stores.learnerWeeks
      .list(null, null, Number.MAX_SAFE_INTEGER)
      .map((week) => ({ ...week, user: stores.learners.userOf(week.subject) ?? '' }))
    const { civil } = rules
    const dayOfWeek = (time: number) => civil.dayOf(civil.period(time, 'week').start)
    return { weeks, queued: stores.learnerWeeks.queued(), dayOfWeek }
  } finally {
    close()
  }
}
