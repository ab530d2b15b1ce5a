import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import request, { type Response, type Test } from 'supertest'
import { offerPairingCode, SCOPES } from '../../sidecar/actions/token.js'
import { DATA_FIELDS } from '../../sidecar/domain/learning-event.js'
import { routes } from '../../sidecar/http/routes.js'
import { WEBHOOK_SCHEMAS } from '../../sidecar/webhook/message.js'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
import { get, post, postAs, sendEvents } from './calls.js'
import { tourOfRestores } from './restore-tour.js'
import { tourOfReview } from './review-tour.js'
import { tourOfRewards } from './rewards-tour.js'
import { tourOfRights } from './rights-tour.js'
import { REWARDS } from './shop.js'

interface Operation {
  readonly summary: string
  readonly security?: readonly object[]
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: object }[]
  readonly requestBody?: { content: Record<string, { schema: object }> }
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}
interface Document {
  readonly openapi: string
  readonly info: Record<string, unknown>
  readonly security: readonly Record<string, string[]>[]
  readonly paths: Record<string, Record<string, Operation>>
  readonly webhooks: Record<string, { post: Operation }>
  readonly components: { schemas: Record<string, object>; securitySchemes: Record<string, Record<string, unknown>> }
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

describe('the OpenAPI document', () => {
  let rocket: TestRocket
  let document: Document
  before(async () => {
    const pack = `
- { id: graded, event: quiz.graded, conditions: { score: ">=50" }, points: 10, expires: 30d }
- { id: posted, event: forum.post, points: 3, review: hold, requires: { rules: [graded], badges: [badge:1] } }
- { id: wrote, event: forum.post, points: 1, revoke_on: forum.post_deleted }
- { id: entry, event: glossary.entry, points: 2, review: hold }
`
    rocket = openRocket({ 'rules/pack.yaml': pack, 'rewards.yaml': REWARDS })
    document = (await request(rocket.app).get('/openapi.json')).body
  })
  after(() => rocket.close())

  const operations = (): [string, string, Operation][] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
    )

  it('has the shape of OpenAPI 3.1', () => {
    expect(document.openapi).to.match(/^3\.1\.\d+$/)
    expect(document.info).to.include.keys('title', 'version')
    expect(document.info.license).to.have.property('name')
    for (const [method, path, operation] of operations()) {
      expect(path).to.match(/^\/[\w/.{}-]*$/)
      expect(['get', 'post', 'put', 'patch', 'delete']).to.include(method)
      expect(operation.summary).to.be.a('string').and.not.equal('')
      expect(Object.keys(operation.responses)).to.have.length.greaterThan(1)
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(status).to.match(/^([1-5]\d\d|default)$/)
        expect(description).to.be.a('string').and.not.equal('')
        for (const media of Object.values(content ?? {})) expect(media).to.have.property('schema')
      }
      const names = (operation.parameters ?? []).map(({ name, in: where }) => `${where} ${name}`)
      expect(new Set(names).size).to.equal(names.length)
      for (const { in: where, schema } of operation.parameters ?? []) {
        expect(['query', 'path', 'header']).to.include(where)
        expect(schema).to.be.an('object')
      }
    }
  })

  it('refers only to what it holds', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!)
    expect(references).not.to.deep.equal([])
    for (const reference of references) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document)
      expect(found, reference).to.be.an('object')
    }
  })

  it('holds only schemas that are schemas', () => {
    const inlined = (schema: object): object =>
      JSON.parse(JSON.stringify(schema), (_, value) =>
        typeof value?.$ref === 'string' ? document.components.schemas[value.$ref.split('/').at(-1)] : value,
      )
    const all = operations().flatMap(([, , { parameters, requestBody, responses }]) => [
      ...(parameters ?? []).map(({ schema }) => schema),
      ...[requestBody, ...Object.values(responses)].flatMap((part) =>
        Object.values(part?.content ?? {}).map(({ schema }) => schema),
      ),
    ])
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true })
    for (const schema of [...all, ...Object.values(document.components.schemas)]) ajv.compile(inlined(schema))
  })

  it('describes every route, and nothing else', () => {
    const described = operations().map(([method, path]) => `${method} ${path}`)
    expect(described).to.have.members(routes.map(({ method, path }) => `${method} ${path}`))
  })

  it('states who may call, and means it', async () => {
    const [[scheme]] = document.security.map(Object.keys) as [[string]]
    expect(document.components.securitySchemes[scheme]).to.include({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
    })
    for (const [method, path, operation] of operations()) {
      const { status } = await request(rocket.app)[method as 'get' | 'post'](path)
      const open = operation.security?.length === 0
      expect(status === 401, `${method} ${path}`).to.equal(!open)
    }
  })

  it('names every part of a path as a parameter, and none that is not there', () => {
    for (const [method, path, { parameters = [] }] of operations()) {
      const named = parameters.filter(({ in: where }) => where === 'path')
      const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect(
        named.map(({ name }) => name),
        `${method} ${path}`,
      ).to.deep.equal(parts)
      for (const { required } of named) expect(required).to.equal(true)
    }
  })

  it('says which calls take an Idempotency-Key, and which need one', () => {
    const keys = operations().flatMap(([method, path, { parameters = [] }]) =>
      parameters.filter(({ name }) => name === 'Idempotency-Key').map((key) => [`${method} ${path}`, key] as const),
    )
    for (const [, key] of keys) expect(key.in).to.equal('header')
    const needed = Object.fromEntries(keys.map(([route, { required }]) => [route, required === true]))
    expect(needed).to.deep.equal({
      'post /api/rewards/{id}/redeem': true,
      'post /api/tokens/consume': false,
      'post /api/tokens/reverse': false,
      'post /api/adjustments': false,
    })
  })

  it('holds the messages that partners are sent, each with its schema', () => {
    expect(Object.keys(document.webhooks)).to.have.members([
      'redemption.issued',
      'redemption.cancelled',
      'redemption.expired',
      'test',
    ])
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, keywords: ['x-personal-data'] })
    for (const [type, { post: operation }] of Object.entries(document.webhooks)) {
      const { schema } = operation.requestBody!.content['application/json']!
      expect(schema).to.deep.equal(JSON.parse(JSON.stringify(WEBHOOK_SCHEMAS[type as 'test'])))
      ajv.compile(schema)
      expect(operation.summary).to.contain(type)
    }
  })

  it('limits a batch as the server does, and says what an event is', () => {
    const { schema } = document.paths['/api/events']!.post!.requestBody!.content['application/json']!
    expect(schema).to.deep.include({ type: 'object', required: ['events'] })
    expect(schema).to.have.nested.property('properties.events.maxItems', 1_000)
    expect(schema).to.have.nested.property('properties.events.items.$ref', '#/components/schemas/LearningEvent')
  })

  it('gives every key of data its form and its meaning', () => {
    const { LearningEvent } = document.components.schemas
    expect(LearningEvent).to.have.nested.property('properties.data.properties').that.deep.equals(DATA_FIELDS)
  })

  it('says all that a token needs', () => {
    const { description } = document.components.securitySchemes.token!
    for (const name of ['kid', 'aud', 'iss', 'scope', 'iat', 'exp', 'sub', 'bh', 'method', 'path']) {
      expect(description).to.match(new RegExp(`\\b${name}\\b`))
    }
    for (const scope of SCOPES) expect(description).to.include(scope)
    expect(description).to.include('five minutes').and.to.include('space-separated')
  })

  it('lets answers grow: nowhere does it say that there are no other keys', () => {
    expect(JSON.stringify(document)).not.to.include('"additionalProperties":false')
  })

  describe('on a tour of every route', () => {
    const answers: { route: string; status: number; type: string; response: Response }[] = []
    const visit = async (route: string, call: Test | Promise<Response>): Promise<Response> => {
      const response = await call
      answers.push({ route, status: response.status, type: response.type, response })
      return response
    }

    before(async () => {
      const { stores, now } = rocket.context
      const events = 'post /api/events'
      const deleted = { event: 'forum.post_deleted', object: 'forum_posts:1', activity: 'forum:1' }
      await visit(events, sendEvents(rocket, []))
      const batch = [
        wireEvent({ id: 'a' }),
        wireEvent({ id: 'a' }),
        wireEvent({ data: {} }),
        wireEvent({ data: { score: 1 } }),
        wireEvent({ event: 'forum.post', object: 'forum_posts:1', activity: 'forum:1' }),
        wireEvent(deleted),
        wireEvent({ event: '\\core\\event\\user_loggedin' }),
        { id: 'b', time: 7 },
        null,
      ]
      await visit(events, sendEvents(rocket, batch))
      await visit(events, sendEvents(rocket, 'none'))
      await visit(events, post(rocket, '/api/events', 'nonsense'))
      await visit(events, sendEvents(rocket, Array(1_001).fill({})))
      await visit(events, post(rocket, '/api/events', '{}').set('Content-Encoding', 'gzip'))
      await visit(events, post(rocket, '/api/events', '{"events":[]}', 'reports'))
      stores.writer.connection.pragma('query_only = 1')
      await visit(events, sendEvents(rocket, [wireEvent()]))
      stores.writer.connection.pragma('query_only = 0')

      const rehearsal = JSON.stringify({ events: [wireEvent({ id: 'c', object: 'quiz_attempts:9' }), null] })
      await visit('post /api/events/simulate', post(rocket, '/api/events/simulate', rehearsal))

      const subscriptions = 'get /api/events/subscriptions'
      const { headers } = await visit(subscriptions, get(rocket, '/api/events/subscriptions', 'events'))
      const again = get(rocket, '/api/events/subscriptions', 'events').set('If-None-Match', headers.etag ?? '')
      await visit(subscriptions, again)

      for (const path of ['/api/user/points', '/api/user/decisions']) {
        await visit(`get ${path}`, get(rocket, `${path}?user_id=42`))
        await visit(`get ${path}`, get(rocket, path, 'learner', { sub: 'new' }))
        await visit(`get ${path}`, get(rocket, path))
        await visit(`get ${path}`, get(rocket, `${path}?user_id=nobody`))
        await visit(`get ${path}`, get(rocket, `${path}?user_id=7`, 'learner', { sub: '42' }))
      }
      await visit('get /api/user/decisions', get(rocket, '/api/user/decisions?user_id=42&limit=1'))
      stores.events.deleteDecisions(0, 1_000)
      await visit('get /api/user/decisions', get(rocket, '/api/user/decisions?user_id=42'))

      const ledger = '/api/rewards/ledger'
      for (const query of ['', '?limit=1', '?format=csv', '?limit=0&kind=x', '?from=never', '?user_id=42']) {
        await visit(`get ${ledger}`, get(rocket, ledger + query))
      }
      const proofs = ['/api/ledger/checkpoint', '/api/ledger/inclusion?seq=1', '/api/ledger/consistency?from=1']
      const visitProofs = async () => {
        for (const path of proofs) await visit(`get ${path.replace(/\?.*/, '')}`, get(rocket, path))
      }
      await visitProofs()
      rocket.context.notary.keys.begin()
      await visitProofs()
      const held = rocket.context.notary.newest()
      await visit(events, post(rocket, '/api/events', JSON.stringify({ events: [wireEvent()], checkpoint: held })))
      for (const path of ['/health', '/ready', '/openapi.json', '/api/handshake']) {
        await visit(`get ${path}`, get(rocket, path))
      }
      await tourOfRewards(rocket, visit)
      await tourOfReview(rocket, visit)
      await tourOfRights(rocket, visit)
      await tourOfRestores(rocket, visit)

      const { current } = rocket.context.rules
      rocket.context.rules.current = () => {
        throw new Error('broken')
      }
      await visit('get /ready', get(rocket, '/ready'))
      rocket.context.rules.current = current
      for (const { method, path, access } of routes) {
        if (access !== 'open') await visit(`${method} ${path}`, request(rocket.app)[method](path))
      }

      await visit('post /api/pair', request(rocket.app).post('/api/pair').send({ code: 'wrong' }))
      await visit('post /api/pair', request(rocket.app).post('/api/pair').send({}))
      await visit('post /api/pair/rotate', post(rocket, '/api/pair/rotate', '', 'admin'))
      const offer = () => stores.writer.write(() => offerPairingCode(stores, false, now()))
      const site = { wwwroot: 'https://a.example' }
      await visit('post /api/pair', postAs(rocket, '/api/pair', JSON.stringify({ code: offer(), ...site }), null))
      const other = JSON.stringify({ code: offer(), wwwroot: 'https://b.example' })
      await visit('post /api/pair', postAs(rocket, '/api/pair', other, null))
    })

    it('sees every route answer well and refuse', () => {
      for (const [method, path, operation] of operations()) {
        const statuses = answers.filter(({ route }) => route === `${method} ${path}`).map(({ status }) => status)
        expect(
          statuses.some((status) => status < 300),
          `${method} ${path}`,
        ).to.equal(true)
        if (operation.security?.length !== 0) expect(statuses, `${method} ${path}`).to.include(401)
      }
      const seen = [...new Set(answers.map(({ status }) => status))]
      expect(seen).to.include.members([200, 201, 304, 400, 401, 403, 404, 409, 413, 415, 422, 429, 503])
    })

    it('sees answers with exactly the keys that their routes state', () => {
      const ajv = new Ajv2020({ strict: false, allErrors: true })
      for (const { method, path, answer } of routes) {
        const check = ajv.compile(answer.schema)
        const route = `${method} ${path}`
        for (const { status, type, response } of answers.filter((one) => one.route === route)) {
          if (status !== answer.status || type !== 'application/json') continue
          expect(check(response.body) ? [] : check.errors, route).to.deep.equal([])
        }
      }
    })

    it('states the schema of every answer, and every answer keeps to it', () => {
      const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false })
      ajv.addSchema(document, 'openapi')
      for (const { route, status, type, response } of answers) {
        const [method, path] = route.split(' ') as [string, string]
        const { responses } = document.paths[path]![method]!
        const key = responses[status] ? String(status) : 'default'
        const where = `openapi#/paths/${escaped(path)}/${method}/responses/${key}`
        const what = `${route} → ${status} ${type}`
        const { content } = responses[key]!
        if (!content) {
          expect(response.text, what).to.equal('')
          continue
        }
        expect(content, what).to.have.property(type)
        const check = ajv.compile({ $ref: `${where}/content/${escaped(type)}/schema` })
        const body = type.startsWith('text/') ? response.text : response.body
        expect(check(body) ? [] : check.errors, `${what} ${JSON.stringify(body).slice(0, 300)}`).to.deep.equal([])
        expect(check(7), `${what} is checked at all`).to.equal(false)
        if (status >= 400) expect(body.status, what).to.equal(status)
      }
    })
  })
})
