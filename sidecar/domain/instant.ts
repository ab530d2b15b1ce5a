import type { Civil } from './civil.js'

/** A time as people give it to a filter: RFC 3339 with Z, or a bare date, which is its midnight in the institution's zone. */
export function instantOf(written: string, civil: Civil): number | null {
  const instant = Date.parse(written)
  // Date.parse takes 31 February for 3 March: only what reads back the same exists.
  if (Number.isNaN(instant) || !new Date(instant).toISOString().startsWith(written.slice(0, 10))) return null
  if (/^\d{4}-\d{2}-\d{2}$/.test(written)) return civil.startOf(written)
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z$/.test(written) ? instant : null
}

/** The end of a time that people give: a bare date is the end of that day. */
export const untilOf = (written: string, civil: Civil): number | null =>
  instantOf(written, civil) === null || written.length > 10 ? instantOf(written, civil) : civil.endOf(written)

/** An instant as JSON has it: RFC 3339, UTC. */
export const iso = (instant: number): string => new Date(instant).toISOString()

/** The same; null where there is none. */
export const isoOr = (instant: number | null): string | null => (instant === null ? null : iso(instant))
