/** Asks a language model behind an OpenAI-compatible API one question. */
import type { Dispatcher } from 'undici'
import { MOST_BYTES } from './answer.js'
import { faultOf } from './outcome.js'
import { openDispatcher, readStart, rejection } from './send.js'

const TIMEOUT = 20_000
/** These say something of the question; any other status but 2xx says that nobody is answered now. */
const OF_THE_QUESTION = [400, 413, 422, 500]

export interface Asking {
  /** Of the API, as `/v1` ends it. It may be on this machine or in its network: that is where one belongs. */
  readonly url: string
  /** Null: it asks for none. */
  readonly key: string | null
  /** The request, as JSON. */
  readonly body: string
  /** Ends it early: the server stops. */
  readonly signal: AbortSignal
  /** For everything, from the lookup to the end of the answer. Milliseconds. */
  readonly timeoutMs?: number
}

/** `why` is the end of a sentence for people in charge, with no key and nothing that the other side wrote in it. */
export type Said =
  /** What the model wrote, whatever that is. */
  | { readonly kind: 'said'; readonly text: string }
  /** This question has no answer; the next one may have. */
  | { readonly kind: 'failed'; readonly why: string }
  /** No question would be answered now. */
  | { readonly kind: 'unavailable'; readonly why: string }

/** `POST {url}/chat/completions`, once. It follows no redirect, and throws for nothing that network or model do. */
export async function ask(asking: Asking): Promise<Said> {
  const { url, signal, timeoutMs = TIMEOUT } = asking
  const target = URL.canParse(url) ? new URL(`${url}/chat/completions`) : null
  if (target?.protocol !== 'https:' && target?.protocol !== 'http:') {
    return { kind: 'unavailable', why: 'its url is no http or https address' }
  }
  const dispatcher = await openDispatcher(target, true)
  if (dispatcher === null) return { kind: 'unavailable', why: 'HTTPS_PROXY or HTTP_PROXY must hold the URL of a proxy' }
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    return await Promise.race([attempt(asking, target, dispatcher), rejection(AbortSignal.any([signal, timeout]))])
  } catch (error) {
    if (signal.aborted) return { kind: 'unavailable', why: 'Rocket stopped before it answered' }
    if (timeout.aborted) return { kind: 'failed', why: `there was no answer within ${timeoutMs / 1_000} seconds` }
    return { kind: 'unavailable', why: `it could not be reached: ${faultOf(error)}` }
  } finally {
    await dispatcher.destroy()
  }
}

async function attempt({ key, body }: Asking, target: URL, dispatcher: Dispatcher): Promise<Said> {
  const { statusCode, body: stream } = await dispatcher.request({
    origin: target.origin,
    path: target.pathname + target.search,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Rocket',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    body,
  })
  // The stream is destroyed with the dispatcher when nobody reads it, and then it has an error to tell.
  stream.on('error', () => undefined)
  if (statusCode >= 200 && statusCode < 300) return textOf(await readStart(stream))
  const redirect = statusCode >= 300 && statusCode < 400 ? ', a redirect; those are not followed' : ''
  const kind = OF_THE_QUESTION.includes(statusCode) ? 'failed' : 'unavailable'
  return { kind, why: `it answered ${statusCode}${redirect}` }
}

/** The message in a chat completion. @param body null where it was longer than is read. */
function textOf(body: Uint8Array | null): Said {
  if (body === null) return { kind: 'failed', why: `its answer is longer than ${MOST_BYTES} bytes` }
  const text = contentOf(body)
  return typeof text === 'string'
    ? { kind: 'said', text }
    : { kind: 'failed', why: 'its answer is no chat completion with a message' }
}

function contentOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))?.choices?.[0]?.message?.content
  } catch {
    return undefined
  }
}
