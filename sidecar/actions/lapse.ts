/** Points whose day has come leave the balance, each day's as an entry. */
import { lapsedBy } from '../domain/lot.js'
import { type Moment, write } from './moment.js'

/** @returns how many points went. Inside a transaction only. */
export function lapse(moment: Moment, subject: string, userId: string): number {
  const { stores, rules, now } = moment
  const due = lapsedBy(stores.ledger.lots.of(subject), rules.current().civil.dayOf(now))
  const record = { userId, reason: 'lapsed' }
  for (const { expires, points } of due) write(moment, { kind: 'expiry', subject, points: -points, expires, record })
  return due.reduce((sum, { points }) => sum + points, 0)
}
