/** Times as a Moodle log export writes them, `17/10/21, 12:39` in the site's own zone, and what they are in UTC. */
import { DateTime, IANAZone } from 'luxon'
import { ActivityError } from './activity-error.js'

export type DateOrder = 'dmy' | 'mdy'

/** A time as written, before it is known which part is the day. */
export interface WrittenTime {
  readonly first: number
  readonly second: number
  readonly year: number
  readonly hour: number
  readonly minute: number
  readonly seconds: number
}

const FORM =
  /^\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2}),?\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\s*([ap])\.?m\.?)?\s*$/i

/** Longer than any time is: the pattern need not look at it. */
const LONGEST = 40

/** Reads `17/10/21, 12:39`, also with seconds, four-digit years, `AM` and `PM`. Null: not such a time. */
export function readTime(text: string): WrittenTime | null {
  const match = text.length > LONGEST ? null : FORM.exec(text)
  if (!match) return null
  const [, first, , second, year, hours, minute, seconds, half] = match
  const hour = half ? from12(Number(hours), half) : Number(hours)
  const written = {
    first: Number(first),
    second: Number(second),
    year: Number(year) + (year?.length === 2 ? 2000 : 0),
    hour,
    minute: Number(minute),
    seconds: Number(seconds ?? 0),
  }
  const exists = hour >= 0 && hour <= 23 && written.minute <= 59 && written.seconds <= 59
  return exists && (fits(written, 'dmy') || fits(written, 'mdy')) ? written : null
}

/** 12 AM is midnight; an hour that no such clock shows becomes -1. */
const from12 = (hour: number, half: string): number =>
  hour < 1 || hour > 12 ? -1 : (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)

/** Whether this is a day of the calendar, read in that order. */
export function fits(written: WrittenTime, order: DateOrder): boolean {
  const [day, month] = order === 'dmy' ? [written.first, written.second] : [written.second, written.first]
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(written.year, month, 0)).getUTCDate()
}

/** Gathers which order the times of one file prove. */
export class OrderProof {
  /** Lines of the first time that can only be read so. */
  readonly #proof: { dmy: number | null; mdy: number | null } = { dmy: null, mdy: null }

  add(written: WrittenTime, line: number): void {
    const dmy = fits(written, 'dmy')
    if (dmy !== fits(written, 'mdy')) this.#proof[dmy ? 'dmy' : 'mdy'] ??= line
  }

  /** The order, and whether a time proves it; else the two lines that cannot both be right. */
  order(): { order: DateOrder; proven: boolean } | { contradiction: readonly [number, number] } {
    const { dmy, mdy } = this.#proof
    if (dmy !== null && mdy !== null) return { contradiction: [dmy, mdy] }
    return { order: mdy === null ? 'dmy' : 'mdy', proven: dmy !== mdy }
  }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/**
 * Turns written times of one zone into UTC. A local time that occurs twice (autumn) is the earlier; one that does not
 * exist (spring) moves forward by the gap. The zone's rules are asked once an hour of the log, not once a record.
 */
export class ZoneClock {
  readonly #zone: string
  readonly #hours = new Map<number, number | null>()

  /** @throws ActivityError if there is no such zone. */
  constructor(zone: string) {
    if (!IANAZone.isValidZone(zone)) {
      throw new ActivityError(`${zone} is no time zone that is known here. Name one such as Europe/London.`)
    }
    this.#zone = zone
  }

  /** Milliseconds since the epoch. Null: no such day in this order. */
  toUtc(written: WrittenTime, order: DateOrder): number | null {
    if (!fits(written, order)) return null
    const [day, month] = order === 'dmy' ? [written.first, written.second] : [written.second, written.first]
    const hour = Date.UTC(written.year, month - 1, day, written.hour)
    let start = this.#hours.get(hour)
    if (start === undefined) {
      const first = this.#resolve(hour)
      start = this.#resolve(hour + 59 * MINUTE) - first === HOUR - MINUTE ? first : null
      this.#hours.set(hour, start)
    }
    // Null: the clock changed within the hour (Lord Howe Island moves by half an hour).
    const minute = start === null ? this.#resolve(hour + written.minute * MINUTE) : start + written.minute * MINUTE
    return minute + written.seconds * 1000
  }

  /** `local`: the wall clock's digits, as if they were UTC. */
  #resolve(local: number): number {
    const digits = DateTime.fromMillis(local, { zone: 'utc' })
    const possible = digits.setZone(this.#zone, { keepLocalTime: true }).getPossibleOffsets()
    return Math.min(...possible.map((time) => time.toMillis()))
  }
}
