/** Adds up over all files what the notes tell. */
import type { LogEvents } from './log-events.js'
import type { LogFile } from './log-file.js'
import { type NamedCount, type Note, type NoteCode, note } from './notes.js'

const MOST_NAMES = 10

export class Tally {
  /** Events that another file, or another line, had told already. */
  repeats = 0
  readonly #counts = { no_scores: 0, no_completion_state: 0, restored_left_out: 0, no_learner: 0 }
  readonly #unknown = new Names()
  readonly #running = new Names()
  readonly #staff = new Set<string>()
  readonly #notEnglish: string[] = []
  readonly #datesAssumed: string[] = []
  #ofStaff = 0

  addLog(log: LogFile, read: LogEvents): void {
    this.#counts.no_scores += read.withoutScore
    this.#counts.no_completion_state += read.withoutState
    this.#counts.restored_left_out += log.restored
    this.#counts.no_learner += log.noLearner
    for (const person of read.staff) this.#staff.add(person)
    this.#ofStaff += read.ofStaff
    if (read.datesAssumed) this.#datesAssumed.push(log.path)
    const known = log.deeds.length + log.noLearner + log.running.length
    if (known === 0 && log.unknown.length > 0) this.#notEnglish.push(log.path)
    this.#unknown.add(log.unknown)
    this.#running.add(log.running)
  }

  notes(): Note[] {
    const notes: Note[] = this.#notEnglish.map((path) => note('names_not_english', { path }))
    for (const path of this.#datesAssumed) notes.push(note('dates_assumed', { path }))
    for (const [code, count] of Object.entries(this.#counts) as [NoteCode, number][]) {
      if (count > 0) notes.push(note(code, { count }))
    }
    if (this.#staff.size > 0) {
      const people = [...this.#staff].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      notes.push(note('staff_left_out', { people, count: this.#ofStaff }))
    }
    if (this.#unknown.total > 0) notes.push(this.#unknown.note('unknown_names'))
    if (this.#running.total > 0) notes.push(this.#running.note('course_running'))
    if (this.repeats > 0) notes.push(note('repeats', { count: this.repeats }))
    return notes
  }
}

/** Event names of all files, the most frequent first. */
class Names {
  readonly #counts = new Map<string, number>()
  total = 0

  add(names: readonly NamedCount[]): void {
    for (const { component, name, count } of names) {
      const key = JSON.stringify([component, name])
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + count)
      this.total += count
    }
  }

  note(code: 'unknown_names' | 'course_running'): Note {
    const sorted = [...this.#counts].sort(([a, m], [b, k]) => k - m || (a < b ? -1 : 1))
    const names = sorted.slice(0, MOST_NAMES).map(([key, count]) => {
      const [component, name] = JSON.parse(key) as [string, string]
      return { component, name, count }
    })
    return note(code, { count: this.total, names, more: sorted.length - names.length })
  }
}
