/** Small files of recorded activity, written for one test and gone after it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Activity, type ActivityOptions, readActivity } from '../../sidecar/activity/read-activity.js'

const HEADING = 'Time,User full name,Affected user,Event context,Component,Event name,Description,Origin,IP address'

interface Row {
  time?: string
  name?: string
  context?: string
  component?: string
  event?: string
  description?: string
  origin?: string
  address?: string
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** One record of a log export; without anything else said, learner 42 looks at course 7. */
export const row = (given: Row = {}): string =>
  [
    given.time ?? '17/10/21, 12:39',
    given.name ?? 'A Learner',
    '-',
    given.context ?? 'Course: Physics',
    given.component ?? 'System',
    given.event ?? 'Course viewed',
    given.description ?? "The user with id '42' viewed the course with id '7'.",
    given.origin ?? 'web',
    given.address ?? '192.0.2.1',
  ]
    .map(quoted)
    .join(',')

/** A log export, its records as given (newest first, as Moodle writes them). */
export const log = (...rows: string[]): string => [HEADING, ...rows, ''].join('\n')

export const viewed = (module: string, cmid: number, user = 42): string =>
  `The user with id '${user}' viewed the '${module}' activity with course module id '${cmid}'.`

export const completed = (cmid: number, user = 42): string =>
  `The user with id '${user}' updated the completion state for the course module with id '${cmid}' for the user with id '${user}'.`

export const gz = (text: string): Buffer => gzipSync(text)

let folder: string | undefined
let count = 0

/** Writes a file. @returns its path. */
export function file(content: string | Buffer): string {
  folder ??= mkdtempSync(join(tmpdir(), 'rocket-activity-'))
  const path = join(folder, `${++count}.csv`)
  writeFileSync(path, content)
  return path
}

after(() => {
  if (folder) rmSync(folder, { recursive: true })
  folder = undefined
})

export const OPTIONS: ActivityOptions = { source: 'moodle', timezone: 'Europe/Berlin', staff: 'leave_out' }

/** Reads contents as if each were a file. */
export const read = (
  contents: readonly (string | Buffer)[],
  options: Partial<ActivityOptions> = {},
): Promise<Activity> => readActivity(contents.map(file), { ...OPTIONS, ...options })

/** The texts of the notes of one kind. */
export const notes = (activity: Activity, code: string): string[] =>
  activity.notes.filter((note) => note.code === code).map((note) => note.text)

export const ids = (activity: Activity): string[] => activity.events.map((event) => event.id)
