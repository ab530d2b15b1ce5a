/** What tests that kill the server share: chance that can be repeated, and calls as the paired Moodle makes them. */
import { createHash } from 'node:crypto'
import jwt from 'jsonwebtoken'
import type { Folder, RunningRocket } from '../cli/program.js'

export interface PairedKey {
  readonly kid: string
  readonly secret: string
}

/** A small generator of random numbers that gives the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export async function pairWith(folder: Folder, { url }: RunningRocket): Promise<PairedKey> {
  const { code } = await folder.json<{ code: string }>('pair')
  const paired = await fetch(`${url}/api/pair`, { method: 'POST', body: JSON.stringify({ code }) })
  return (await paired.json()) as PairedKey
}

export interface SignedCall {
  readonly path: string
  /** Null: a call that reads. */
  readonly body: string | null
  readonly scope: string
  readonly sub?: string
  /** An Idempotency-Key. */
  readonly key?: string
}

/** @throws TypeError where the server is gone. */
export function signedCall(
  url: string,
  paired: PairedKey,
  { path, body, scope, sub, key }: SignedCall,
): Promise<Response> {
  const method = body === null ? 'GET' : 'POST'
  const bh = createHash('sha256')
    .update(body ?? '')
    .digest('base64url')
  const bound = { aud: 'rocket', iss: 'moodle', scope, bh, method, path: path.split('?')[0], ...(sub ? { sub } : {}) }
  const token = jwt.sign(bound, paired.secret, { algorithm: 'HS256', keyid: paired.kid, expiresIn: 60 })
  const headers = { Authorization: `Bearer ${token}`, ...(key ? { 'Idempotency-Key': key } : {}) }
  return fetch(url + path, { method, body, headers })
}

/** Whether a call failed because the server was killed; anything else would be a fault. */
export const wasKilled = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof DOMException && error.name === 'AbortError')
