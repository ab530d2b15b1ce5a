/** The OpenAPI 3.1 document, made from the very schemas that check requests. */
import { AUDIENCE, SCOPES } from '../actions/token.js'
import { learningEventSchema } from '../activity/learning-event.js'
import { API, VERSION } from '../version.js'
import { WEBHOOK_SCHEMAS } from '../webhook/message.js'
import { problemSchema } from './problem.js'
import type { Route, Schema } from './route.js'

const { $id: _, ...learningEvent } = learningEventSchema

const TOKEN = `Either one that the token command printed, sent as it is, or one that the paired Moodle signs itself:
HS256 under the secret that pairing gave, with the key id in the header \`kid\` and these claims:

- \`aud\`: \`${AUDIENCE}\`
- \`iss\`: the source that pairing gave
- \`scope\`: one text, space-separated, of ${SCOPES.join(', ')}
- \`iat\` and \`exp\`: at most five minutes apart
- \`sub\`: the learner, as a text such as "42"; for calls that a learner makes
- \`bh\`, \`method\` and \`path\`, for calls that change something: the base64url SHA-256 of the body, and the call's
  method and path (without a query)
`

const PATH_PART = { type: 'string', minLength: 1 }
const KEY = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description: 'A retry under the same key gets the first answer.',
}

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
    webhooks: webhooks(),
    components: {
      schemas: { LearningEvent: learningEvent, Problem: problemSchema },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: TOKEN,
        },
      },
    },
  }
}

/** What partners are sent, by Standard Webhooks 1.0.0. */
function webhooks(): object {
  const entries = Object.entries(WEBHOOK_SCHEMAS).map(([type, schema]) => {
    const content = { 'application/json': { schema } }
    const responses = {
      '2XX': { description: 'Taken.' },
      '4XX': { description: 'Refused: the learner’s points go back.' },
    }
    return [type, { post: { summary: `${type}, signed by Standard Webhooks.`, requestBody: { content }, responses } }]
  })
  return Object.fromEntries(entries)
}

function operation(route: Route): object {
  const { summary, access, path, query, required = [], idempotent, body, documentedBody = body, answer } = route
  const content: Record<string, object> = { [answer.type ?? 'application/json']: { schema: growing(answer.schema) } }
  if (answer.csv) content['text/csv'] = { schema: { type: 'string' } }
  if (answer.zip) content['application/zip'] = { schema: { contentMediaType: 'application/zip' } }
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: PATH_PART })),
    ...Object.entries(query ?? {}).map(([name, schema]) => ({
      name,
      in: 'query',
      ...(required.includes(name) ? { required: true } : {}),
      schema,
    })),
    ...(idempotent
      ? [{ name: 'Idempotency-Key', in: 'header', required: idempotent === 'required', schema: KEY }]
      : []),
  ]
  return {
    summary,
    ...(access === 'open' ? { security: [] } : {}),
    ...(Array.isArray(access) ? { description: `Scope: ${access.join(' or ')}.` } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(documentedBody
      ? { requestBody: { required: true, content: { 'application/json': { schema: documentedBody } } } }
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

/** Answers may grow: who reads them must not mind a key more. */
const growing = (schema: Schema): Schema =>
  JSON.parse(
    JSON.stringify(schema, (key, value) => (key === 'additionalProperties' && value === false ? undefined : value)),
  )
