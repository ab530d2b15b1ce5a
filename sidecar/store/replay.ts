/** What deciding again needs before it begins. Read-only. */
import { readBody } from '../domain/entry.js'
import type { Connection } from './database.js'

/** Whose the entries of each merged account are in the end, as the entries up to one say. */
export function mergedOwners(connection: Connection, upTo: number): (subject: string) => string {
  const rows = connection
    .prepare<[number], [number, string]>(
      // A quotation mark inside a text would be escaped: this is the kind.
      `SELECT seq, body FROM entry WHERE seq <= ? AND instr(body, '"kind":"merge"') ORDER BY seq`,
    )
    .raw()
    .all(upTo)
  const left = new Map<number, string>()
  const into = new Map<string, string>()
  const ownerOf = (subject: string): string => {
    const next = into.get(subject)
    return next === undefined ? subject : ownerOf(next)
  }
  for (const [seq, text] of rows) {
    const { subject = null, ref = null } = readBody(text) ?? {}
    if (subject === null) continue
    if (ref === null) left.set(seq, subject)
    const from = left.get(ref ?? 0)
    // The first arrival says where to; what would go round in a circle no merge of ours has written.
    if (from !== undefined && !into.has(from) && ownerOf(subject) !== from) into.set(from, subject)
  }
  return ownerOf
}

/** The ids in the LMS of whoever a subject stands for: several, where accounts were merged; none, once they are erased. */
export function idsBehind(connection: Connection): (subject: string) => string[] {
  const statement = connection
    .prepare<[{ subject: string }], string>(
      `WITH owner AS (SELECT coalesce((SELECT into_subject FROM merged WHERE subject = @subject), @subject) AS one)
       SELECT user_id FROM learner WHERE subject IN
         (SELECT one FROM owner UNION ALL SELECT subject FROM merged WHERE into_subject = (SELECT one FROM owner))`,
    )
    .pluck()
  return (subject) => statement.all({ subject })
}
