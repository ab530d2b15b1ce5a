/** How somebody takes quizzes. */
import type { Around, WeekEvent } from './learner-week.js'
import { ALIASES } from './moodle-events.js'
import { hurried } from './screening.js'
import type { FeatureId } from './week-feature.js'

/** What tells of an attempt when it is made: regrading, or grading by hand, is somebody else's doing, and later. */
const ATTEMPTS: ReadonlySet<string> = new Set([
  ...(ALIASES['quiz.submitted'] ?? []),
  ...(ALIASES['quiz.graded']?.slice(0, 1) ?? []),
])
const TWO_MINUTES = 120_000
/** A share of few questions says little: it counts as if so many more had been read. */
const SHRINK = 5
/** Faster than others by this much. */
const FAST = 0.25

interface Attempt {
  readonly activity: string | null
  readonly time: number
  readonly items: number | null
  readonly rapid: number | null
  readonly score: number | null
  readonly seconds: number | null
}

type Quizzes = Readonly<
  Record<Extract<FeatureId, 'attempts' | 'quick_attempts' | 'rapid_share' | 'right_and_fast'>, number | null>
>

/** @param events the learner's own, in the order of their times. */
export function quizzesIn(events: readonly WeekEvent[], around: Pick<Around, 'pace'>): Quizzes {
  const attempts = attemptsIn(events)
  const byQuiz = new Map<string | null, Attempt[]>()
  for (const attempt of attempts) byQuiz.set(attempt.activity, [...(byQuiz.get(attempt.activity) ?? []), attempt])
  const quizzes = [...byQuiz.values()]
  return {
    attempts: Math.max(0, ...quizzes.map((quiz) => quiz.length)),
    quick_attempts: quizzes.reduce((sum, quiz) => sum + hurried(quiz, TWO_MINUTES).length, 0),
    rapid_share: attempts.length === 0 ? 0 : rapidShare(attempts),
    right_and_fast: attempts.length === 0 ? 0 : rightAndFast(attempts, around),
  }
}

/** One attempt is told of more than once (submitted, graded): it counts once, when it was first heard of. */
function attemptsIn(events: readonly WeekEvent[]): Attempt[] {
  const attempts = new Map<string, Attempt>()
  for (const { event } of events) {
    if (!ATTEMPTS.has(event.event)) continue
    const key = event.object ?? event.id
    const known = attempts.get(key)
    const told = (name: 'items' | 'rapid_items' | 'score' | 'duration_seconds', before: number | null | undefined) => {
      const value = event.data[name]
      return typeof value === 'number' ? value : (before ?? null)
    }
    attempts.set(key, {
      activity: event.activity,
      time: known?.time ?? event.time,
      items: told('items', known?.items),
      rapid: told('rapid_items', known?.rapid),
      score: told('score', known?.score),
      seconds: told('duration_seconds', known?.seconds),
    })
  }
  return [...attempts.values()]
}

function rapidShare(attempts: readonly Attempt[]): number | null {
  const known = attempts.filter(({ items, rapid }) => items !== null && rapid !== null)
  if (known.length === 0) return null
  const [items, rapid] = [sum(known, 'items'), sum(known, 'rapid')]
  return (100 * rapid) / (items + SHRINK)
}

const sum = (attempts: readonly Attempt[], key: 'items' | 'rapid'): number =>
  attempts.reduce((total, attempt) => total + (attempt[key] ?? 0), 0)

/** Without times of single questions: those of a whole attempt that took less than a quarter of what others need. */
function rightAndFast(attempts: readonly Attempt[], around: Pick<Around, 'pace'>): number | null {
  let right: number | null = null
  for (const { activity, items, score, seconds } of attempts) {
    if (activity === null || items === null || items === 0 || score === null || seconds === null) continue
    const pace = around.pace(activity)
    if (pace === null) continue
    right ??= 0
    if (seconds / items < pace * FAST) right += Math.floor((items * score) / 100)
  }
  return right
}
