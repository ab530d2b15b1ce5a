/** One file of recorded activity, told by its content and read into memory. */
import type { LearningEvent } from '../domain/learning-event.js'
import { delimiterOf } from './csv.js'
import { FaultList } from './fault-list.js'
import { type Encoding, type Probe, textOf } from './file-text.js'
import { type LogFile, readLogFile } from './log-file.js'
import { readNdjson } from './ndjson.js'

export interface RecordedFile {
  readonly path: string
  /** Of the bytes on disk, lower-case hex. */
  readonly sha256: string
  readonly format: 'moodle-log' | 'ndjson'
  readonly encoding: Encoding
  readonly records: number
  /** Of an NDJSON file. */
  readonly events: readonly LearningEvent[]
  /** Of a log export, whose events need what only all files together tell. */
  readonly log: LogFile | null
  readonly faults: FaultList
}

/** What is told while a file is read. */
export interface Watcher {
  onBytes(count: number): void
  onRecord(): void
}

/**
 * Reads a probed file. Content that is neither form is one fault that says what to do.
 * @throws ActivityError if the file changed since it was probed.
 */
export async function readRecordedFile(probe: Probe, watcher: Watcher): Promise<RecordedFile> {
  const { path, sha256, encoding } = probe
  const faults = new FaultList(path)
  const start = probe.head.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  const format = start.trimStart().startsWith('{') ? 'ndjson' : 'moodle-log'
  const file = { path, sha256, format, encoding, faults } as const
  const other = probe.broken ?? otherFormat(start)
  if (other !== null) {
    faults.add(0, other)
    return { ...file, records: 0, events: [], log: null }
  }

  const text = textOf(probe, (count) => watcher.onBytes(count))
  if (format === 'moodle-log') {
    const log = await readLogFile(path, text, delimiterOf(start.trimStart()), faults, () => watcher.onRecord())
    return { ...file, records: log.records, events: [], log }
  }
  const events: LearningEvent[] = []
  let records = 0
  await readNdjson(text, {
    onLine: () => {
      records++
      watcher.onRecord()
    },
    onEvent: (event) => events.push(event),
    onFault: (line, message) => faults.add(line, message),
  })
  return { ...file, records, events, log: null }
}

const DOWNLOAD = 'choose "Download table data as" CSV under Reports > Logs'

/** What a file is that is neither a log as CSV nor NDJSON, where its first characters show it. */
function otherFormat(start: string): string | null {
  const text = start.trimStart()
  if (text === '') return `is empty: ${DOWNLOAD}, or name a file with one event as JSON in each line`
  if (/^(?:\xff\xfe|\xfe\xff)/.test(start)) return `is saved as UTF-16: save it as CSV in UTF-8, or ${DOWNLOAD}`
  if (text.startsWith('PK')) return `is a spreadsheet or a zip archive: ${DOWNLOAD}`
  if (text.startsWith('[')) return `is a JSON list: put one event in each line, or ${DOWNLOAD}`
  if (text.startsWith('<')) return `is a web page: ${DOWNLOAD}`
  if (text.startsWith('%PDF')) return `is a PDF: ${DOWNLOAD}`
  return null
}
