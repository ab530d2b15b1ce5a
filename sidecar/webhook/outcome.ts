/** What became of one attempt to send a webhook, and how an answer's status is understood. */

import { PrivateAddressError } from './address.js'
import type { Answer } from './answer.js'
import { PRIVATE } from './target.js'

/** `why` is a sentence for an administrator's list: at most 200 characters, no secret, no token, no partner's text. */
export type Outcome =
  /** 2xx. `note`: what in the answer was ignored; null where nothing was. */
  | { readonly kind: 'accepted'; readonly answer: Answer; readonly note: string | null }
  /** The partner will not have it, now or later. */
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }
  /** 410: the partner wants no more webhooks at this url. */
  | { readonly kind: 'gone' }
  /** Nobody knows whether it was taken: send the same again, at the earliest after `retryAfterMs`. */
  | { readonly kind: 'unknown'; readonly why: string; readonly retryAfterMs: number | null }
  /** Nothing was sent: the url or the address behind it is not allowed. */
  | { readonly kind: 'blocked'; readonly why: string }

const DAY = 86_400_000
/** These 4xx pass with time. */
const PASSING = [408, 425, 429]

/**
 * An answer that is not 2xx.
 * @param retryAfter the header, where it was sent.
 * @param now milliseconds since 1970, for a Retry-After that is a date.
 */
export function outcomeOfStatus(status: number, retryAfter: string | undefined, now: number): Outcome {
  if (status === 410) return { kind: 'gone' }
  if (status >= 400 && status < 500 && !PASSING.includes(status)) {
    return { kind: 'refused', status, why: `The partner answered ${status}.` }
  }
  const redirect = status >= 300 && status < 400 ? ', a redirect; those are not followed' : ''
  return tryAgain(`The partner answered ${status}${redirect}.`, readRetryAfter(retryAfter, now))
}

/** @returns milliseconds from now, at most a day; null where the header is missing or cannot be read. */
function readRetryAfter(header: string | undefined, now: number): number | null {
  const written = header?.trim() ?? ''
  if (/^\d+$/.test(written)) return Math.min(Number(written) * 1_000, DAY)
  // Date.parse takes much that is no HTTP date, "-5" for one.
  const time = / GMT$/.test(written) ? Date.parse(written) : Number.NaN
  return Number.isNaN(time) ? null : Math.min(Math.max(time - now, 0), DAY)
}

/** Codes that say little to people. */
const PLAIN: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes without those that vouch for it',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the name server did not answer',
  UND_ERR_ABORTED: 'the proxy opened no connection to it',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
  HTTPParserError: 'it does not speak HTTP',
  UND_ERR_SOCKET: 'the connection was closed',
}

/** No answer, or not a whole one. @param error what the connection gave. */
export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof PrivateAddressError) return { kind: 'blocked', why: PRIVATE }
  return tryAgain(`The partner could not be reached: ${faultOf(error)}.`.slice(0, 200))
}

/** Why a connection failed. Of the error only its code: a message can hold an address, or what the other side sent. */
export function faultOf(error: unknown): string {
  const code = codeOf(error)
  const plain = PLAIN[code]
  return plain ? `${plain} (${code})` : code
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no code'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** @param why as in Outcome. */
export const tryAgain = (why: string, retryAfterMs: number | null = null): Outcome => ({
  kind: 'unknown',
  why,
  retryAfterMs,
})
