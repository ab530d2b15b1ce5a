/** When a rule is open: days, weekdays and hours in the institution's zone. */
import type { Civil } from './civil.js'
import type { Window } from './rule.js'

const DAY_LIMIT = 400

/** Whether an instant lies in the window. Hours that cross midnight belong to the day on which they began. */
export function isOpen(window: Window, instant: number, civil: Civil): boolean {
  const { hours } = window
  const minute = civil.minuteOfDay(instant)
  if (hours && hours.end <= hours.start && minute < hours.end) {
    return isOpenDay(window, civil.dayOf(civil.period(instant, 'day').start - 1), civil)
  }
  if (hours && (minute < hours.start || (hours.end > hours.start && minute >= hours.end))) return false
  return isOpenDay(window, civil.dayOf(instant), civil)
}

function isOpenDay(window: Window, day: string, civil: Civil): boolean {
  if (window.from !== null && day < window.from) return false
  if (window.to !== null && day > window.to) return false
  return window.days === null || window.days.includes(civil.weekday(civil.startOf(day)))
}

/** The next instant at which the window opens after one at which it was shut, within about a year; null: none. */
export function opensNext(window: Window, instant: number, civil: Civil): number | null {
  let day = civil.dayOf(instant)
  if (window.from !== null && day < window.from) day = window.from
  for (let tried = 0; tried < DAY_LIMIT; tried++) {
    if (window.to !== null && day > window.to) return null
    const opens = civil.startOfMinute(day, window.hours?.start ?? 0)
    if (opens > instant && isOpen(window, opens, civil)) return opens
    day = civil.dayOf(civil.endOf(day))
  }
  return null
}
