/** The OpenAPI 3.1 document, made from the very schemas that check requests. */
import { SCOPES } from '../actions/token.js'
import { learningEventSchema } from '../activity/learning-event.js'
import { API, VERSION } from '../version.js'
import { problemSchema } from './problem.js'
import type { Route } from './route.js'

const { $id: _, ...learningEvent } = learningEventSchema

/** `GET /openapi.json`. @param routes every route there is, this one included. */
export const openApiRoute = (routes: () => readonly Route[]): Route => ({
  method: 'get',
  path: '/openapi.json',
  summary: 'This document.',
  access: 'open',
  answer: { status: 200, schema: { type: 'object' } },
  handle: () => ({ json: openApi(routes()) }),
})

export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    paths[route.path] ??= {}
    paths[route.path]![route.method] = operation(route)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rocket',
      version: VERSION,
      summary: `Points and rewards for Moodle. Interface version ${API}.`,
      license: { name: 'GPL-3.0-or-later', identifier: 'GPL-3.0-or-later' },
    },
    security: [{ token: [] }],
    paths,
    components: {
      schemas: { LearningEvent: learningEvent, Problem: problemSchema },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: `HS256, aud rocket, scope one or more of: ${SCOPES.join(' ')}. The paired Moodle signs its own, at most five minutes long; for calls that change something with bh (base64url SHA-256 of the body), method and path.`,
        },
      },
    },
  }
}

function operation(route: Route): object {
  const { summary, access, query, body, answer } = route
  const content: Record<string, object> = { 'application/json': { schema: answer.schema } }
  if (answer.csv) content['text/csv'] = { schema: { type: 'string' } }
  const parameters = Object.entries(query ?? {}).map(([name, schema]) => ({ name, in: 'query', schema }))
  return {
    summary,
    ...(access === 'open' ? { security: [] } : {}),
    ...(Array.isArray(access) ? { description: `Scope: ${access.join(' or ')}.` } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: documented(route) } } } }
      : {}),
    responses: {
      [answer.status]: { description: 'Done.', content },
      ...(answer.notModified ? { 304: { description: 'Not changed since the ETag that was sent.' } } : {}),
      default: {
        description: 'What went wrong.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

/** The batch is checked event by event, so that a bad one is refused alone; the document says what each should be. */
function documented({ path, body }: Route): object {
  if (path !== '/api/events') return body ?? {}
  const events = { type: 'array', maxItems: 1_000, items: { $ref: '#/components/schemas/LearningEvent' } }
  return { ...body, properties: { events } }
}
