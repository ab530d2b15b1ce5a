/** Takes a code out of a reward's pool for a redemption, and warns where few are left. */
import type { Moment } from './moment.js'

/** Of a pool: as little as this is worth a warning. */
export const FEW_PERCENT = 20

/**
 * The code that lapses soonest; administrators are told of few and of none left, once for each batch that was imported.
 * Inside a transaction only. @param seq of the redemption. @returns false where the pool is empty.
 */
export function handOutCode({ stores, rules, now }: Moment, reward: string, seq: number): boolean {
  const day = rules.current().civil.dayOf(now)
  const { codes, notices } = stores
  if (!codes.handOut(reward, seq, day)) return false
  const [left, of] = [codes.available(reward, day), codes.total(reward)]
  const since = codes.latestBatch(reward)
  if (left === 0) {
    notices.tellAdministrators('codes_empty', { reward }, now, `codes empty ${reward} ${since}`)
  } else if (left * 100 <= of * FEW_PERCENT) {
    notices.tellAdministrators('codes_low', { reward, left, of }, now, `codes low ${reward} ${since}`)
  }
  return true
}
