/** Tokens that the token command issued, and the one outstanding pairing code. Neither is kept itself. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Writer } from './database.js'

export interface IssuedToken {
  readonly id: string
  /** Space-separated, from the closed list. */
  readonly scope: string
  readonly user_id: string | null
  /** The partner whom it speaks for. */
  readonly partner: string | null
  readonly name: string | null
  /** Epoch milliseconds, as the next two. */
  readonly created: number
  readonly expires: number
  readonly revoked: number | null
}

const CODE_TRIES = 5

export class Tokens {
  readonly #sql

  constructor({ connection }: Writer) {
    const columns = 'id, scope, user_id, partner, name, created, expires, revoked'
    this.#sql = {
      insert: connection.prepare(`INSERT INTO token (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL)`),
      get: connection.prepare<[string], IssuedToken>(`SELECT ${columns} FROM token WHERE id = ?`),
      list: connection.prepare<[], IssuedToken>(`SELECT ${columns} FROM token ORDER BY created, id`),
      revoke: connection.prepare('UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL'),
      offerCode: connection.prepare(
        'INSERT OR REPLACE INTO pairing_code (one, digest, expires, tries_left, replaces) VALUES (1, ?, ?, ?, ?)',
      ),
      code: connection.prepare<[], { digest: string; expires: number; tries_left: number; replaces: number }>(
        'SELECT digest, expires, tries_left, replaces FROM pairing_code',
      ),
      countTry: connection.prepare('UPDATE pairing_code SET tries_left = tries_left - 1'),
      dropCode: connection.prepare('DELETE FROM pairing_code'),
    }
  }

  add({ id, scope, user_id, partner, name, created, expires }: Omit<IssuedToken, 'revoked'>): void {
    this.#sql.insert.run(id, scope, user_id, partner, name, created, expires)
  }

  get(id: string): IssuedToken | null {
    return this.#sql.get.get(id) ?? null
  }

  list(): IssuedToken[] {
    return this.#sql.list.all()
  }

  /** @returns false where there is no such token, or it was revoked before. */
  revoke(id: string, now: number): boolean {
    return this.#sql.revoke.run(now, id).changes === 1
  }

  /**
   * Makes a code the one that pairs, in place of any before it.
   * @param expires epoch milliseconds. @param replaces whether it may replace a pairing with another site.
   */
  offerPairingCode(code: string, expires: number, replaces: boolean): void {
    this.#sql.offerCode.run(digest(code), expires, CODE_TRIES, replaces ? 1 : 0)
  }

  /** Null: this is not the code, and that cost a try. A right one is used up. */
  takePairingCode(code: string, now: number): { replaces: boolean } | null {
    const offered = this.#sql.code.get()
    if (!offered || offered.expires <= now || offered.tries_left <= 0) return null
    if (!timingSafeEqual(Buffer.from(offered.digest), Buffer.from(digest(code)))) {
      this.#sql.countTry.run()
      return null
    }
    this.#sql.dropCode.run()
    return { replaces: offered.replaces === 1 }
  }
}

/** Codes are short-lived and tried at most five times, so a plain hash is enough. */
const digest = (code: string): string => createHash('sha256').update(code).digest('hex')
