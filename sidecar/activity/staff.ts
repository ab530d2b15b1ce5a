/** Who is staff in which log export. */
import type { LogFile } from './log-file.js'

/**
 * The staff of each file: whoever did there what only staff can. Files about one and the same course share their staff,
 * so that a short export of it knows its teachers from a longer one; a file about several courses stands alone.
 */
export function staffByFile(logs: readonly LogFile[]): Map<LogFile, ReadonlySet<string>> {
  const ofCourse = new Map<string, Set<string>>()
  for (const { course, staff } of logs) {
    if (course === null) continue
    const known = ofCourse.get(course) ?? new Set()
    for (const person of staff) known.add(person)
    ofCourse.set(course, known)
  }
  return new Map(logs.map((log) => [log, (log.course !== null && ofCourse.get(log.course)) || log.staff]))
}
