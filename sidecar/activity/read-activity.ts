/** Recorded activity, for `simulate` and `events import`: Moodle's own log exports, and events as NDJSON. */
import type { LearningEvent } from '../domain/learning-event.js'
import type { FileFault } from './fault-list.js'
import { type Probe, probeFile } from './file-text.js'
import { type DateOrder, ZoneClock } from './log-dates.js'
import { eventsOfLog } from './log-events.js'
import type { Note } from './notes.js'
import { type RecordedFile, readRecordedFile, type Watcher } from './recorded-file.js'
import { staffByFile } from './staff.js'
import { Tally } from './tally.js'

export interface ActivityOptions {
  /** The LMS's name on the ledger. It goes into the ids. */
  readonly source: string
  /** IANA zone of the times in log exports: that of the site, or of the profile of who exported. */
  readonly timezone: string
  /** Which comes first in the dates of log exports. Absent: what they prove, else the day. */
  readonly dates?: DateOrder
  /** Whether the own events of people who act as staff in a log export are left out of it. */
  readonly staff: 'leave_out' | 'keep'
  /** Called now and then. Records and bytes are those of all files so far; bytes as they are on disk. */
  readonly onProgress?: (done: Progress) => void
}

export interface Progress {
  readonly file: string
  readonly records: number
  readonly bytes: number
  readonly totalBytes: number
}

export type ActivityFile = Omit<RecordedFile, 'log' | 'faults' | 'events'> & {
  /** How many of the result's events came from this file. */
  readonly events: number
}

export interface Activity {
  /** Of all files together, oldest first; within one time in the order of the files. Each id once. */
  readonly events: LearningEvent[]
  readonly files: ActivityFile[]
  readonly notes: Note[]
  readonly faults: FileFault[]
}

/**
 * Reads files of recorded activity: each a Moodle log export (Reports > Logs > "Download table data as" CSV) or NDJSON of
 * LearningEvents, plain or gzipped, told apart by content. Files are streamed; what stays in memory is one compact object
 * a record: measured, 0.3 KB for each event of the result and 1 KB for each record on the way there (half a million
 * records of a log: 0.5 GB).
 *
 * What is wrong inside a file becomes a fault with its line, and reading goes on; what was left out or cannot be judged
 * becomes a note. Every NDJSON event is kept; of a log's records those become events whose class is known and that name
 * a learner.
 * @throws ActivityError if a file is not there or may not be read, or the time zone is not known.
 */
export async function readActivity(paths: readonly string[], options: ActivityOptions): Promise<Activity> {
  const clock = new ZoneClock(options.timezone)
  const probes: Probe[] = []
  for (const path of paths) probes.push(await probeFile(path))
  const parts = await readAll(probes, options)

  const logs = parts.flatMap(({ log }) => log ?? [])
  const staff = options.staff === 'keep' ? null : staffByFile(logs)
  const tally = new Tally()
  const seen = new Set<string>()
  const events: LearningEvent[] = []
  const files = parts.map(({ log, faults, ...part }): ActivityFile => {
    let told = part.events
    if (log) {
      const { source, dates = null } = options
      const read = eventsOfLog(log, { source, clock, dates, staff: staff?.get(log) ?? new Set() }, faults)
      tally.addLog(log, read)
      told = read.events
    }
    const before = events.length
    for (const event of told) {
      if (seen.has(event.id)) tally.repeats++
      else events.push(event)
      seen.add(event.id)
    }
    return { ...part, events: events.length - before }
  })
  events.sort((a, b) => a.time - b.time)
  return { events, files, notes: tally.notes(), faults: parts.flatMap(({ faults }) => faults.list()) }
}

const PROGRESS_EVERY = 1000

async function readAll(probes: readonly Probe[], { onProgress }: ActivityOptions): Promise<RecordedFile[]> {
  const totalBytes = probes.reduce((sum, probe) => sum + probe.size, 0)
  let [records, bytes] = [0, 0]
  const parts: RecordedFile[] = []
  for (const probe of probes) {
    const tell = () => onProgress?.({ file: probe.path, records, bytes, totalBytes })
    const watcher: Watcher = {
      onBytes: (count) => {
        bytes += count
      },
      onRecord: () => {
        if (++records % PROGRESS_EVERY === 0) tell()
      },
    }
    parts.push(await readRecordedFile(probe, watcher))
    tell()
  }
  return parts
}
