/** Express, put together: raw bodies, the routes, one handler for every error. */
import express, { type ErrorRequestHandler, type Express } from 'express'
import { Refusal } from '../actions/refusal.js'
import type { Context } from '../context.js'
import { HomeError } from '../home.js'
import { StorageUnavailable } from '../store/database.js'
import { Problem } from './problem.js'
import { handlers } from './route.js'
import { routes } from './routes.js'

/** What the system says where the secrets, a file beside the database, cannot be written. */
const DISK_TROUBLE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO'])

export function createApp(context: Context): Express {
  const app = express()
  app.disable('x-powered-by')
  // One name for each thing, so that a proxy in front which guards a path guards it.
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.set('etag', false)
  app.set('query parser', 'simple')
  app.set('trust proxy', context.config.trustProxy)
  app.use((_request, response, next) => {
    response.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
    next()
  })
  for (const route of routes) app[route.method](expressPath(route.path), ...handlers(context, route))
  app.use((request, response) => {
    const known = routes.filter(({ path }) => isAt(path, request.path)).map(({ method }) => method.toUpperCase())
    if (known.length > 0) {
      response.set('Allow', known.join(', ').replace('GET', 'GET, HEAD'))
      throw new Problem('method_not_allowed', `${request.path} takes ${known.join(' and ')}.`)
    }
    throw new Problem('not_found', `There is no ${request.path} here. GET /openapi.json lists what there is.`)
  })
  app.use(errorHandler(context))
  return app
}

/** `/api/rewards/{id}/redeem`, as OpenAPI writes it, for Express. */
const expressPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1')

const isAt = (path: string, asked: string): boolean => {
  const [parts, given] = [path.split('/'), asked.split('/')]
  return parts.length === given.length && parts.every((part, index) => part.startsWith('{') || part === given[index])
}

function errorHandler({ log }: Context): ErrorRequestHandler {
  return (error, request, response, next) => {
    const problem = asProblem(error)
    // The route as it is declared: the path itself may hold a learner's id.
    if (problem.status >= 500)
      log.error({ err: error, method: request.method, route: request.route?.path }, problem.message)
    // Too late to say so in words: the reader sees the connection break, not a short file that looks whole.
    if (response.headersSent) return next(error)
    if (problem.code === 'unavailable') response.set('Retry-After', '5')
    if (problem.code === 'too_many') response.set('Retry-After', String(problem.members.retry_after))
    if (problem.code === 'unauthorized') response.set('WWW-Authenticate', 'Bearer realm="rocket"')
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  }
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof Refusal) return new Problem(error.code, error.message, [], error.members)
  if (error instanceof StorageUnavailable) {
    return new Problem(
      'unavailable',
      'Nothing was written, because the database cannot be written now. Send it again later.',
    )
  }
  if (error instanceof HomeError)
    return new Problem('unavailable', 'The ledger cannot be signed now: the log of the sidecar says why.')
  const { type, code = '' } = error as { type?: string; code?: string }
  if (DISK_TROUBLE.has(code)) return new Problem('unavailable', 'The disk cannot be written now. Send it again later.')
  if (type === 'entity.too.large')
    return new Problem(
      'too_large',
      `The body is larger than this call takes (${(error as { limit?: number }).limit} bytes).`,
    )
  if (type === 'encoding.unsupported') return new Problem('unsupported_encoding', 'Send the body without compression.')
  if (type?.startsWith('request.') || error instanceof URIError)
    return new Problem('malformed', 'The request could not be read.')
  return new Problem('internal', 'Something went wrong here. The log of the sidecar says what.')
}
