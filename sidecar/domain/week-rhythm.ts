/** How fast, how long and how regularly somebody clicks. */
import { equalGaps } from './screening.js'
import type { FeatureId } from './week-feature.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const TEN_MINUTES = 10 * MINUTE
/** After so long a break something new begins. */
const BREAK = 30 * MINUTE
/** What one click causes comes within this time: it is one click. */
const ONE_CLICK = 2 * SECOND
/** With fewer gaps their spread is chance. */
const GAPS_FOR_REGULARITY = 10
const GAPS_FOR_SHARE = 20

type Rhythm = Readonly<
  Record<Extract<FeatureId, 'burst' | 'session' | 'regularity' | 'even_gaps' | 'equal_run'>, number | null>
>

/** @param times epoch milliseconds, in order. */
export function rhythmOf(times: readonly number[]): Rhythm {
  return { burst: mostWithin(times, TEN_MINUTES), session: longestSession(times), ...regularityOf(times) }
}

/** The most events in any window of a length. */
function mostWithin(times: readonly number[], length: number): number {
  let most = 0
  let first = 0
  times.forEach((time, index) => {
    while (times[first]! <= time - length) first++
    most = Math.max(most, index - first + 1)
  })
  return most
}

/** In whole minutes. */
function longestSession(times: readonly number[]): number {
  let longest = 0
  let began = times[0] ?? 0
  times.forEach((time, index) => {
    if (index > 0 && time - times[index - 1]! > BREAK) began = time
    longest = Math.max(longest, time - began)
  })
  return Math.floor(longest / MINUTE)
}

/** Times on whole minutes alone (as a log without seconds has them) say nothing about rhythm. */
function regularityOf(times: readonly number[]): Omit<Rhythm, 'burst' | 'session'> {
  if (times.length > 0 && times.every((time) => time % MINUTE === 0)) {
    return { regularity: null, even_gaps: null, equal_run: null }
  }
  const clicks = clicksIn(times)
  const gaps = clicks.flatMap((time, index) => (index > 0 ? [time - clicks[index - 1]!] : [])).filter(withinSession)
  return { regularity: regularityIn(gaps), even_gaps: shareNearMedian(gaps), equal_run: longestRun(clicks) }
}

const withinSession = (gap: number): boolean => gap <= BREAK

function clicksIn(times: readonly number[]): number[] {
  const clicks: number[] = []
  for (const time of times) if (time - (clicks.at(-1) ?? Number.NEGATIVE_INFINITY) >= ONE_CLICK) clicks.push(time)
  return clicks
}

/** 1 / (0.05 + (median absolute deviation + 1 s) / median). */
function regularityIn(gaps: readonly number[]): number {
  if (gaps.length < GAPS_FOR_REGULARITY) return 0
  const middle = medianOf(gaps)
  const deviation = medianOf(gaps.map((gap) => Math.abs(gap - middle)))
  return 1 / (0.05 + (deviation + SECOND) / middle)
}

/** Percent of the gaps that differ from the median by a tenth at most. */
function shareNearMedian(gaps: readonly number[]): number {
  if (gaps.length < GAPS_FOR_SHARE) return 0
  const middle = medianOf(gaps)
  return (100 * gaps.filter((gap) => Math.abs(gap - middle) <= middle / 10).length) / gaps.length
}

/** The longest run that `equalGaps` sees up to any click. */
function longestRun(clicks: readonly number[]): number {
  let longest = 0
  for (let last = clicks.length - 1; last >= longest; last--) longest = Math.max(longest, equalGaps(clicks, last))
  return longest
}

/** Below this many earlier weeks nothing is usual yet. */
const USUAL_FROM = 2

/** What somebody's earlier weeks usually had; null: there are too few of them. */
export const usualOf = (before: readonly number[]): number | null =>
  before.length < USUAL_FROM ? null : medianOf(before)

/** The lower one of two in the middle: what is usual is something that was. @param values at least one. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
