/** A whole log export, read record by record; who is staff and what the times mean is known only at its end. */
import { isCourseRunning, showsStaff } from './course-running.js'
import { readCsv } from './csv.js'
import type { FaultList } from './fault-list.js'
import { OrderProof, readTime, type WrittenTime } from './log-dates.js'
import { courseIn, peopleIn } from './log-description.js'
import { columnsOf, type Deed, deedOf, type LogRecord } from './moodle-log.js'
import type { NamedCount } from './notes.js'

export interface TimedDeed extends Deed {
  readonly line: number
  readonly written: WrittenTime
}

export interface LogFile {
  readonly path: string
  readonly records: number
  /** In the order of the file. */
  readonly deeds: readonly TimedDeed[]
  readonly order: OrderProof
  /** The one course that the file speaks of, where it is one. */
  readonly course: string | null
  /** Who did something here that only staff can. */
  readonly staff: ReadonlySet<string>
  /** Activity → its module, from the records that say it. */
  readonly modules: ReadonlyMap<string, string>
  readonly restored: number
  readonly noLearner: number
  /** Names that are known to be about running a course, and names that are not known. */
  readonly running: readonly NamedCount[]
  readonly unknown: readonly NamedCount[]
}

/**
 * Reads a log export. What is wrong with it goes to `faults`; what can be read is read.
 * @param onRecord is told of every record.
 */
export async function readLogFile(
  path: string,
  text: AsyncIterable<string>,
  delimiter: string,
  faults: FaultList,
  onRecord: () => void,
): Promise<LogFile> {
  const log = new LogReader(faults)
  await readCsv(text, delimiter, {
    onRecord: (fields, line) => {
      if (log.take(fields, line)) onRecord()
    },
    onBroken: (line, message) => faults.add(line, message),
  })
  return { path, ...log.result() }
}

class LogReader {
  readonly #faults: FaultList
  readonly #deeds: TimedDeed[] = []
  readonly #strings = new Map<string, string>()
  readonly #times = new Map<string, WrittenTime | null>()
  readonly #order = new OrderProof()
  readonly #courses = new Set<string>()
  readonly #staff = new Set<string>()
  readonly #modules = new Map<string, string>()
  readonly #running = new NameCounter()
  readonly #unknown = new NameCounter()
  #width = 0
  #read: ((fields: readonly string[]) => LogRecord) | 'unreadable' | null = null
  #records = 0
  #restored = 0
  #noLearner = 0

  constructor(faults: FaultList) {
    this.#faults = faults
  }

  /** @returns whether this was a record of the log, rather than its heading or a row that nobody can place. */
  take(fields: readonly string[], line: number): boolean {
    if (this.#read === 'unreadable') return false
    if (this.#read === null) {
      const columns = columnsOf(fields)
      this.#width = fields.length
      if (typeof columns === 'string') this.#faults.add(line, columns)
      this.#read = typeof columns === 'string' ? 'unreadable' : columns.read
      return false
    }
    this.#records++
    if (fields.length === this.#width) this.#understand(this.#read(fields), line)
    else {
      this.#faults.add(
        line,
        `has ${fields.length} columns where the heading has ${this.#width}; a quotation mark may be missing`,
      )
    }
    return true
  }

  #understand(record: LogRecord, line: number): void {
    if (record.origin.trim() === 'restore') {
      this.#restored++
      return
    }
    const written = this.#time(record.time)
    if (written === null) {
      this.#faults.add(
        line,
        `has a time that is none: "${record.time.slice(0, 40)}" (expected one such as 17/10/21, 12:39)`,
      )
      return
    }
    this.#order.add(written, line)
    this.#notice(record)
    const deed = deedOf(record)
    if (deed === 'no_learner') this.#noLearner++
    else if (deed === 'no_class') {
      const { component, name } = record
      const counter = isCourseRunning(component, name) ? this.#running : this.#unknown
      counter.add(component, name)
    } else {
      if (deed.cmid !== null && deed.module !== null) this.#modules.set(deed.cmid, deed.module)
      this.#deeds.push(this.#slim(deed, line, written))
    }
  }

  /**
   * The same few names and ids stand in every record: one string for each is enough. Every field is written out, because
   * V8 gives each object that a spread makes and extends a shape of its own, which doubles its size.
   */
  #slim(deed: Deed, line: number, written: WrittenTime): TimedDeed {
    const one = (text: string): string => {
      const known = this.#strings.get(text)
      if (known === undefined) this.#strings.set(text, text)
      return known ?? text
    }
    const maybe = (text: string | null) => (text === null ? null : one(text))
    return {
      line,
      written,
      event: one(deed.event),
      user: one(deed.user),
      actor: maybe(deed.actor),
      course: maybe(deed.course),
      cmid: maybe(deed.cmid),
      module: maybe(deed.module),
      object: deed.object,
      origin: maybe(deed.origin),
      data: deed.data,
      digest: deed.digest,
    }
  }

  /** A log has a few thousand minutes and many records in each. */
  #time(text: string): WrittenTime | null {
    let written = this.#times.get(text)
    if (written === undefined) {
      written = readTime(text)
      this.#times.set(text, written)
    }
    return written
  }

  /** What a record tells of the course and its staff, whether or not it becomes an event. */
  #notice(record: LogRecord): void {
    const course = courseIn(record.description)
    if (course !== null) this.#courses.add(course)
    const [first, second] = peopleIn(record.description)
    if (first === undefined || !showsStaff(record.component, record.name, second !== undefined && second !== first))
      return
    this.#staff.add(first)
  }

  result(): Omit<LogFile, 'path'> {
    const [course = null] = this.#courses
    return {
      records: this.#records,
      deeds: this.#deeds,
      order: this.#order,
      course: this.#courses.size === 1 ? course : null,
      staff: this.#staff,
      modules: this.#modules,
      restored: this.#restored,
      noLearner: this.#noLearner,
      running: this.#running.counts(),
      unknown: this.#unknown.counts(),
    }
  }
}

class NameCounter {
  readonly #counts = new Map<string, { component: string; name: string; count: number }>()

  add(component: string, name: string): void {
    const key = `${component}\n${name}`
    const known = this.#counts.get(key)
    if (known) known.count++
    else this.#counts.set(key, { component, name, count: 1 })
  }

  counts(): NamedCount[] {
    return [...this.#counts.values()]
  }
}
