/**
 * How often and how much a rule pays. Limits count by the time of what happened, among everything that the ledger holds,
 * later grants included: a late event must fit into every window that it would share with another grant.
 */
import type { Civil } from './civil.js'
import type { Granted } from './learner.js'
import type { Cap, Frequency } from './rule.js'

/** Why a limit refuses: the grant that used it up, and when it pays again (null: never). */
export interface Refusal {
  /** Time of the latest grant that counts. */
  readonly granted: number
  readonly again: number | null
}

/**
 * Whether one more grant at `time` keeps to the frequency. A window is half-open: a grant stops counting exactly one
 * length later. `grants` are those that count, sorted by time.
 */
export function frequencyRefusal(frequency: Frequency, grants: readonly Granted[], time: number): Refusal | null {
  const { count, milliseconds } = frequency
  if (milliseconds === null) {
    const last = grants.at(-1)
    return last && grants.length >= count ? { granted: last.time, again: null } : null
  }
  if (!crowded(grants, time, count, milliseconds)) return null
  const near = grants.filter((grant) => Math.abs(grant.time - time) < milliseconds)
  // What uses it up lies within a window of `time`; it pays again when enough of that has left the window.
  const again = grants
    .map((grant) => grant.time + milliseconds)
    .find((at) => at > time && !crowded(grants, at, count, milliseconds))
  const before = near.filter((grant) => grant.time <= time).at(-1) ?? near[0]
  return { granted: before?.time ?? time, again: again ?? null }
}

/** Whether some window of this length that holds `time` holds `count` grants already. */
function crowded(grants: readonly Granted[], time: number, count: number, milliseconds: number): boolean {
  for (let first = lowerBound(grants, time - milliseconds + 1); first + count - 1 < grants.length; first++) {
    const from = Math.min(grants[first]!.time, time)
    if (grants[first]!.time - time >= milliseconds) return false
    const to = Math.max(grants[first + count - 1]!.time, time)
    if (to - from < milliseconds) return true
  }
  return false
}

/** What a cap leaves at `time`: how much of its unit, and, where that is nothing, when there is room again. */
export interface Room {
  readonly left: number
  readonly again: number | null
}

/** @param grants those of the rule, sorted by time. */
export function capRoom(cap: Cap, grants: readonly Granted[], time: number, civil: Civil): Room {
  const amount = (grant: Granted) => (cap.unit === 'points' ? grant.points : 1)
  if (typeof cap.per !== 'number') {
    const { start, end } = civil.period(time, cap.per)
    let used = 0
    for (let i = lowerBound(grants, start); i < grants.length && grants[i]!.time < end; i++) used += amount(grants[i]!)
    return { left: Math.max(0, cap.limit - used), again: Number.isFinite(end) ? end : null }
  }
  const length = cap.per
  const used = fullestWindow(grants, time, length, amount)
  if (used < cap.limit) return { left: cap.limit - used, again: null }
  const again = grants
    .map((grant) => grant.time + length)
    .find((at) => at > time && fullestWindow(grants, at, length, amount) < cap.limit)
  return { left: 0, again: again ?? null }
}

/** The most that any half-open window of this length which holds `time` holds already. */
function fullestWindow(
  grants: readonly Granted[],
  time: number,
  length: number,
  amount: (grant: Granted) => number,
): number {
  let most = 0
  let sum = 0
  let next = lowerBound(grants, time - length + 1)
  // Windows that begin at a grant up to `time`, and the one that begins at `time` itself, are the only ones to try.
  for (let first = next; ; first++) {
    const begins = grants[first]
    const from = begins && begins.time < time ? begins.time : time
    while (next < grants.length && grants[next]!.time < from + length) sum += amount(grants[next++]!)
    most = Math.max(most, sum)
    if (!begins || from === time) return most
    sum -= amount(begins)
  }
}

/** Index of the first grant at or after `time`. */
function lowerBound(grants: readonly Granted[], time: number): number {
  let low = 0
  let high = grants.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (grants[middle]!.time < time) low = middle + 1
    else high = middle
  }
  return low
}
