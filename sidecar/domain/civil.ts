/** Civil time in the institution's zone: days of 23 or 25 hours, weeks, months and terms. Instants are epoch milliseconds. */
import { IANAZone } from 'luxon'
import type { Term } from './configuration.js'
import type { CivilPeriod } from './rule.js'

/** Half-open: `start` belongs to it, `end` does not. */
export interface Period {
  readonly start: number
  readonly end: number
}

const DAY = 86_400_000
const CACHE_LIMIT = 50_000
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const FOREVER: Period = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY }

export class Civil {
  readonly #zone: IANAZone
  /** By day of UTC; null where the offset changes within it. */
  readonly #offsets = new Map<number, number | null>()
  readonly #days = new Map<number, number>()

  constructor(
    readonly timezone: string,
    readonly weekStarts: number,
    readonly terms: readonly Term[],
  ) {
    this.#zone = IANAZone.create(timezone)
  }

  /** What the wall clock shows, as if it were UTC. */
  #local(instant: number): number {
    const day = Math.floor(instant / DAY)
    let offset = this.#offsets.get(day)
    if (offset === undefined) {
      const first = this.#zone.offset(day * DAY) * 60_000
      // Nearly every day has one offset from its first to its last instant.
      offset = first === this.#zone.offset((day + 1) * DAY - 1) * 60_000 ? first : null
      if (this.#offsets.size >= CACHE_LIMIT) this.#offsets.clear()
      this.#offsets.set(day, offset)
    }
    return instant + (offset ?? this.#zone.offset(instant) * 60_000)
  }

  /** Days since 1970-01-01 on the wall calendar. */
  #dayNumber(instant: number): number {
    return Math.floor(this.#local(instant) / DAY)
  }

  /** The first instant of a civil day, midnight or, where the clock skips midnight, what comes next. */
  #startOfDay(dayNumber: number): number {
    let start = this.#days.get(dayNumber)
    if (start === undefined) {
      start = this.#firstAt(dayNumber * DAY)
      if (this.#days.size >= CACHE_LIMIT) this.#days.clear()
      this.#days.set(dayNumber, start)
    }
    return start
  }

  /** The first instant at which the wall clock shows a time (as if it were UTC), or what comes next where it skips it. */
  #firstAt(local: number): number {
    // Offsets lie within 14 hours, so a day on either side is before and after whatever change may be near.
    const before = this.#local(local - DAY) - (local - DAY)
    const after = this.#local(local + DAY) - (local + DAY)
    let [low, high] = [local - Math.max(before, after), local - Math.min(before, after)]
    if (this.#local(low) === local) return low
    if (this.#local(high) === local) return high
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#local(middle) < local) low = middle
      else high = middle
    }
    return high
  }

  /** The civil day of an instant, `YYYY-MM-DD`. */
  dayOf(instant: number): string {
    return new Date(this.#dayNumber(instant) * DAY).toISOString().slice(0, 10)
  }

  /** The first instant of a civil day written `YYYY-MM-DD`. */
  startOf(day: string): number {
    return this.#startOfDay(Date.parse(`${day}T00:00:00Z`) / DAY)
  }

  /** The first instant of such a day at which the wall clock shows so many minutes, or what comes next. */
  startOfMinute(day: string, minute: number): number {
    return this.#firstAt(Date.parse(`${day}T00:00:00Z`) + minute * 60_000)
  }

  /** The first instant after a civil day written `YYYY-MM-DD`. */
  endOf(day: string): number {
    return this.#startOfDay(Date.parse(`${day}T00:00:00Z`) / DAY + 1)
  }

  /** 1 Monday … 7 Sunday. */
  weekday(instant: number): number {
    return ((((this.#dayNumber(instant) + 3) % 7) + 7) % 7) + 1
  }

  /** Minutes the wall clock shows since its midnight. */
  minuteOfDay(instant: number): number {
    const local = this.#local(instant)
    return Math.floor((local - Math.floor(local / DAY) * DAY) / 60_000)
  }

  /** The civil period an instant lies in. What lies between two terms is a period of its own. */
  period(instant: number, per: CivilPeriod): Period {
    if (per === 'ever') return FOREVER
    if (per === 'term') return this.#termPeriod(instant)
    const today = this.#dayNumber(instant)
    if (per === 'day') return this.#between(today, today + 1)
    if (per === 'week') {
      const first = today - ((this.weekday(instant) - this.weekStarts + 7) % 7)
      return this.#between(first, first + 7)
    }
    const date = new Date(today * DAY)
    const month = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1) / DAY
    return this.#between(month(0), month(1))
  }

  #between(first: number, afterLast: number): Period {
    return { start: this.#startOfDay(first), end: this.#startOfDay(afterLast) }
  }

  /** The term an instant lies in. */
  termOf(instant: number): Term | null {
    const day = this.dayOf(instant)
    return this.terms.find((term) => term.from <= day && day <= term.to) ?? null
  }

  #termPeriod(instant: number): Period {
    const term = this.termOf(instant)
    if (term) return { start: this.startOf(term.from), end: this.endOf(term.to) }
    let { start, end } = FOREVER
    for (const { from, to } of this.terms) {
      if (this.endOf(to) <= instant) start = Math.max(start, this.endOf(to))
      if (this.startOf(from) > instant) end = Math.min(end, this.startOf(from))
    }
    return { start, end }
  }

  /** For people: `3 May 2026, 09:00`, and a bare date for a midnight or a civil day. */
  readonly when = (written: string): string => {
    const local = written.length === 10 ? Date.parse(`${written}T00:00:00Z`) : this.#local(Date.parse(written))
    const date = new Date(local)
    const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
    const time = date.toISOString().slice(11, 16)
    return time === '00:00' ? day : `${day}, ${time}`
  }
}
