/** Signatures of Standard Webhooks 1.0.0, scheme `v1`, and the secrets they are made with. */
import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'
/** Bytes, as the standard asks. */
const SHORTEST = 24
const LONGEST = 64
/** One, and while it is being replaced the next one too. */
const MOST_SECRETS = 2

/**
 * The value of the header `webhook-signature`: one signature for each secret, separated by a space, so that a partner
 * can change over whenever it likes.
 * @param id of the message, the same at every attempt.
 * @param timestampSeconds when this attempt is made, in seconds since 1970.
 * @param body the very text that is sent.
 * @param secrets as `readSecrets` gives them.
 */
export function signatures(id: string, timestampSeconds: number, body: string, secrets: readonly string[]): string {
  const signed = `${id}.${timestampSeconds}.${body}`
  return secrets
    .map((secret) => createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64')).update(signed))
    .map((hmac) => `v1,${hmac.digest('base64')}`)
    .join(' ')
}

/**
 * Reads the value of an environment variable: one secret, or two separated by spaces.
 * @returns the secrets, or what is wrong: a sentence that wants the variable's name in front. It never holds a secret.
 */
export function readSecrets(
  text: string | undefined,
): { readonly secrets: readonly string[] } | { readonly problem: string } {
  const secrets = (text ?? '').split(/\s+/).filter(Boolean)
  if (secrets.length === 0) {
    return { problem: `is not set: it must hold the secret shared with this partner, ${PREFIX} and base64` }
  }
  if (secrets.length > MOST_SECRETS) {
    return { problem: `holds ${secrets.length} secrets: keep one, or two while the partner changes over to a new one` }
  }
  const problems = secrets.map(problemOf)
  const wrong = problems.findIndex((problem) => problem !== null)
  if (wrong === -1) return { secrets }
  const which = secrets.length === 1 ? 'is not a secret' : `does not hold two secrets: number ${wrong + 1}`
  return { problem: `${which}${secrets.length === 1 ? ': it' : ''} ${problems[wrong]}` }
}

function problemOf(secret: string): string | null {
  if (!secret.startsWith(PREFIX)) return `must begin with ${PREFIX}`
  const written = secret.slice(PREFIX.length)
  const bytes = Buffer.from(written, 'base64')
  // Buffer skips what is not base64: only what reads back the same was written right.
  if (bytes.toString('base64') !== written) return `must be base64 with its padding after ${PREFIX}`
  if (bytes.length >= SHORTEST && bytes.length <= LONGEST) return null
  return `has ${bytes.length} bytes after ${PREFIX}: it must have ${SHORTEST} to ${LONGEST}`
}
