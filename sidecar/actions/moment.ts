import type { Stores } from '../store/stores.js'
import type { RulesInForce } from './rules-in-force.js'

/** What an action works on: everything that is kept, the configuration in force, one time for all of it. */
export interface Moment {
  readonly stores: Stores
  readonly rules: RulesInForce
  /** Epoch milliseconds. */
  readonly now: number
}
