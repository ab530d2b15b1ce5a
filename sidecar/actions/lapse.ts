/** Points whose day has come leave the balance, each day's as an entry. */
import { lapsedBy } from '../domain/lot.js'
import type { Moment } from './moment.js'

/** @returns how many points went. Inside a transaction only. */
export function lapse({ stores, rules, now }: Moment, subject: string, userId: string): number {
  const { settings, civil } = rules.current()
  const due = lapsedBy(stores.ledger.lots.of(subject), civil.dayOf(now))
  for (const { expires, points } of due) {
    stores.ledger.append(
      {
        kind: 'expiry',
        subject,
        points: -points,
        held: 0,
        rule: null,
        expires,
        ref: null,
        record: { userId, reason: 'lapsed' },
      },
      settings.source,
      now,
      civil,
    )
  }
  return due.reduce((sum, { points }) => sum + points, 0)
}
