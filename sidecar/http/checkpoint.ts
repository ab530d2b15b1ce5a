/** The newest checkpoint, in answers that are about something else. */
import type { Context } from '../context.js'
import { HomeError } from '../home.js'

/**
 * What comes of signing; null where it cannot be signed just now. What was asked for is done by then, and is answered all the
 * same: the log and `/ready` say what is wrong with the key.
 */
export function ifSigned<T>({ log }: Pick<Context, 'log'>, sign: () => T): T | null {
  try {
    return sign()
  } catch (err) {
    if (!(err instanceof HomeError)) throw err
    log.error({ err }, 'the ledger could not be signed')
    return null
  }
}
