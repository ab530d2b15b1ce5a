/** What the entries tell of one redemption, and whether the row that is kept of it says the same. */
import { keptDigest, STATES, type State, type Terms } from '../domain/redemption.js'
import type { ClaimedRedemption } from '../store/audit-rewards.js'
import type { OpenedRecord } from './opened-record.js'

/** A redemption as its entries tell it. */
export interface Derived {
  /** Null: its record is gone, and with it all that is only there. */
  readonly id: string | null
  readonly subject: string
  readonly reward: string
  readonly budget: string | null
  readonly currency: string | null
  readonly amountMinor: number
  readonly cost: number
  /** The day on which it was made. */
  readonly made: string
  /** The same, where its record names it instead of the entry. */
  readonly day: string | null
  /** Null: its record is gone, or says none. */
  state: State | null
  readonly terms: Partial<Terms>
  readonly created: number | null
  expires: number | null
  /** Null: the record that says so is gone. */
  use: Use | null
  /** By which its token or code is recognised, hex; null: no entry says it, or a restore may have brought back another. */
  digest: string | null
  /** What its learner's erasure says of all that is left; null: nothing. */
  kept: string | null
  refunds: number
  pointsBack: number
  minorBack: number
}

/** When, by whom and under which reference its token was used. */
type Use = Pick<ClaimedRedemption, 'consumed' | 'consumedBy' | 'reference'>
export const UNUSED: Use = { consumed: null, consumedBy: null, reference: null }

/** As far as records are there to tell. Whose it is, is left out. */
export function isAsDerived(claimed: ClaimedRedemption, derived: Derived): boolean {
  const { id, state, use, terms } = derived
  if (claimed.reward !== derived.reward || claimed.day !== derived.day) return false
  if (claimed.refunded !== (derived.refunds > 0 ? 1 : 0)) return false
  if (state !== null && claimed.state !== state) return false
  if (use !== null && !sameUse(claimed, use)) return false
  if (derived.digest !== null && claimed.digest !== derived.digest) return false
  if (derived.kept !== null && digestOf(claimed) !== derived.kept) return false
  return (
    id === null ||
    (claimed.id === id &&
      claimed.expires === derived.expires &&
      claimed.created === derived.created &&
      claimed.delivery === terms.delivery &&
      claimed.partner === terms.partner &&
      derived.cost === terms.cost)
  )
}

/** Null: what is left of its terms cannot be read. */
function digestOf({ id, delivery, partner, expires, token, terms }: ClaimedRedemption): string | null {
  try {
    return keptDigest({ id, delivery, partner, expires, token, terms: JSON.parse(terms ?? 'null') })
  } catch {
    return null
  }
}

const sameUse = (one: Use, other: Use): boolean =>
  one.consumed === other.consumed && one.consumedBy === other.consumedBy && one.reference === other.reference

/** What an entry says that consumed it. */
export function useOf({ time, at, detail: { by, reference } = {} }: OpenedRecord): Use {
  return { consumed: Date.parse(time ?? at), consumedBy: textIn(by), reference: textIn(reference) }
}

/** A text of a record's detail; null: it has none there. */
export const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export const stateIn = (written: unknown): State | null => STATES.find((state) => state === written) ?? null
