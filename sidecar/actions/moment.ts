import { type Entry, entryOf } from '../domain/entry.js'
import type { Stores } from '../store/stores.js'
import type { RulesInForce } from './rules-in-force.js'

/** What an action works on: everything that is kept, the configuration in force, one time for all of it. */
export interface Moment {
  readonly stores: Stores
  readonly rules: RulesInForce
  /** Epoch milliseconds. */
  readonly now: number
}

/** Puts an entry at the end of the ledger. Inside a transaction only. */
export function write({ stores, rules, now }: Moment, entry: Parameters<typeof entryOf>[0]): Entry {
  const { settings, civil } = rules.current()
  return stores.ledger.append(entryOf(entry), settings.source, now, civil)
}
