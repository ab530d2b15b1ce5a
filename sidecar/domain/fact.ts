/** What an event proves about a learner, whether or not a rule pays for it. */
import type { LearningEvent } from './learning-event.js'
import { saysComplete } from './meaning.js'
import { FACT_CLASSES } from './moodle-events.js'

export interface Fact {
  readonly kind: 'badge' | 'completed' | 'completion_rate'
  /** `badge:17`, `course:7`, `activity:123` (the course module). */
  readonly key: string
  readonly name: string
  /** 1 or 0; a completion rate in percent. */
  readonly value: number
  /** When it was so, epoch milliseconds: the latest word counts. */
  readonly time: number
}

/** What can be completed, as a key: an activity is its course module, whatever module the sender says it is of. */
export function completionKey(target: string): string {
  const [kind, ...rest] = target.split(':')
  return kind === 'activity' ? `activity:${rest.at(-1)}` : target
}

export function factsOf(event: LearningEvent): Fact[] {
  const { time, data, course, activity, object } = event
  const facts: Fact[] = []
  const badge = typeof data.badge === 'string' ? data.badge : ''
  const { completion_rate: rate } = data
  switch (event.event) {
    case FACT_CLASSES.badgeAwarded:
    case FACT_CLASSES.badgeRevoked:
      if (object !== null) {
        const value = event.event === FACT_CLASSES.badgeAwarded ? 1 : 0
        facts.push({ kind: 'badge', key: object, name: badge || object, value, time })
      }
      break
    case FACT_CLASSES.courseCompleted:
      if (course !== null) facts.push({ kind: 'completed', key: `course:${course}`, name: '', value: 1, time })
      break
    case FACT_CLASSES.activityCompletion:
      if (activity !== null) {
        const value = saysComplete(event) ? 1 : 0
        facts.push({ kind: 'completed', key: completionKey(`activity:${activity}`), name: '', value, time })
      }
      break
    default:
      return facts
  }
  if (course !== null && typeof rate === 'number') {
    facts.push({ kind: 'completion_rate', key: `course:${course}`, name: '', value: rate, time })
  }
  return facts
}
