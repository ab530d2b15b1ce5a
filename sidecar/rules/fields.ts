import { didYouMean } from './closest.js'
import { type Cursor, type Member, quote } from './cursor.js'
import type { Reader } from './values.js'

/** The keys of one map, checked against the closed list of those it may have. */
export class Fields {
  constructor(
    private readonly at: Cursor,
    private readonly entries: ReadonlyMap<string, Member>,
  ) {}

  has(name: string): boolean {
    return this.entries.has(name)
  }

  /** The key itself, to point at. Where it is missing, the map. */
  key(name: string): Cursor {
    return this.entries.get(name)?.key ?? this.at
  }

  /** Reads the value of a key that may be missing; null: missing, or wrong and reported. */
  read<T>(name: string, reader: Reader<T>): T | null {
    const entry = this.entries.get(name)
    return entry ? reader(entry.value) : null
  }

  /** Reads the value of a key that has to be there. */
  need<T>(name: string, reader: Reader<T>): T | null {
    const entry = this.entries.get(name)
    return entry ? reader(entry.value) : this.at.fail(`${quote(name)} is missing here`)
  }
}

/**
 * A map whose keys are known beforehand. A key that is not among them is an error, so that a slip of the pen never
 * passes for a rule without that key.
 * @param what the map in a message: “a rule”.
 * @param refused keys that deserve a message of their own, such as those of parts that are not built yet.
 */
export function fieldsOf(
  at: Cursor,
  what: string,
  allowed: readonly string[],
  refused: ReadonlyMap<string, string> = new Map(),
): Fields | null {
  const entries = mapOf(at, what)
  if (entries === null) return null
  for (const { key, name } of entries) {
    if (allowed.includes(name)) continue
    const reason = refused.get(name)
    if (reason) key.fail(reason)
    else key.fail(`${what} has no key ${quote(name)}${didYouMean(name, allowed)} Allowed: ${allowed.join(', ')}`)
  }
  return new Fields(at, new Map(entries.map((entry) => [entry.name, entry])))
}

/** Any map that is not empty. */
export function mapOf(at: Cursor, what: string): readonly Member[] | null {
  if (at.shape.kind !== 'map') return at.fail(`${what} must be a map of keys and values, not ${at.found}`)
  if (at.shape.entries.length === 0) return at.fail(`${what} is empty; fill it or leave it out`)
  return at.shape.entries
}
