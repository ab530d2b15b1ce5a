/** What the list of issued tokens claims, for holding it against the entries that say so. Read-only. */
import type { Connection } from './database.js'
import type { IssuedToken } from './token.js'

export type ClaimedToken = Omit<IssuedToken, 'created'>

/** To be called inside the read transaction of the other claims. */
export function readTokenClaims(connection: Connection): ClaimedToken[] {
  return connection
    .prepare<[], ClaimedToken>('SELECT id, scope, user_id, partner, name, expires, revoked FROM token ORDER BY id')
    .all()
}
