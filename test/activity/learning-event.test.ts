import { Ajv } from 'ajv'
import { expect } from 'chai'
import { faultsOf, inWords, learningEventSchema, readLearningEvent } from '../../sidecar/activity/learning-event.js'
import { DATA_FIELDS, DATA_KEYS, type EventData } from '../../sidecar/domain/learning-event.js'
import { wireEvent } from '../support.js'

const LONGEST = '💥'.repeat(255)

/** What comes of an event after its way over the wire, where `undefined` leaves a key out. */
const read = (given: Record<string, unknown>) => readLearningEvent(JSON.parse(JSON.stringify(wireEvent(given))))

function dataOf(data: unknown): EventData {
  const found = read({ data })
  if ('faults' in found) throw new Error(JSON.stringify(found.faults))
  return found.event.data
}

/** Each fault as it is told: the pointer and the sentence. */
function told(given: Record<string, unknown>): string[] {
  const found = read(given)
  return 'faults' in found ? found.faults.map(({ pointer, message }) => `${pointer} ${message}`) : []
}

describe('data', () => {
  const PERCENT = 'must be a number from 0 to 100'
  const COUNT = 'must be a whole number, 0 or more'
  const SECONDS = 'must be a number, 0 or more'
  const TRUTH = 'must be true or false'
  const TEXT = 'must be a text'
  const forms: readonly [keys: string, message: string, good: readonly unknown[], bad: readonly unknown[]][] = [
    ['score similarity completion_rate', PERCENT, [0, -0, 99.5, 100], [-0.1, 100.1, '85', true, null, [85], {}]],
    ['attempt items rapid_items words characters files', COUNT, [0, 1, 1e9], [-1, -1.5, 0.5, '1', false, null, []]],
    ['duration_seconds seconds_since_last', SECONDS, [0, 0.25, 1e9], [-0.25, '1', true, null, {}]],
    ['passed late undone', TRUTH, [true, false], [0, 1, 'true', null, []]],
    ['state previous_state', 'must be a number or a text', [0, 2, 'complete', ''], [true, null, [1]]],
    [
      'text_hash file_hash reply_to graded_by module badge group ip_hash screen',
      TEXT,
      ['', 'a', LONGEST],
      [7, true, null, ['a'], {}],
    ],
  ]

  it('has a form for each of its keys', () => {
    expect(forms.flatMap(([keys]) => keys.split(' '))).to.have.members(DATA_KEYS)
    expect(learningEventSchema.properties.data.properties).to.equal(DATA_FIELDS)
    for (const key of DATA_KEYS) expect(DATA_FIELDS[key].description, key).to.match(/\w/)
  })

  for (const [keys, message, good, bad] of forms) {
    it(`${keys}: ${message}`, () => {
      for (const key of keys.split(' ')) {
        for (const value of good) expect(told({ data: { [key]: value } }), `${key} ${value}`).to.deep.equal([])
        for (const value of bad) {
          expect(told({ data: { [key]: value } }), `${key} ${value}`).to.deep.equal([`/data/${key} ${message}`])
        }
      }
    })
  }

  it('has short, plain texts', () => {
    for (const key of DATA_KEYS.filter((one) => ['a text', 'a number or a text'].includes(inWords(DATA_FIELDS[one])))) {
      expect(told({ data: { [key]: `${LONGEST}a` } })).to.deep.equal([`/data/${key} is longer than 255 characters`])
      for (const value of ['a\u0000b', 'a\nb', '\u007f', '\ud800', 'a\udc00']) {
        expect(told({ data: { [key]: value } })).to.deep.equal([
          `/data/${key} has a control character or half of a character`,
        ])
      }
    }
  })

  it('has no number that is none', () => {
    for (const key of ['score', 'words', 'duration_seconds', 'state']) {
      const event = JSON.parse(`{"${key}":1e400,"floor":1e400}`)
      expect(readLearningEvent(wireEvent({ data: event }))).to.have.property('faults')
    }
    const custom = readLearningEvent(wireEvent({ data: JSON.parse('{"floor":1e400,"room":1}') }))
    expect(custom).to.have.nested.property('event.data').that.deep.equals({ room: 1 })
  })

  it('tells every fault, each once', () => {
    expect(told({ data: { score: 101, words: -1.5, late: 'no', floor: {} } })).to.deep.equal([
      `/data/score ${PERCENT}`,
      `/data/words ${COUNT}`,
      `/data/late ${TRUTH}`,
    ])
  })

  it('must be an object', () => {
    for (const data of [null, [], 'x', 7]) expect(told({ data })).to.deep.equal(['/data must be an object'])
    expect(dataOf(undefined)).to.deep.equal({})
  })
})

describe('a key that nobody knows', () => {
  it('is kept where it is a name with a number, true, false or a short text', () => {
    const kept = { floor: 2, a: -1.5, open: false, room_2: '', shelf: LONGEST, ['k'.repeat(64)]: 1, constructor: 'c' }
    expect(dataOf({ score: 85, ...kept })).to.deep.equal({ score: 85, ...kept })
  })

  it('is dropped where it is anything else, and the event is taken', () => {
    const names = { Score: 1, _a: 1, '2nd': 1, 'a b': 1, '': 1, toString: 1, 'a\n': 1, ['k'.repeat(65)]: 1 }
    const values = { a: null, b: [1], c: {}, d: `${LONGEST}a`, e: 'a\nb', f: '\ud800', g: ['text'] }
    expect(dataOf({ score: 85, ...names, ...values })).to.deep.equal({ score: 85 })
  })

  it('is dropped beyond 64 keys, a known one never', () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]))
    const data = dataOf({ ...many, score: 85, late: true })
    expect(Object.keys(data)).to.have.length(64)
    expect(data).to.include({ score: 85, late: true, k0: 0, k61: 61 })
    expect(data).not.to.have.property('k62')
  })

  it('may stand beside the known keys of the event, whatever it holds', () => {
    expect(told({ weather: { sunny: [true] }, Data: 'x', courses: null })).to.deep.equal([])
  })

  it('does no harm by the names that JavaScript has for itself', () => {
    const data = '{"__proto__":{"score":100,"passed":true},"constructor":{"prototype":{"score":1}},"score":50}'
    const text = JSON.stringify(wireEvent({ id: 'odd' })).replace('{"score":85}', data)
    const found = readLearningEvent(JSON.parse(text.replace('{"id"', '{"__proto__":{"facts_only":true},"id"')))
    if ('faults' in found) throw new Error(JSON.stringify(found.faults))
    expect(Object.entries(found.event.data)).to.deep.equal([['score', 50]])
    expect(Object.getPrototypeOf(found.event.data)).to.equal(Object.prototype)
    expect(found.event.data.passed).to.equal(undefined)
    expect(found.event.factsOnly).to.equal(false)
    expect(({} as Record<string, unknown>).score).to.equal(undefined)
  })
})

describe('what is wrong with an event', () => {
  const cases: readonly [given: Record<string, unknown>, ...faults: string[]][] = [
    [{ id: undefined }, '/id is missing'],
    [{ id: '' }, '/id is empty'],
    [{ id: 'a'.repeat(129) }, '/id is longer than 128 characters'],
    [{ user: 42 }, '/user must be a text'],
    [{ user: 'a\u0007' }, '/user has a control character or half of a character'],
    [{ course: 7 }, '/course must be a text or null'],
    [{ time: 'yesterday' }, '/time must be RFC 3339 in UTC, such as 2026-11-22T09:15:00Z'],
    [{ time: '2026-02-31T10:00:00Z' }, '/time is not a date and time that exists'],
    [{ activity: 'quiz' }, '/activity must be module:cmid, such as quiz:123'],
    [{ object: '991' }, '/object must be table:id, such as quiz_attempts:991'],
    [{ facts_only: 'yes' }, '/facts_only must be true or false'],
  ]
  for (const [given, ...faults] of cases) {
    it(`is told in plain words: ${faults}`, () => expect(told(given)).to.deep.equal(faults))
  }

  it('is told of what is no event at all', () => {
    for (const value of ['nothing', null, [], 7]) {
      expect(readLearningEvent(value)).to.deep.equal({ faults: [{ pointer: '', message: 'must be an object' }] })
    }
  })
})

describe('what is wrong with a query or a body', () => {
  const properties = {
    limit: { type: 'integer', minimum: 1, maximum: 200 },
    since_seq: { type: 'integer', minimum: 0 },
    kind: { type: 'string', enum: ['grant', 'hold'] },
    cursor: { type: 'string', pattern: '^[0-9]{1,16}$', description: 'next_cursor of the page before.' },
    hex: { type: 'string', pattern: '^[0-9a-f]*$' },
    user_id: { type: 'string', minLength: 1, maxLength: 64 },
    code: { type: 'string', minLength: 8 },
    events: { type: 'array' },
  }
  const check = new Ajv({ allErrors: true, coerceTypes: true, verbose: true }).compile({
    type: 'object',
    required: ['events'],
    properties,
  })
  const cases: readonly [sent: unknown, ...faults: string[]][] = [
    [{}, '/events is missing'],
    [[], ' must be an object'],
    [{ events: {} }, '/events must be a list'],
    [{ events: [], limit: '0' }, '/limit must be a whole number from 1 to 200'],
    [{ events: [], limit: '-1.5' }, '/limit must be a whole number from 1 to 200'],
    [{ events: [], since_seq: 'x' }, '/since_seq must be a whole number, 0 or more'],
    [{ events: [], kind: 'x' }, '/kind must be one of grant, hold'],
    [{ events: [], cursor: 'x' }, '/cursor must be next_cursor of the page before'],
    [{ events: [], hex: 'x' }, '/hex must match pattern "^[0-9a-f]*$"'],
    [{ events: [], user_id: ['a', 'b'] }, '/user_id must be a text'],
    [{ events: [], user_id: '' }, '/user_id is empty'],
    [{ events: [], code: 'x' }, '/code is shorter than 8 characters'],
  ]
  for (const [sent, ...told] of cases) {
    it(`is told in plain words: ${told}`, () => {
      check(sent)
      expect(faultsOf(check.errors ?? []).map(({ pointer, message }) => `${pointer} ${message}`)).to.deep.equal(told)
    })
  }
})

describe('an event named by an alias', () => {
  const uncompleted = (data?: object) =>
    readLearningEvent({ ...wireEvent({ event: 'activity.uncompleted', activity: 'quiz:1' }), data })

  it('says what the alias says, though its class could mean more', () => {
    expect(uncompleted()).to.have.nested.property('event.data.state', 0)
    expect(uncompleted({ state: 3 })).to.have.nested.property('event.data.state', 3)
  })

  it('is refused where its data say otherwise', () => {
    const faults = [{ pointer: '/data/state', message: 'says otherwise than activity.uncompleted' }]
    expect(uncompleted({ state: 1 })).to.deep.equal({ faults })
  })
})
