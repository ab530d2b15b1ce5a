/**
 * Ids for what an export tells without ids of its own. They come from what happened, so that importing a file twice, or
 * two exports that overlap, adds nothing; and two records that are alike to the letter are two events.
 */
import { createHash } from 'node:crypto'
import type { FieldValue } from '../domain/learning-event.js'

/** The first 32 hex digits of a SHA-256. */
const hash = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest().toString('hex', 0, 16)

/** White space and Unicode forms differ between exports of the same log. */
const normal = (text: string): string => text.normalize('NFC').replace(/\s+/g, ' ').trim()

/**
 * A record without its time: the event's class, its description, origin and address. Not the names of people or the
 * event context: they change, and are entity-encoded by some versions.
 */
export function recordDigest(event: string, description: string, origin: string, address: string): string {
  return hash([event, normal(description), normal(origin), normal(address)])
}

/** What a record says happened. */
export interface Happening {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly event: string
  readonly user: string
  /** The deed's act key, where it stands for one. */
  readonly act: string | null
  readonly state: FieldValue | null
  readonly digest: string
}

/**
 * One id for each record of one file, in its order: `log:` and 32 hex digits of a SHA-256. Of a deed with an act key it
 * is over the source, the act, class, user, state and time, so that a reworded description changes nothing; else over the
 * source, the time and the record's digest. Both end with which one of its kind this is (1, 2, …). The order of the
 * records changes nothing.
 */
export function importIds(source: string, records: readonly Happening[]): string[] {
  const ids: string[] = new Array(records.length)
  const idOf = (key: string, nth: number): string => `log:${hash([source, key, nth])}`
  const counts = new Map<string, number>()
  const acts = new Map<string, number[]>()
  records.forEach((record, index) => {
    const key = keyOf(record)
    if (record.act === null) {
      // Whatever has the same key here is alike to the letter: which of them is the first makes no difference.
      const nth = (counts.get(key) ?? 0) + 1
      counts.set(key, nth)
      ids[index] = idOf(key, nth)
      return
    }
    const group = acts.get(key)
    if (group) group.push(index)
    else acts.set(key, [index])
  })
  for (const [key, group] of acts) {
    group.sort((a, b) => compare(records[a]!.digest, records[b]!.digest))
    group.forEach((index, at) => {
      ids[index] = idOf(key, at + 1)
    })
  }
  return ids
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const keyOf = ({ time, act, event, user, state, digest }: Happening): string =>
  JSON.stringify(act === null ? [time, digest] : [time, act, event, user, state])
