/**
 * What the bridge says and what the sidecar understands are one thing. The golden file is made by PHP and kept with the
 * plugin, whose own tests read it too.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import request from 'supertest'
import { readLearningEvent } from '../../sidecar/activity/learning-event.js'
import { patternKey } from '../../sidecar/domain/blacklist.js'
import { DATA_KEYS } from '../../sidecar/domain/learning-event.js'
import { classNames, isKnownClass } from '../../sidecar/domain/meaning.js'
import { openRocket, type TestRocket } from '../support.js'
import { BRIDGE, hasPhp, php } from './php.js'

interface Case<Given> {
  readonly given: Given
  readonly made: string
}
interface Call {
  readonly method: string
  readonly path: string
  readonly body: string
}
interface Golden {
  readonly envelopes: readonly Case<Record<string, unknown>>[]
  readonly tokens: readonly Case<{
    now: number
    secret: string
    source: string
    scope: string
    sub: string | null
    call: Call | null
  }>[]
  readonly ids: readonly Case<readonly string[]>[]
  readonly patterns: readonly Case<string>[]
}

const text = readFileSync(join(BRIDGE, 'local_rocket/tests/fixtures/contract.json'), 'utf8')
const golden: Golden = JSON.parse(text)
const made = ({ made: bytes }: { made: string }): string => bytes
const source = (path: string): string => readFileSync(join(BRIDGE, 'local_rocket', path), 'utf8')

describe('the bridge', () => {
  it('makes the golden envelopes, signatures, ids and keys of patterns, to the byte', function () {
    if (!hasPhp) this.skip()
    const run = php([join(import.meta.dirname, 'contract.php')], text)!
    expect(run.status, run.output).to.equal(0)
    expect(JSON.parse(run.output)).to.deep.equal({
      envelopes: golden.envelopes.map(made),
      tokens: golden.tokens.map(made),
      ids: golden.ids.map(made),
      patterns: golden.patterns.map(made),
    })
  })

  it('subscribes, before it was told, to every class that has a meaning here', () => {
    const listed = [...source('classes/known_events.php').matchAll(/^ {8}'([^']+)',$/gm)].map(([, name]) => name)
    expect(listed).to.deep.equal(classNames)
  })

  const families = readdirSync(join(BRIDGE, 'local_rocket/classes/enrich')).map((name) =>
    source(`classes/enrich/${name}`),
  )

  it('enriches events that mean something here', () => {
    const events = families.flatMap((family) => {
      const body = /function events\(\): array \{([\s\S]*?)\n {4}\}/.exec(family)?.[1] ?? ''
      return [...body.matchAll(/'(\\[a-z_0-9]+\\event\\[a-z_]+)'/g)].map(([, name]) => name!)
    })
    expect(events.length).to.be.greaterThan(15)
    expect(events.filter((name) => !isKnownClass(name))).to.deep.equal([])
  })

  it('fills only keys of data that are known here', () => {
    const keys = families.flatMap((family) =>
      [...family.matchAll(/self::add\(\$event, \[([\s\S]*?)\n {8}\]\);/g)].flatMap(([, body]) =>
        [...body!.matchAll(/^ {12}'([a-z_]+)' =>/gm)].map(([, key]) => key!),
      ),
    )
    expect(new Set(keys).size).to.be.greaterThan(12)
    expect(keys.filter((key) => !(DATA_KEYS as readonly string[]).includes(key))).to.deep.equal([])
  })
})

describe('the sidecar', () => {
  it('takes every golden envelope as it stands', () => {
    for (const { made: json } of golden.envelopes) {
      const read = readLearningEvent(JSON.parse(json))
      expect('event' in read, JSON.stringify(read)).to.equal(true)
    }
  })

  it('knows patterns by their golden keys', () => {
    expect(golden.patterns.map(({ given }) => patternKey(given))).to.deep.equal(golden.patterns.map(made))
  })

  it('honours the golden signatures, each for its own call and no other', async () => {
    const rocket = pairedAs(golden.tokens[0]!.given)
    try {
      for (const { given, made: token } of golden.tokens) {
        rocket.clock.now = given.now * 1_000
        const right = given.call ?? { method: 'GET', path: '/api/user/points', body: '' }
        expect((await send(rocket, right, token)).status, right.path).to.be.oneOf([200, 404])
        if (given.call) {
          expect((await send(rocket, { ...right, body: `${right.body} ` }, token)).status).to.equal(401)
          expect((await send(rocket, { ...right, path: '/api/adjustments' }, token)).status).to.be.oneOf([401, 403])
        }
        rocket.clock.now += 10 * 60_000
        expect((await send(rocket, right, token)).status).to.equal(401)
      }
    } finally {
      rocket.close()
    }
  })
})

function pairedAs({ secret, source: name }: { secret: string; source: string }): TestRocket {
  const rocket = openRocket(undefined, `source: ${name}\n`)
  const [kid, ...rest] = secret.split(':')
  const { pairing, ...secrets } = rocket.context.secrets()
  const only = { ...pairing!.secrets[0]!, kid: kid!, secret: rest.join(':'), retires: null }
  rocket.context.saveSecrets({ ...secrets, pairing: { ...pairing!, secrets: [only] } })
  return rocket
}

const send = (rocket: TestRocket, { method, path, body }: Call, token: string) => {
  const call = method === 'GET' ? request(rocket.app).get(path) : request(rocket.app).post(path)
  call.set('Authorization', `Bearer ${token}`).set('Content-Type', 'application/json')
  return method === 'GET' ? call : call.serialize((sent) => sent).send(Buffer.from(body) as never)
}
