/** What a route is: declared once, for Express, for validation and for the OpenAPI document. */
import { isUtf8 } from 'node:buffer'
import { Ajv, type ValidateFunction } from 'ajv'
import express, { type Request, type RequestHandler, type Response } from 'express'
import type { Scope } from '../actions/token.js'
import { faultsOf } from '../activity/learning-event.js'
import type { Context } from '../context.js'
import { authenticate, type Principal, requireBody } from './auth.js'
import { Problem } from './problem.js'

export type Schema = Readonly<Record<string, unknown>>

export interface Route {
  readonly method: 'get' | 'post'
  /** Parts in braces are parameters: `/api/rewards/{id}/redeem`. */
  readonly path: string
  readonly summary: string
  /** `open`: nobody is asked who they are. `any`: any valid token. Else one of these scopes. */
  readonly access: 'open' | 'any' | readonly Scope[]
  /** Query parameters, each with its schema. */
  readonly query?: Readonly<Record<string, Schema>>
  /** Those without which there is no answer. */
  readonly required?: readonly string[]
  /** An Idempotency-Key is understood; `required`: nothing happens without one. */
  readonly idempotent?: 'optional' | 'required'
  /** The most bytes a body may have; 16 KiB where nothing is said. */
  readonly bodyLimit?: number
  /** Schema of the JSON body. */
  readonly body?: Schema
  /** The body as the OpenAPI document shows it, where the handler checks more than `body` does. */
  readonly documentedBody?: Schema
  /** The answer on success: JSON, unless it says another type. `csv` where it can be streamed as text/csv too, `zip` as files. */
  readonly answer: {
    readonly status: number
    readonly schema: Schema
    readonly type?: 'text/plain'
    readonly csv?: boolean
    readonly zip?: boolean
    readonly notModified?: boolean
  }
  readonly handle: (call: Call) => Promise<Answer> | Answer
}

export interface Call {
  readonly context: Context
  /** Present unless the route is open. */
  readonly principal: Principal
  readonly query: Readonly<Record<string, never>>
  /** What stands in the path. */
  readonly params: Readonly<Record<string, string>>
  /** The Idempotency-Key; null: none was sent. */
  readonly key: string | null
  readonly body: never
  readonly request: Request
}

export type Answer =
  | { readonly json: object; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly stream: Iterable<string | Buffer>
      readonly type: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly notModified: true; readonly headers: Readonly<Record<string, string>> }

const SMALL_BODY = 16 * 1024
const LONGEST_KEY = 255
const NOBODY: Principal = { scopes: new Set(), sub: null, partner: null, id: '', signedBy: null, bodyHash: null }
const forBodies = new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true })
const forQueries = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, verbose: true })

/** What Express runs for a route: who calls; then their body; then what comes of it. */
export function handlers(context: Context, route: Route): RequestHandler[] {
  const body = express.raw({ type: () => true, limit: route.bodyLimit ?? SMALL_BODY, inflate: false })
  return [admit(context, route), ...(route.method === 'get' ? [] : [body]), answer(context, route)]
}

function admit(context: Context, route: Route): RequestHandler {
  return (request, response, next) => {
    const principal = route.access === 'open' ? NOBODY : authenticate(context, request)
    if (Array.isArray(route.access) && !route.access.some((scope) => principal.scopes.has(scope))) {
      throw new Problem('forbidden', `This needs a token with the scope ${route.access.join(' or ')}.`)
    }
    response.locals.principal = principal
    next()
  }
}

function answer(context: Context, route: Route): RequestHandler {
  const checkQuery = forQueries.compile({
    type: 'object',
    properties: route.query ?? {},
    required: route.required ?? [],
  })
  const checkBody = route.body && forBodies.compile(route.body)
  return async (request, response) => {
    const principal: Principal = response.locals.principal
    // The bytes as they came: the signature is over them. Without a body the parser leaves none.
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    requireBody(principal, raw)
    const query = { ...request.query }
    requireValid(checkQuery, query, 'A query parameter is wrong.')
    const body = checkBody ? parseBody(raw) : undefined
    if (checkBody) requireValid(checkBody, body, 'The body is not what this call takes.')
    const key = route.idempotent ? idempotencyKey(request, route.idempotent) : null
    const params = request.params
    const call = { context, principal, query, params, key, body, request } as unknown as Call
    await send(response, route.answer.status, await route.handle(call))
  }
}

/** @throws Problem 400 */
function idempotencyKey(request: Request, needed: 'optional' | 'required'): string | null {
  const key = request.get('idempotency-key')?.trim() ?? ''
  if (key === '' && needed === 'optional') return null
  if (key === '') {
    throw new Problem(
      'malformed',
      'Send an Idempotency-Key: a new one for each redemption, the same when it is retried.',
    )
  }
  if (key.length > LONGEST_KEY)
    throw new Problem('malformed', `An Idempotency-Key has at most ${LONGEST_KEY} characters.`)
  return key
}

function parseBody(raw: Buffer): unknown {
  // Decoding would put U+FFFD in place of what is wrong, and two different ids could become one.
  if (!isUtf8(raw)) throw new Problem('malformed', 'The body is not UTF-8.')
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch (error) {
    throw new Problem('malformed', `The body is not JSON: ${error instanceof Error ? error.message : error}.`)
  }
}

function requireValid(check: ValidateFunction, value: unknown, detail: string): void {
  if (check(value)) return
  throw new Problem('malformed', detail, faultsOf(check.errors ?? []))
}

async function send(response: Response, status: number, answer: Answer): Promise<void> {
  response.set(answer.headers ?? {})
  if ('json' in answer) response.status(status).json(answer.json)
  else if ('stream' in answer) await sendStream(response, answer.type, answer.stream)
  else response.status(304).end()
}

/** Writes chunk by chunk, waiting for a slow reader, and lets other requests in between. */
async function sendStream(response: Response, type: string, chunks: Iterable<string | Buffer>): Promise<void> {
  response.type(type)
  for (const chunk of chunks) {
    if (response.destroyed) return
    if (chunk !== '' && !response.write(chunk)) {
      await new Promise<void>((resolve) => {
        const go = () => {
          response.off('drain', go)
          response.off('close', go)
          resolve()
        }
        response.once('drain', go)
        response.once('close', go)
      })
    } else await new Promise((resolve) => setImmediate(resolve))
  }
  response.end()
}
