/** An event that would earn, looked at before it does: whether it qualifies, and whether a person should see it first. Pure. */
import { becauseOf, blacklisted, wordsIn } from './blacklist.js'
import { CHECK_IDS, CHECKS, type CheckId, type CheckPolicy, type Finding } from './check.js'
import type { BlacklistEntry } from './configuration.js'
import type { LearningEvent } from './learning-event.js'
import { deedNameOf, undoes } from './meaning.js'
import { didThemselves } from './person.js'
import type { Reason, ReasonCode } from './reason.js'

/** What is compared with others of its kind. */
const TRACED_DEEDS = ['quiz.graded', 'forum.post'] as const
export type TracedDeed = (typeof TRACED_DEEDS)[number]

/** The kind of deed that an event reports, where it is compared with others of its kind. */
export const tracedDeedOf = ({ event }: LearningEvent): TracedDeed | null =>
  (undoes(event) ? undefined : TRACED_DEEDS.find((deed) => deed === deedNameOf(event))) ?? null

/** Something the learner, or somebody else, did before. */
export interface Past {
  /** The event's id. */
  readonly id: string
  readonly time: number
  readonly object: string | null
  readonly activity: string | null
  /** The subject of whoever else did it; null: the learner. */
  readonly other: string | null
}

/** What happened before an event. Everything is asked for only where a check needs it. */
export interface History {
  /** When the learner's latest events happened, at most 64, epoch milliseconds, in order. */
  readonly times: () => readonly number[]
  /** Events with the same hash about another object, the latest 100. */
  readonly sharing: (field: 'text_hash' | 'file_hash', hash: string, object: string | null) => readonly Past[]
  /** The learner's attempts or posts since an instant, once each; of one activity where it is named. */
  readonly deeds: (deed: TracedDeed, since: number, activity: string | null) => readonly Past[]
  /** How often the author of a post and the learner answered each other in a time; null: nobody known wrote it. */
  readonly exchange: (post: string, since: number, until: number) => Exchange | null
  /** What the learner deleted in a time after it had earned. */
  readonly deleted: (since: number, until: number) => readonly Past[]
}

/** Who answered whom how often. */
export interface Exchange {
  readonly peer: string
  /** The learner's answers to the peer, this one included. */
  readonly to: number
  readonly from: number
  readonly events: readonly string[]
}

/** What the institution looks for, and about whom. */
export interface Screened {
  readonly event: LearningEvent
  readonly subject: string
  /** By the clock nothing is held against them. */
  readonly exempt: boolean
  readonly blacklist: readonly BlacklistEntry[]
  readonly checks: Readonly<Record<CheckId, CheckPolicy>>
  readonly history: History
}

/** What came of it. `refused` and `holds` say so in codes and parameters. */
export interface Screening {
  readonly refused: Why | null
  readonly holds: readonly Why[]
  /** `blacklist:ID`, or the check that found something first; null: nothing holds it. */
  readonly foundBy: string | null
  /** What checks that are on found. */
  readonly found: readonly Finding[]
  /** What those in shadow would have found. */
  readonly shadow: readonly Finding[]
}

export interface Why {
  readonly code: ReasonCode
  readonly params: Reason['params']
}

/** Looks at an event once, whatever number of rules would pay for it. */
export function screen(screened: Screened): Screening {
  const { event, subject, blacklist, checks } = screened
  const entry = blacklisted(event, blacklist, { userId: event.user, subject })
  const because = entry && becauseOf(entry)
  const found: Finding[] = []
  const shadow: Finding[] = []
  for (const check of CHECK_IDS) {
    const { state, at } = checks[check]
    const { kind } = CHECKS[check]
    if (state === 'off' || (kind === 'timing' && screened.exempt)) continue
    if ((kind === 'timing' || kind === 'conduct') && !didThemselves(event)) continue
    const observed = OBSERVE[check](screened, at)
    if (observed === null) continue
    const { version } = CHECKS[check]
    const finding = { check, version, threshold: at, events: [], others: [], ...observed }
    if (state === 'on') found.push(finding)
    else shadow.push(finding)
  }
  const floor = found.find(({ check }) => CHECKS[check].kind === 'floor')
  const patterns = found.filter(({ check }) => CHECKS[check].kind !== 'floor')
  const listed = entry?.outcome === 'hold' ? [{ code: 'held_blacklist', params: { because } } as const] : []
  return {
    refused:
      entry?.outcome === 'not_qualifying'
        ? { code: 'not_qualifying', params: { because } }
        : floor
          ? { code: 'few_words', params: { at: floor.threshold, words: floor.observed } }
          : null,
    holds: [...listed, ...patterns.map(({ check, observed }) => ({ code: heldBy(check), params: { observed } }))],
    foundBy: listed.length > 0 && entry ? `blacklist:${entry.id}` : (patterns[0]?.check ?? null),
    found,
    shadow,
  }
}

/** The code under which a check’s finding is told. */
export const heldBy = (check: CheckId): ReasonCode => (check === 'few_words' ? check : `held_${check}`)

/** What a check sees in an event; null: not as much as it is set to find. */
type Observe = (screened: Screened, at: number) => (Pick<Finding, 'observed'> & Partial<Finding>) | null

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const WEEK = 7 * DAY
const LEAST_RAPID = 3

const OBSERVE: Readonly<Record<CheckId, Observe>> = {
  few_words: ({ event }, at) => {
    const words = wordsIn(event)
    return words !== null && words < at ? { observed: words } : null
  },

  rapid_answers: ({ event: { data } }, at) => {
    const { items, rapid_items: rapid } = data
    // One quick answer in a short quiz says nothing.
    if (typeof items !== 'number' || typeof rapid !== 'number' || rapid < LEAST_RAPID) return null
    const percent = Math.floor((rapid / items) * 100)
    return percent >= at ? { observed: percent } : null
  },

  same_text: ({ event, history }, at) => same(history, 'text_hash', event, at),
  same_file: ({ event, history }, at) => same(history, 'file_hash', event, at),

  near_copy: ({ event: { data } }, at) =>
    typeof data.similarity === 'number' && data.similarity >= at ? { observed: Math.floor(data.similarity) } : null,

  quick_attempts: ({ event, history }, at) => quick('quiz.graded', 120_000, event, history, at, event.activity),
  quick_posts: ({ event, history }, at) => quick('forum.post', MINUTE, event, history, at, null),

  many_attempts: ({ event, history }, at) => {
    if (deedNameOf(event.event) !== 'quiz.graded' || event.activity === null) return null
    const attempts = others(history.deeds('quiz.graded', event.time - WEEK, event.activity), event)
    return attempts.length + 1 >= at ? { observed: attempts.length + 1, events: ids(attempts) } : null
  },

  burst: ({ event: { time }, history }, at) => {
    const near = history.times().filter((past) => past > time - 10 * MINUTE && past <= time)
    return near.length + 1 >= at ? { observed: near.length + 1 } : null
  },

  regular_clicks: ({ event: { time }, history }, at) => {
    const run = equalGaps([...history.times().filter((past) => past < time && past > time - DAY), time])
    return run >= at ? { observed: run } : null
  },

  reply_ring: ({ event, history }, at) => {
    const { reply_to: post } = event.data
    const exchange = typeof post === 'string' ? history.exchange(post, event.time - WEEK, event.time) : null
    if (exchange === null) return null
    const mutual = Math.min(exchange.to, exchange.from)
    return mutual >= at ? { observed: mutual, events: exchange.events, others: [exchange.peer] } : null
  },

  deleted_after_earning: ({ event, history }, at) => {
    const deleted = history.deleted(event.time - WEEK, event.time)
    return deleted.length >= at ? { observed: deleted.length, events: ids(deleted) } : null
  },
}

function same(history: History, field: 'text_hash' | 'file_hash', event: LearningEvent, at: number) {
  const hash = event.data[field]
  if (typeof hash !== 'string') return null
  const before = history.sharing(field, hash, event.object).filter((past) => isBefore(past, event))
  return before.length >= at ? { observed: before.length, events: ids(before), others: othersIn(before) } : null
}

/**
 * What came before, and is no earlier form of the same work: an attempt that is reopened brings its files along, and a post
 * to several groups at once is one.
 */
function isBefore(past: Past, event: LearningEvent): boolean {
  if (past.time > event.time) return false
  if (past.other !== null || past.activity !== event.activity) return true
  return deedNameOf(event.event) !== 'assign.submitted' && event.time - past.time >= MINUTE
}

/** Deeds of a day, each so soon after the one before. */
function quick(
  deed: TracedDeed,
  within: number,
  event: LearningEvent,
  history: History,
  at: number,
  activity: string | null,
): ReturnType<Observe> {
  if (deedNameOf(event.event) !== deed) return null
  // The same question as for many attempts, so that it is asked once.
  const day = others(history.deeds(deed, event.time - WEEK, activity), event)
    .filter(({ time }) => time >= event.time - DAY)
    .toSorted((a, b) => a.time - b.time)
  const last = day.at(-1)
  if (last === undefined || event.time - last.time >= within) return null
  const before = hurried(day, within)
  return before.length + 1 >= at ? { observed: before.length + 1, events: ids(before) } : null
}

/** Those that came so soon after the one before. @param deeds in the order of their times. */
export const hurried = <Deed extends { readonly time: number }>(deeds: readonly Deed[], within: number): Deed[] =>
  deeds.filter(({ time }, index) => index > 0 && time - deeds[index - 1]!.time < within)

/** Not the deed itself, of which another event may have told before. */
const others = (past: readonly Past[], { object, time }: LearningEvent): readonly Past[] =>
  past.filter((one) => one.object !== object && one.time <= time)

const ids = (past: readonly Past[]): string[] => past.filter(({ other }) => other === null).map(({ id }) => id)
const othersIn = (past: readonly Past[]): string[] => [...new Set(past.flatMap(({ other }) => other ?? []))]

/** Below it a person may keep a rhythm by chance, ticking boxes; and who clicks faster for long is a burst. */
const LEAST_GAP = 10_000

/**
 * How many activities, up to the last, lie at the same distance from each other, to the second. Times on whole minutes
 * alone (as a log without seconds has them) say nothing about rhythm.
 * @param last the place of the last of them; it is the last of all where it is left out.
 */
export function equalGaps(times: readonly number[], last = times.length - 1): number {
  let [run, least, most] = [1, Number.POSITIVE_INFINITY, 0]
  let seconds = false
  for (let i = last; i > 0; i--) {
    const gap = times[i]! - times[i - 1]!
    least = Math.min(least, gap)
    most = Math.max(most, gap)
    // Moodle's clock has whole seconds, so that one more or less is the same distance.
    if (least < LEAST_GAP || most - least > 1_000) break
    seconds ||= times[i]! % MINUTE !== 0
    run++
  }
  return seconds ? run : 0
}
