/** Access: tokens for BI tools, IT and support; pairing with one Moodle. */
import { randomInt, randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import type { CompiledRules } from '../domain/compile.js'
import { newSecret, type Pairing, type Secrets } from '../home.js'
import type { Stores } from '../store/stores.js'
import { recordAdministration } from './administer.js'

export const SCOPES = ['events', 'learner', 'reports', 'review', 'privacy', 'partner', 'metrics', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export const AUDIENCE = 'rocket'
/** The `kid` of tokens that the token command issued; paired secrets have random ones. */
export const ISSUED_KID = 'issued'

const PAIRING_TIME = 10 * 60_000
const ROTATION_TIME = 24 * 3_600_000

export interface TokenOrder {
  readonly scopes: readonly Scope[]
  /** The learner whom a `learner` token speaks for. */
  readonly userId: string | null
  /** The partner whom a `partner` token speaks for. */
  readonly partner: string | null
  readonly name: string | null
  readonly ttl: number
  readonly actor: string
  readonly now: number
}

/** Issues a revocable token, and says so on the ledger. @returns its id and the token, which is kept nowhere. */
export function issueToken(
  { ledger, tokens }: Stores,
  rules: CompiledRules,
  secrets: Secrets,
  order: TokenOrder,
): { id: string; token: string; expires: number } {
  const { scopes, userId, partner, name, ttl, actor, now } = order
  const id = randomUUID()
  const expires = now + ttl
  tokens.add({ id, scope: scopes.join(' '), user_id: userId, partner, name, created: now, expires })
  // What a learner's token is called may name them, and this entry is there for ever.
  const called = userId === null ? name : null
  const until = new Date(expires).toISOString()
  const detail = { token: id, scope: scopes.join(' '), name: called, partner, for_learner: userId !== null, until }
  recordAdministration(ledger, rules, { actor, reason: 'token issued', detail, now })
  const claims = {
    aud: AUDIENCE,
    iss: rules.settings.source,
    jti: id,
    scope: scopes.join(' '),
    iat: Math.floor(now / 1_000),
    exp: Math.floor(expires / 1_000),
    ...(userId === null ? {} : { sub: userId }),
  }
  return { id, token: jwt.sign(claims, secrets.tokenKey, { algorithm: 'HS256', keyid: ISSUED_KID }), expires }
}

/** Makes a one-time pairing code, to be typed into Moodle within ten minutes. */
export function offerPairingCode({ tokens }: Stores, replaces: boolean, now: number): string {
  const code = Array.from({ length: 3 }, () => String(randomInt(10_000)).padStart(4, '0')).join('-')
  tokens.offerPairingCode(code, now + PAIRING_TIME, replaces)
  return code
}

/** The pairing is with another Moodle than the one that asks. */
export class PairedWithAnother extends Error {}

export interface PairingRequest {
  readonly wwwroot: string | null
  readonly siteHash: string | null
}

/**
 * A pairing with a fresh secret. Earlier secrets of the same site are given up.
 * @param before the pairing that stands, null where there is none or it may be replaced.
 * @throws PairedWithAnother where a pairing with another site stands.
 */
export function pair(before: Pairing | null, source: string, request: PairingRequest, now: number): Pairing {
  const { wwwroot, siteHash } = request
  const another = (known: string | null | undefined, told: string | null) => known != null && known !== told
  if (another(before?.wwwroot, wwwroot) || another(before?.siteHash, siteHash)) throw new PairedWithAnother()
  return {
    source,
    wwwroot: wwwroot ?? before?.wwwroot ?? null,
    siteHash: siteHash ?? before?.siteHash ?? null,
    secrets: [freshSecret(now)],
  }
}

/** A pairing with one more secret; the one before it is honoured for another day, so that no event is lost. */
export function rotate(pairing: Pairing, now: number): Pairing {
  const newest = pairing.secrets.at(-1)
  const retiring = newest ? [{ ...newest, retires: now + ROTATION_TIME }] : []
  return { ...pairing, secrets: [...retiring, freshSecret(now)] }
}

const freshSecret = (now: number) => ({
  kid: randomUUID(),
  secret: newSecret(),
  created: now,
  retires: null,
})
