import { expect } from 'chai'
import fc from 'fast-check'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { DATA_KEYS, type DataKey } from '../../sidecar/domain/learning-event.js'
import { routes } from '../../sidecar/http/routes.js'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
import { get, post, sendEvents } from './calls.js'
import { addCodes, give, openShop } from './shop.js'

const STATUSES = ['recorded', 'duplicate', 'ignored', 'rejected']
const EVENTS = ['\\mod_quiz\\event\\attempt_graded', 'quiz.graded', 'forum.post', 'forum.post_deleted', 'badge.awarded']

const NUMBERS = 'score similarity completion_rate attempt items rapid_items words characters files duration_seconds'
const isNumber = (key: DataKey): boolean => `${NUMBERS} seconds_since_last`.split(' ').includes(key)
const isTruth = (key: DataKey): boolean => key === 'passed' || key === 'late' || key === 'undone'
const isState = (key: DataKey): boolean => key === 'state' || key === 'previous_state'

/** A value that this key of `data` must never have. */
function wrongFor(key: DataKey): fc.Arbitrary<unknown> {
  const never = fc.oneof(
    fc.constant(null),
    fc.array(fc.jsonValue({ maxDepth: 1 })),
    fc.dictionary(fc.string(), fc.nat()),
  )
  if (isTruth(key)) return fc.oneof(never, fc.integer(), fc.string())
  if (isNumber(key)) return fc.oneof(never, fc.boolean(), fc.string(), fc.integer({ max: -1 }))
  const [filler, broken] = [fc.string({ maxLength: 20 }), fc.constantFrom('\u0000', '\n', '\u007f', '\ud800')]
  const unplain = fc.tuple(filler, broken, filler).map((parts) => parts.join(''))
  const texts = fc.oneof(never, fc.boolean(), fc.string({ minLength: 256, unit: 'grapheme-ascii' }), unplain)
  return isState(key) ? texts : fc.oneof(texts, fc.integer())
}

describe('whatever is sent to the intake', () => {
  let rocket: TestRocket
  before(() => {
    rocket = openRocket({
      'rules/pack.yaml': `
- { id: graded, event: quiz.graded, conditions: { score: ">=50" }, points: 10, frequency: 2, cooldown: 1d }
- { id: posted, event: forum.post, points: { per: 100, of: words, points: 1, max: 5 }, revoke_on: forum.post_deleted }
- { id: held, event: [quiz.graded, forum.post], points: 1, review: hold, caps: [{ points: 5, per: day }] }
`,
    })
  })
  after(() => rocket.close())

  /** It answers as the contract says, and still lives. */
  async function answersWell(body: string): Promise<void> {
    const answer = await post(rocket, '/api/events', body)
    expect([200, 400, 413]).to.include(answer.status)
    if (answer.status !== 200) {
      expect(answer.type).to.equal('application/problem+json')
      expect(answer.body).to.include({ status: answer.status }).and.to.have.property('code')
      return
    }
    const { events } = JSON.parse(body)
    expect(answer.body.results).to.have.length(events.length)
    for (const { status, error, decisions } of answer.body.results) {
      expect(STATUSES).to.include(status)
      expect(error !== undefined).to.equal(status === 'rejected')
      expect(decisions).to.be.an('array')
    }
  }

  it('is answered where it is any JSON at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), (value) => answersWell(JSON.stringify(value))),
      { numRuns: 100 },
    )
  })

  it('is answered where it is any text at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), (text) => answersWell(text)),
      { numRuns: 100 },
    )
  })

  it('is answered where the events are any JSON at all', async () => {
    const batch = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(batch, (events) => answersWell(JSON.stringify({ events }))),
      { numRuns: 100 },
    )
  })

  it('is answered where events are right but for a key or two', async () => {
    const keys = ['id', 'event', 'time', 'user', 'actor', 'course', 'course_idnumber', 'activity', 'object', 'data']
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 1 }),
      fc.constantFrom<unknown>('', ' ', '0', '\u0000', 'a'.repeat(129), '__proto__', '💥', "'; DROP TABLE entry; --"),
      fc.constantFrom<unknown>(
        '0000-01-01T00:00:00Z',
        '1969-12-31T23:59:59Z',
        '9999-12-31T23:59:59Z',
        'quiz:1',
        -0,
        1e308,
      ),
      fc.record({ score: fc.double({ noNaN: true, noDefaultInfinity: true }), words: fc.integer() }),
    )
    const event = fc
      .record({ at: fc.constantFrom(...EVENTS), user: fc.constantFrom('1', '2'), n: fc.nat(50) })
      .chain(({ at, user, n }) =>
        fc.dictionary(fc.constantFrom(...keys), odd, { maxKeys: 2 }).map((changes) => {
          const [table, activity] = at.includes('forum') ? ['forum_posts', 'forum:1'] : ['quiz_attempts', 'quiz:1']
          const given = { id: `fuzz-${at}-${n}`, event: at, user, activity, object: `${table}:${n}` }
          return wireEvent({ ...given, data: { score: 60, words: 250 }, ...changes })
        }),
      )
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 20 }), (events) =>
        answersWell(JSON.stringify({ events })),
      ),
      { numRuns: 200 },
    )
  })

  it('is rejected where a key of data has a wrong value, which it names; and its id is not used up', async () => {
    const wrong = fc.constantFrom(...DATA_KEYS).chain((key) => wrongFor(key).map((value) => ({ key, value })))
    let batches = 0
    await fc.assert(
      fc.asyncProperty(fc.array(wrong, { minLength: 1, maxLength: 20 }), async (wrongs) => {
        batches++
        const event = (index: number, data: object) =>
          wireEvent({ id: `wrong-${batches}-${index}`, user: 'careless', data: { floor: [1], ...data } })
        const { body } = await sendEvents(
          rocket,
          wrongs.map(({ key, value }, index) => event(index, { score: 60, [key]: value })),
        )
        for (const [index, { key, value }] of wrongs.entries()) {
          const { status, error } = body.results[index]
          expect(status, `${key} ${JSON.stringify(value)}`).to.equal('rejected')
          for (const { pointer, message } of error.faults) {
            expect(pointer).to.equal(`/data/${key}`)
            expect(message).to.match(/^(must be (a|true) |has a control character|is longer than 255)/)
          }
        }
        const resent = await sendEvents(
          rocket,
          wrongs.map((_, index) => event(index, { score: 60 })),
        )
        for (const { status } of resent.body.results) expect(status).to.equal('recorded')
      }),
      { numRuns: 100 },
    )
  })

  it('leaves a server that works and a ledger that verifies', async () => {
    const { body } = await sendEvents(rocket, [wireEvent({ id: 'after all', user: 'last' })])
    expect(body.results[0]).to.include({ status: 'recorded', points: 10, held: 1 })
    const { ok, problems, entries } = verifyLedger(rocket.context.reader, { quick: false })
    expect(problems).to.deep.equal([])
    expect(ok).to.equal(true)
    expect(entries).to.be.greaterThan(20)
    const page = await get(rocket, '/api/rewards/ledger?limit=1000')
    expect(page.status).to.equal(200)
    expect(page.body.entries.length).to.equal(Math.min(entries, 1_000))
  })
})

describe('whatever is sent to any other call that changes something', () => {
  let rocket: TestRocket
  before(async () => {
    rocket = openShop()
    addCodes(rocket)
    await give(rocket, '42', 1_000)
  })
  after(() => rocket.close())

  const paths = routes
    .filter(
      ({ method, body, path }) => method === 'post' && body && !path.startsWith('/api/pair') && path !== '/api/events',
    )
    .map(({ path }) => path)
  const id = fc.constantFrom('mug', 'cinema', 'book', 'rdm_0', 'x', '0', '1', '-', '__proto__')
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>('', 'done', 50, 1, -0, 'refused', '\u0000'),
  )
  const keys = [
    'expected_cost',
    'token',
    'reference',
    'reason',
    'until',
    'points',
    'user_id',
    'status',
    'into',
    'events',
    'receipts',
    'id',
    'ids',
    'exempt',
  ]
  const body = fc.oneof(
    { weight: 3, arbitrary: fc.dictionary(fc.constantFrom(...keys), odd).map((value) => JSON.stringify(value)) },
    fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
    fc.string({ unit: 'binary', maxLength: 100 }),
  )

  it('is answered well or refused, as a problem that names no fault of Rocket’s', async () => {
    expect(paths).to.include.members(['/api/rewards/{id}/redeem', '/api/deliveries/{id}', '/api/review/{id}/release'])
    let key = 0
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), id, body, async (path, part, text) => {
        const call = post(rocket, path.replace('{id}', part), text, 'learner admin events privacy', { sub: '42' })
        const answer = await call.set('Idempotency-Key', `key ${key++}`)
        expect(answer.status, `${path} ${text}`).to.be.oneOf([200, 201, 400, 404, 409, 422, 429])
        if (answer.status < 300) return
        expect(answer.type).to.equal('application/problem+json')
        expect(answer.body).to.include({ status: answer.status }).and.to.include.keys('code', 'detail')
      }),
      { numRuns: 400 },
    )
  })

  it('leaves a ledger that verifies', () => {
    expect(verifyLedger(rocket.context.reader, { quick: false }).problems).to.deep.equal([])
  })
})
