/** When a webhook is sent again. Pure: chance is given. */

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The longest wait before each attempt, in milliseconds: the schedule of Standard Webhooks. */
export const SCHEDULE: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

/**
 * How long to wait before the next attempt, in milliseconds. Any wait from none to the schedule's is as likely as any
 * other, so that what failed together does not come back together.
 * @param attempt how many were made: 0 before the first.
 * @param random from 0 up to, but not, 1.
 * @param retryAfterMs the partner wants none before; null where it did not say.
 * @returns null when the last attempt was made.
 */
export function nextDelay(attempt: number, random: number, retryAfterMs: number | null): number | null {
  const longest = SCHEDULE[attempt]
  if (longest === undefined) return null
  return Math.max(Math.floor(random * (longest + 1)), retryAfterMs ?? 0)
}
