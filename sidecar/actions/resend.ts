/** What the bridge is asked to send again after a restore, until it says that it has. Inside a transaction only. */
import { randomBytes } from 'node:crypto'
import type { Administration } from '../store/ledger.js'
import type { Resend } from '../store/resend.js'
import type { Moment } from './moment.js'
import { pauseRedeeming, resumeRedeeming } from './pause.js'
import { Refusal } from './refusal.js'

/** Clocks differ, and what came last may have been under way: an hour more is asked for. It pays nothing twice. */
const MARGIN = 3_600_000

/** A restore is awaited to end, by the bridge or by a person who goes on without it. */
export const isUnfinished = ({ stores }: Pick<Moment, 'stores'>): boolean =>
  stores.pauses.list().some(({ cause }) => cause === 'restore')

/**
 * Whether the bridge may have a receipt of a redemption that it has still to send, also where redeeming goes on already: no
 * other one may take its place.
 */
export function awaitsReceipt({ stores }: Pick<Moment, 'stores'>, id: string): boolean {
  const awaited = stores.resends.awaited()
  const redemption = awaited && stores.redemptions.byId(id)
  return awaited !== null && redemption !== null && redemption.created <= awaited.asked
}

/** Who went on without waiting for the bridge, when and why, where it is still awaited; null: nobody did. */
export function wentOnWithout(moment: Pick<Moment, 'stores'>): Administration | null {
  const { stores } = moment
  if (stores.resends.awaited() === null || isUnfinished(moment)) return null
  const isResumed = ({ detail }: Administration) => detail.resumed === 'redeeming' && detail.cause === 'restore'
  return stores.ledger.administrations().findLast(isResumed) ?? null
}

/**
 * Nothing moves a redemption while a restore is not finished, but its receipts: what looks unused may have been used.
 * @throws Refusal
 */
export function requireFinished(moment: Moment): void {
  if (!isUnfinished(moment)) return
  const why =
    'A restore is not finished: what became of this redemption is awaited from Moodle. Try again in some minutes.'
  throw new Refusal('redeeming_paused', why)
}

/** Redeeming rests until the bridge has answered. @param lastSeen what is newest in the database, epoch milliseconds. */
export function askToResend(moment: Moment, lastSeen: number, actor: string): Resend {
  const { stores, now } = moment
  pauseRedeeming(moment, 'restore', { actor, reason: 'restored: what the backup lacks is awaited from Moodle' })
  const id = `rsd_${randomBytes(12).toString('hex')}`
  stores.resends.ask({ id, since: Math.max(0, lastSeen - MARGIN), asked: now })
  return stores.resends.last()!
}

/**
 * The bridge has sent all of it: redeeming goes on, unless a person stopped it. The same again changes nothing.
 * @returns whether redeeming rests still. @throws Refusal where this was not asked for, or another time.
 */
export function endResend(moment: Moment, id: string): boolean {
  const { stores, now } = moment
  if (stores.resends.last()?.id !== id)
    throw new Refusal('not_found', `Nothing is awaited under ${id}: ask again what is.`)
  if (stores.resends.end(id, now))
    resumeRedeeming(moment, 'restore', { actor: 'bridge', reason: `Moodle has sent again what was asked for (${id})` })
  return stores.pauses.list().length > 0
}
