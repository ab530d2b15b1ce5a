/** Exact lengths of time, written `30s 15m 12h 7d 4w`. */

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const

/** A duration in milliseconds, or null where the text is none. `0d` and lengths over 100 years are none. */
export function parseDuration(text: string): number | null {
  const match = /^([0-9]{1,9})([smhdw])$/.exec(text)
  if (!match) return null
  const milliseconds = Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS] * 1_000
  return milliseconds > 0 && milliseconds <= 100 * 366 * 86_400_000 ? milliseconds : null
}
