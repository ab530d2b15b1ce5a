/** One learner's civil week in numbers. Pure; what others did meanwhile comes through `Around`. */
import type { Civil } from './civil.js'
import type { LearningEvent } from './learning-event.js'
import { didThemselves } from './person.js'
import { FEATURE_IDS, FEATURES, type FeatureId, type WeekFeatures } from './week-feature.js'
import { postsIn } from './week-posts.js'
import { quizzesIn } from './week-quiz.js'
import { rhythmOf, usualOf } from './week-rhythm.js'
import { type Ring, ringIn } from './week-ring.js'

/** An event of the week as it is kept, and what came of it. */
export interface WeekEvent {
  readonly event: LearningEvent
  readonly earned: boolean
  /** How many grants it took back. */
  readonly tookBack: number
}

/** Somebody else who did something with the same activity. */
export interface Nearby {
  readonly subject: string
  /** Epoch milliseconds. */
  readonly time: number
  /** The hash of the address it came from; null: not known. */
  readonly address: string | null
}

/** What others did in the same week. Everything is asked for only where it is needed. */
export interface Around {
  /** What others did with an activity from one instant to another, both included. */
  readonly near: (activity: string, from: number, to: number) => readonly Nearby[]
  /** How many events with an activity somebody has. */
  readonly weightOf: (subject: string) => number
  /** How many learners of the course came from an address; ten stands for any more. */
  readonly sharing: (course: string | null, address: string) => number
  /** Who wrote a post; null: it is not of this week. */
  readonly authorOf: (post: string) => string | null
  /** The posts that somebody answered. */
  readonly answeredBy: (subject: string) => readonly string[]
  /** Seconds for a question of a quiz, the median of those who took it in the week; null: fewer than five did. */
  readonly pace: (activity: string) => number | null
}

export interface Week {
  readonly subject: string
  /** By the clock nothing is held against them. */
  readonly exempt: boolean
  /** Of this week alone, in the order of their times. */
  readonly events: readonly WeekEvent[]
  /** The numbers of events in earlier weeks of theirs that had any. */
  readonly before: readonly number[]
  readonly around: Around
}

export interface CountedWeek {
  readonly features: WeekFeatures
  /** Who the ring features are about, by subject. For people in charge alone. */
  readonly peers: Ring['peers']
}

/** What is added to the usual week, so that little beside less is not much. */
const SLACK = 10

/** Counts a week. @param civil the institution's zone. */
export function countWeek(week: Week, civil: Civil): CountedWeek {
  const { events, before } = week
  const own = events.filter(({ event }) => didThemselves(event))
  const times = own.map(({ event }) => event.time)
  const ring = ringIn(week.subject, own, week.around)
  const usual = usualOf(before)
  const found: Readonly<Record<FeatureId, number | null>> = {
    events: times.length,
    point_events: events.filter(({ earned }) => earned).length,
    own_ratio: usual === null ? null : times.length / (usual + SLACK),
    ...rhythmOf(times),
    night: times.filter((time) => isNight(civil.minuteOfDay(time))).length,
    ...quizzesIn(own, week.around),
    ...postsIn(own),
    taken_back: own.reduce((sum, { tookBack }) => sum + tookBack, 0),
    ...ring.features,
  }
  return { features: tidy(found, week.exempt), peers: ring.peers }
}

const isNight = (minute: number): boolean => minute >= 60 && minute < 300

/** In their fixed order, so that the same week is the same bytes; to two decimals, as people read them. */
const tidy = (found: WeekFeatures, exempt: boolean): WeekFeatures =>
  Object.fromEntries(
    FEATURE_IDS.map((id) => {
      const value = exempt && FEATURES[id].timing ? null : found[id]
      return [id, value === null ? null : Math.round(value * 100) / 100]
    }),
  ) as WeekFeatures
