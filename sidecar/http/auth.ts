/** Who is calling: tokens signed by the paired Moodle, and tokens that the token command issued. HS256 and nothing else. */
import { createSecretKey, hash, type KeyObject } from 'node:crypto'
import type { Request } from 'express'
import jwt from 'jsonwebtoken'
import { AUDIENCE, ISSUED_KID, SCOPES, type Scope } from '../actions/token.js'
import type { Context } from '../context.js'
import { personOf } from '../domain/person.js'
import { Problem } from './problem.js'

export interface Principal {
  readonly scopes: ReadonlySet<Scope>
  /** The learner whom the token speaks for. */
  readonly sub: string | null
  /** The partner whom it speaks for. */
  readonly partner: string | null
  /** Names the token or the key behind it, for limits on what one caller may try. */
  readonly id: string
  /** The id of the paired secret that signed it: this is Moodle itself. Null: a token that was issued. */
  readonly signedBy: string | null
  /** The hash of the only body this call may have; null: any. */
  readonly bodyHash: string | null
}

/** A paired Moodle signs its own tokens, each for minutes only. */
const LONGEST_BRIDGE_TOKEN = 5 * 60
const CLOCK_TOLERANCE = 30

/** Before the body is read: nobody makes the server hold one without a token. @throws Problem 401 */
export function authenticate(context: Context, request: Request): Principal {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.get('authorization') ?? '')?.[1]
  if (!token) throw new Problem('unauthorized', 'Send a token: Authorization: Bearer …')
  const kid = kidOf(token)
  return kid === ISSUED_KID ? issuedPrincipal(context, token) : bridgePrincipal(context, token, kid, request)
}

/** The key that a token names. */
function kidOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.', 1)[0]!, 'base64url').toString())?.kid
  } catch {
    throw new Problem('unauthorized', 'The token is not a JWT.')
  }
}

function issuedPrincipal(context: Context, token: string): Principal {
  const claims = verify(context, token, context.secrets().tokenKey)
  const issued = typeof claims.jti === 'string' ? context.stores.tokens.get(claims.jti) : null
  if (!issued) throw new Problem('unauthorized', 'This token is not one that was issued here.')
  if (issued.revoked !== null) throw new Problem('unauthorized', 'This token was revoked. Ask for a new one.')
  const { id, user_id: sub, partner } = issued
  return { scopes: scopesOf(claims), sub, partner, id, signedBy: null, bodyHash: null }
}

function bridgePrincipal(context: Context, token: string, kid: unknown, request: Request): Principal {
  if (kid === undefined) {
    throw new Problem('unauthorized', 'The token’s kid is missing in its header: the id of the key that signed it.')
  }
  const { pairing } = context.secrets()
  const secret = pairing?.secrets.find((known) => known.kid === kid)
  if (!pairing || !secret || (secret.retires !== null && secret.retires <= context.now())) {
    throw new Problem(
      'unauthorized',
      'The key that signed this token is not known here. Pair again: run `scripts/rocket pair`.',
    )
  }
  const claims = verify(context, token, secret.secret)
  if (claims.iss !== pairing.source) throw new Problem('unauthorized', `The token is not from ${pairing.source}.`)
  requireShort(claims, context.now())
  const bodyHash = request.method === 'GET' || request.method === 'HEAD' ? null : boundBody(claims, request)
  const scopes = scopesOf(claims)
  if (scopes.has('partner')) throw new Problem('unauthorized', 'The partner scope comes only with an issued token.')
  if (claims.sub !== undefined && (typeof claims.sub !== 'string' || claims.sub === '')) {
    throw new Problem('unauthorized', 'sub is the learner’s id as a text, such as "42".')
  }
  return { scopes, sub: claims.sub ?? null, partner: null, id: secret.kid, signedBy: secret.kid, bodyHash }
}

/** One that begins in the future would live until then. */
function requireShort({ iat, exp }: Claims, now: number): void {
  if (typeof iat !== 'number' || typeof exp !== 'number' || exp - iat > LONGEST_BRIDGE_TOKEN) {
    throw new Problem('unauthorized', 'A signed token needs iat and exp, at most five minutes apart.')
  }
  if (iat > Math.floor(now / 1_000) + CLOCK_TOLERANCE) {
    throw new Problem(
      'unauthorized',
      `The token was signed in the future: the clock here says ${new Date(now).toISOString()}.`,
    )
  }
}

/** A call that changes something is bound to its body, method and path, so that nobody can put another in its place. */
function boundBody(claims: Claims, request: Request): string {
  if (claims.method !== request.method || claims.path !== request.path) {
    throw new Problem('unauthorized', `The token is for ${claims.method} ${claims.path}, not for this call.`)
  }
  return typeof claims.bh === 'string' ? claims.bh : ''
}

/** @throws Problem 401 where the token is for another body than the one that came. */
export function requireBody({ bodyHash }: Principal, body: Buffer): void {
  if (bodyHash !== null && hash('sha256', body, 'base64url') !== bodyHash) {
    throw new Problem('unauthorized', 'bh is not the base64url SHA-256 of the body.')
  }
}

interface Claims extends jwt.JwtPayload {
  readonly scope?: unknown
  readonly bh?: unknown
  readonly method?: unknown
  readonly path?: unknown
}

/** Given a text, jsonwebtoken would first try it as a public key, which takes OpenSSL longer than everything else here. */
const keys = new Map<string, KeyObject>()

function hmacKey(secret: string): KeyObject {
  const known = keys.get(secret)
  if (known) return known
  const key = createSecretKey(Buffer.from(secret))
  keys.set(secret, key)
  return key
}

function verify(context: Context, token: string, secret: string): Claims {
  try {
    const claims = jwt.verify(token, hmacKey(secret), {
      algorithms: ['HS256'],
      audience: AUDIENCE,
      clockTimestamp: Math.floor(context.now() / 1_000),
      clockTolerance: CLOCK_TOLERANCE,
    })
    if (typeof claims === 'object' && claims.exp !== undefined) return claims
    throw new Problem('unauthorized', 'A token needs a time at which it ends (exp).')
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('unauthorized', `The token is not valid: ${error instanceof Error ? error.message : error}.`)
  }
}

function scopesOf(claims: Claims): Set<Scope> {
  if (claims.scope !== undefined && typeof claims.scope !== 'string') {
    throw new Problem('unauthorized', 'scope is one text, separated by spaces, such as "events learner".')
  }
  const named = typeof claims.scope === 'string' ? claims.scope.split(' ') : []
  const scopes = named.filter((name): name is Scope => (SCOPES as readonly string[]).includes(name))
  if (scopes.length === 0) throw new Problem('unauthorized', `A token needs a scope: ${SCOPES.join(', ')}.`)
  return new Set(scopes)
}

/**
 * The learner a call is about: the token's own, or, for `admin`, the one it asks for.
 * @throws Problem 403 where a learner asks for somebody else.
 */
export function learnerOf(principal: Principal, asked: string | undefined): string {
  if (principal.scopes.has('admin') && asked !== undefined) return asked
  if (principal.sub === null) throw new Problem('malformed', 'Say which learner: user_id, or a token with sub.')
  if (asked !== undefined && asked !== principal.sub)
    throw new Problem('forbidden', 'This token speaks for another learner.')
  return principal.sub
}

/** Who did something, for the ledger: the person whom Moodle names, Moodle itself, or an issued token. */
export function actorOf({ signedBy, sub, id }: Principal): string {
  if (signedBy === null) return `token:${id}`
  return sub === null ? 'bridge' : personOf(sub)
}
