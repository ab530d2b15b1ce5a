/** One attempt to send one webhook. */
import type { Dispatcher } from 'undici'
import { isLoopbackHost, publicLookup } from './address.js'
import { MOST_BYTES, readAnswer } from './answer.js'
import type { MessageType } from './message.js'
import { type Outcome, outcomeOfError, outcomeOfStatus, tryAgain } from './outcome.js'
import { signatures } from './sign.js'
import { readTarget } from './target.js'

export type { Outcome } from './outcome.js'

const TIMEOUT = 20_000

export interface Sending {
  readonly url: string
  /** As `readSecrets` gives them. */
  readonly secrets: readonly string[]
  /** The same at every attempt: by it the partner knows a message it has had. Printable ASCII without a dot. */
  readonly id: string
  readonly type: MessageType
  /** As `messageText` gives it, the same at every attempt. */
  readonly body: string
  /** The partner may be in the institution's network, or on this machine. */
  readonly allowPrivate: boolean
  /** Milliseconds since 1970. */
  readonly now: number
  /** Ends the attempt early: the server stops. */
  readonly signal: AbortSignal
  /** For everything, from the lookup to the end of the answer. Milliseconds. */
  readonly timeoutMs?: number
}

/**
 * Makes one attempt. It follows no redirect, and throws for nothing that network or partner do.
 *
 * Without `allowPrivate` nothing is sent to a private address. For a direct connection that is checked when connecting.
 * Where HTTPS_PROXY names a proxy for this host, the proxy looks the name up, and what it leads to cannot be seen here:
 * addresses written into the url are refused all the same, and the rest is for the proxy to refuse.
 */
export async function sendWebhook(sending: Sending): Promise<Outcome> {
  const { url, allowPrivate, signal, timeoutMs = TIMEOUT } = sending
  const read = readTarget(url, allowPrivate)
  if ('problem' in read) return { kind: 'blocked', why: read.problem }
  const dispatcher = await openDispatcher(read.target, allowPrivate)
  if (dispatcher === null) return tryAgain('HTTPS_PROXY or HTTP_PROXY cannot be used: it must hold the URL of a proxy.')
  const timeout = AbortSignal.timeout(timeoutMs)
  const ended = AbortSignal.any([signal, timeout])
  try {
    return await Promise.race([attempt(sending, read.target, dispatcher), rejection(ended)])
  } catch (error) {
    if (signal.aborted) return tryAgain('Rocket stopped before the partner answered.')
    if (timeout.aborted) return tryAgain(`The partner did not answer within ${timeoutMs / 1_000} seconds.`)
    return outcomeOfError(error)
  } finally {
    // Whatever is still open ends here, a connection that is being made or a proxy that says nothing included.
    await dispatcher.destroy()
  }
}

/** A dispatcher for one attempt alone: webhooks are few, and no connection outlives what was checked for it. */
export async function openDispatcher(target: URL, allowPrivate: boolean): Promise<Dispatcher | null> {
  // Only here: it takes longer to load than everything else together, and most commands and servers send nothing.
  const { Agent, EnvHttpProxyAgent } = await import('undici')
  const connect = allowPrivate ? {} : { lookup: publicLookup }
  // A proxy has nothing to do with this machine.
  if (isLoopbackHost(target.hostname)) return new Agent({ connect })
  try {
    return new EnvHttpProxyAgent({ connect })
  } catch {
    return null
  }
}

async function attempt(sending: Sending, target: URL, dispatcher: Dispatcher): Promise<Outcome> {
  const { id, type, body, secrets, now } = sending
  const timestamp = Math.floor(now / 1_000)
  const {
    statusCode,
    headers,
    body: stream,
  } = await dispatcher.request({
    origin: target.origin,
    path: target.pathname + target.search,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Rocket',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures(id, timestamp, body, secrets),
    },
    body,
  })
  // The stream is destroyed with the dispatcher when nobody reads it, and then it has an error to tell.
  stream.on('error', () => undefined)
  if (statusCode >= 200 && statusCode < 300) {
    // Only a redemption has something to answer; of the rest a partner can only say that it has heard.
    if (type !== 'redemption.issued') return { kind: 'accepted', answer: {}, note: null }
    return { kind: 'accepted', ...readAnswer(await readStart(stream)) }
  }
  const retryAfter = headers['retry-after']
  return outcomeOfStatus(statusCode, Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, now)
}

/** @returns null where there is more than is read. @throws when the answer breaks off: a code may be in what is missing. */
export async function readStart(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Rejects when the signal ends, and not before. */
export function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
