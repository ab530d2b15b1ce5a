/** Weeks of learners, made of what tests are about. */
import { Civil } from '../../sidecar/domain/civil.js'
import {
  type Around,
  type CountedWeek,
  countWeek,
  type Week,
  type WeekEvent,
} from '../../sidecar/domain/learner-week.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { FEATURE_IDS, type WeekFeatures } from '../../sidecar/domain/week-feature.js'
import { learningEvent } from '../support.js'

/** Monday, and a second that is no whole minute. */
export const START = Date.parse('2026-11-02T09:00:01Z')
export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** Nobody else is there. */
export const ALONE: Around = {
  near: () => [],
  weightOf: () => 0,
  sharing: () => 0,
  authorOf: () => null,
  answeredBy: () => [],
  pace: () => null,
}

/** An event so long after the start of the week. */
export function at(after: number, given: Partial<LearningEvent> = {}, came: Partial<WeekEvent> = {}): WeekEvent {
  const event = learningEvent({ event: '\\mod_page\\event\\course_module_viewed', object: null, ...given })
  return { event: { ...event, time: START + after }, earned: false, tookBack: 0, ...came }
}

/** So many events, one after each gap. */
export const every = (gap: number, count: number, given: Partial<LearningEvent> = {}): WeekEvent[] =>
  Array.from({ length: count }, (_, index) => at(index * gap, given))

export function counted(events: readonly WeekEvent[], given: Partial<Week> = {}, zone = 'Europe/London'): CountedWeek {
  const week = { subject: 'me', exempt: false, events, before: [], around: ALONE, ...given }
  return countWeek(week, new Civil(zone, 1, []))
}

/** A week in which nothing happened, but for these. */
export const features = (given: Partial<WeekFeatures>): WeekFeatures =>
  ({ ...Object.fromEntries(FEATURE_IDS.map((id) => [id, 0])), ...given }) as WeekFeatures
