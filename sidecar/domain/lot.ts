/**
 * Points that lapse, as lots: what is left of each credit that has a date. Derived from the learner's entries alone, in
 * their order; points without a date need no lot, because they are spent last.
 */
import type { Kind } from './entry.js'

export interface Lot {
  /** The entry that brought these points; of points that were held, the hold: that is what a revocation names. */
  readonly seq: number
  /** The civil day on which they lapse, `YYYY-MM-DD`. */
  readonly expires: string
  /** What is left of them, more than 0. */
  readonly left: number
}

/** Points that go, or come back, with the day on which they lapse; null: never. */
export interface Portion {
  readonly expires: string | null
  readonly points: number
}

/** What of an entry changes lots. */
export interface LotChange {
  readonly seq: number
  readonly kind: Kind
  readonly points: number
  readonly expires: string | null
  readonly ref: number | null
}

/** Soonest expiry first, ties by seq. */
export const byExpiry = (a: Lot, b: Lot): number =>
  a.expires < b.expires ? -1 : a.expires > b.expires ? 1 : a.seq - b.seq

/**
 * A learner's lots after an entry.
 * @param lots those before, in the order of `byExpiry`. @param balance the balance before.
 */
export function afterEntry(lots: readonly Lot[], balance: number, change: LotChange): readonly Lot[] {
  const { seq, kind, points, expires, ref } = change
  if (points > 0) {
    // What was spent already is filled first.
    const left = Math.min(points, balance + points)
    const of = kind === 'release' && ref !== null ? ref : seq
    return expires === null || left <= 0 ? lots : [...lots, { seq: of, expires, left }].sort(byExpiry)
  }
  if (points === 0 || lots.length === 0) return lots
  if (kind === 'expiry') return without(lots, -points, (lot) => lot.expires === expires)
  if (kind !== 'revocation') return without(lots, -points)
  // A grant that is taken back takes its own points first, where they have a date; then points that have none.
  const own = lots.find((lot) => lot.seq === ref)?.left ?? 0
  const undated = Math.max(0, balance - total(lots))
  const ofOthers = -points - Math.min(own, -points) - undated
  return without(
    without(lots, -points, (lot) => lot.seq === ref),
    ofOthers,
  )
}

/** The lots after points are taken from those that fit, in their order. */
function without(lots: readonly Lot[], points: number, fits: (lot: Lot) => boolean = () => true): Lot[] {
  let open = Math.max(0, points)
  return lots.flatMap((lot) => {
    const taken = fits(lot) ? Math.min(open, lot.left) : 0
    open -= taken
    return taken === lot.left ? [] : [{ ...lot, left: lot.left - taken }]
  })
}

const total = (lots: readonly Lot[]): number => lots.reduce((sum, lot) => sum + lot.left, 0)

/** What spending takes: soonest to lapse first, and last what never does. @param lots in the order of `byExpiry`. */
export function spend(lots: readonly Lot[], points: number): Portion[] {
  const portions = new Map<string | null, number>()
  let open = points
  for (const { expires, left } of lots) {
    const taken = Math.min(open, left)
    if (taken > 0) portions.set(expires, (portions.get(expires) ?? 0) + taken)
    open -= taken
  }
  if (open > 0) portions.set(null, open)
  return [...portions].map(([expires, taken]) => ({ expires, points: taken }))
}

/** What lapses on or before a day, by the day on which it does. */
export function lapsedBy(lots: readonly Lot[], day: string): Portion[] {
  const due = lots.filter((lot) => lot.expires <= day)
  return spend(due, total(due))
}
