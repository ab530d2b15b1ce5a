/** `window`: the days and hours in which a rule pays. */
import type { Window } from '../domain/rule.js'
import type { Cursor } from './cursor.js'
import { fieldsOf } from './fields.js'
import { civilDay, listOf, weekday } from './values.js'

const HOURS = /^([0-9]{2}):([0-9]{2})\s*-\s*([0-9]{2}):([0-9]{2})$/
const MINUTES_OF_DAY = 1_440

export function readWindow(at: Cursor): Window | null {
  const fields = fieldsOf(at, 'a window', ['from', 'to', 'days', 'hours'])
  if (!fields) return null
  const from = fields.read('from', civilDay)
  const to = fields.read('to', civilDay)
  if (from !== null && to !== null && from > to) {
    fields.key('to').fail(`the window ends on ${to}, before it begins on ${from}; change one of the two`)
  }
  const days = fields.read('days', listOf(weekday))
  return { from, to, days: days && [...new Set(days)].sort(), hours: fields.read('hours', readHours) }
}

/** `09:00-17:00`; where the end is before the start, the hours cross midnight. */
function readHours(at: Cursor): Window['hours'] {
  const match = at.shape.kind === 'scalar' ? HOURS.exec(at.shape.source.trim()) : null
  const [startHour, startMinute, endHour, endMinute] = (match ?? []).slice(1).map(Number)
  const start = minutes(startHour, startMinute)
  const end = minutes(endHour, endMinute)
  if (start === null || start === MINUTES_OF_DAY || end === null) {
    return at.fail(`${at.name} must be two times of day such as "09:00-17:00" (or "22:00-06:00"), not ${at.found}`)
  }
  if (start === end) return at.fail('these hours end when they begin; for the whole day leave `hours` out')
  return { start, end }
}

/** Minutes since midnight; 24:00 is the end of the day. */
function minutes(hour: number | undefined, minute: number | undefined): number | null {
  if (hour === undefined || minute === undefined || minute > 59) return null
  const total = hour * 60 + minute
  return total <= MINUTES_OF_DAY ? total : null
}
