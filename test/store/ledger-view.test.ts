import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { type LedgerFilter, type LedgerRow, LedgerView } from '../../sidecar/store/ledger-view.js'
import { NOW } from '../support.js'
import { append, entry, learnerWith, type Opened, open, utc } from './files.js'

const MINUTE = 60_000
const HEADER =
  'user_id,event_id,points,rule_id,timestamp,source,seq,kind,held,event,course,activity,' +
  'reward_id,budget_id,amount_minor,currency,expires,ref,hash,prev_hash'

describe('LedgerView', () => {
  let opened: Opened
  let view: LedgerView
  let all: LedgerRow[]

  before(() => {
    opened = open()
    view = new LedgerView(opened.connection)
    append(opened, { kind: 'configuration' }, NOW)
    const [ann, bob] = [learnerWith(opened, 'ann'), learnerWith(opened, 'bob')]
    const kinds = ['grant', 'hold', 'revocation'] as const
    for (let i = 0; i < 40; i++) {
      const kind = kinds[i % 3]!
      const user = i % 2 ? 'ann' : 'bob'
      append(
        opened,
        {
          kind,
          subject: i % 2 ? ann : bob,
          points: kind === 'hold' ? 0 : kind === 'grant' ? 10 : -5,
          held: kind === 'hold' ? 3 : 0,
          rule: `${i % 5 ? 'quiz' : 'post'}@0123456789ab`,
          ref: kind === 'revocation' ? i : null,
          record: {
            userId: user,
            eventId: `event-${i}`,
            course: `${i % 4}`,
            event: '\\mod_quiz\\event\\x',
            activity: 'quiz:1',
          },
        },
        NOW + Math.floor(i / 3) * MINUTE,
        i % 7 ? 'moodle' : 'other',
      )
    }
    all = [...view.page({}, 0, 1_000)].flat()
  })
  after(() => opened.connection.close())

  it('shows every entry with the seed’s six fields first', () => {
    expect(all).to.have.length(41)
    expect(Object.keys(all[0]!).join()).to.equal(HEADER)
    expect(all[0]).to.include({ user_id: null, seq: 1, kind: 'configuration', points: 0, prev_hash: '0'.repeat(64) })
    expect(all[2]).to.deep.include({
      user_id: 'ann',
      event_id: 'event-1',
      points: 0,
      rule_id: 'quiz',
      timestamp: new Date(NOW).toISOString(),
      source: 'moodle',
      kind: 'hold',
      held: 3,
      event: '\\mod_quiz\\event\\x',
      course: '1',
      activity: 'quiz:1',
      reward_id: null,
      expires: null,
      ref: null,
      prev_hash: all[1]!.hash,
    })
  })

  const instant = fc.integer({ min: -1, max: 16 }).map((minutes) => NOW + minutes * MINUTE - (minutes % 2))
  const filters: fc.Arbitrary<LedgerFilter> = fc.record(
    {
      sinceSeq: fc.integer({ min: 0, max: 45 }),
      from: instant,
      to: instant,
      userId: fc.constantFrom('ann', 'bob', 'nobody'),
      ruleId: fc.constantFrom('quiz', 'post', 'none'),
      source: fc.constantFrom('moodle', 'other', 'none'),
      kind: fc.constantFrom('grant', 'hold', 'revocation', 'configuration', 'void'),
      course: fc.constantFrom('0', '1', '2', '3', '4'),
    },
    { requiredKeys: [] },
  )
  const fits = (filter: LedgerFilter) => (row: LedgerRow) => {
    const at = Date.parse(row.timestamp!)
    return (
      row.seq > (filter.sinceSeq ?? 0) &&
      at >= (filter.from ?? 0) &&
      at < (filter.to ?? Number.POSITIVE_INFINITY) &&
      [undefined, row.user_id].includes(filter.userId) &&
      [undefined, row.rule_id].includes(filter.ruleId) &&
      [undefined, row.source].includes(filter.source) &&
      [undefined, row.kind].includes(filter.kind) &&
      [undefined, row.course].includes(filter.course)
    )
  }

  it('filters by everything, alone and together: from is included, to is not', () => {
    for (const key of ['sinceSeq', 'from', 'to', 'userId', 'ruleId', 'source', 'kind', 'course'] as const) {
      fc.assert(
        fc.property(filters, (filter) => {
          const one = filter[key] === undefined ? {} : { [key]: filter[key] }
          expect([...view.page(one, 0, 1_000)].flat()).to.deep.equal(all.filter(fits(one)))
        }),
        { numRuns: 25 },
      )
    }
    fc.assert(
      fc.property(filters, (filter) => {
        expect([...view.page(filter, 0, 1_000)].flat()).to.deep.equal(all.filter(fits(filter)))
      }),
      { numRuns: 200 },
    )
  })

  it('pages without gaps or repeats', () => {
    fc.assert(
      fc.property(filters, fc.integer({ min: 1, max: 7 }), (filter, limit) => {
        const rows: LedgerRow[] = []
        for (let after = 0; ; ) {
          const page = [...view.page(filter, after, limit)].flat()
          rows.push(...page)
          if (page.length < limit) break
          after = page.at(-1)!.seq
        }
        expect(rows).to.deep.equal(all.filter(fits(filter)))
      }),
      { numRuns: 100 },
    )
  })

  it('streams the same entries as CSV and as lines', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const csv: Record<string, string>[] = parse([...view.csv(filter)].join(''), { columns: true })
        const seqs = all.filter(fits(filter)).map(({ seq }) => seq)
        expect(csv.map(({ seq }) => Number(seq))).to.deep.equal(seqs)
        const lines = [...view.jsonl(filter)].join('').split('\n').slice(0, -1)
        expect(lines.map((line) => JSON.parse(JSON.parse(line).body).seq)).to.deep.equal(seqs)
      }),
      { numRuns: 50 },
    )
  })

  it('lists a learner’s latest, newest first', () => {
    const subject = opened.stores.learners.subjectOf('moodle', 'ann')!
    const ann = all.filter(({ user_id }) => user_id === 'ann').reverse()
    expect(view.latest(subject, 5)).to.deep.equal(ann.slice(0, 5))
  })

  it('has lines that anyone can check in a few lines of their own', () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
    let prev = '0'.repeat(64)
    let count = 0
    for (const line of [...view.jsonl({})].join('').trimEnd().split('\n')) {
      const { body, hash, salt, data } = JSON.parse(line)
      const entry = JSON.parse(body)
      expect(sha256(`\0${body}`)).to.equal(hash)
      expect(entry).to.include({ seq: ++count, prev })
      expect(sha256(`rocket-private/v1\n${salt}\n${data}`)).to.equal(entry.priv)
      prev = hash
    }
    expect(count).to.equal(41)
  })
})

describe('the ledger as CSV', () => {
  const csvOf = (record: Record<string, string>, points = 1) => {
    const opened = open()
    const subject = learnerWith(opened, record.userId ?? '42')
    append(opened, { subject, points, record })
    const text = [...new LedgerView(opened.connection).csv({})].join('')
    opened.connection.close()
    return text
  }
  const row = (record: Record<string, string>, points = 1): Record<string, string> =>
    parse<Record<string, string>>(csvOf(record, points), { columns: true })[0]!

  it('has a header and lines that end in CRLF, each with the same columns', () => {
    const [header, line, end] = csvOf({ userId: 'a' }).split('\r\n')
    expect(header).to.equal(HEADER)
    expect(line?.split(',')).to.have.length(HEADER.split(',').length)
    expect(end).to.equal('')
  })

  it('quotes text as RFC 4180 says, whatever is in it', () => {
    const any = fc.string({
      unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', 'é', '😀', "'", '0'),
      minLength: 1,
    })
    fc.assert(
      fc.property(any, any, (eventId, course) => {
        fc.pre(!/^\r/.test(eventId) && !/^\r/.test(course))
        expect(row({ eventId, course })).to.include({ event_id: eventId, course })
      }),
      { numRuns: 60 },
    )
  })

  it('keeps text from being taken for a formula', () => {
    for (const start of ['=', '+', '-', '@', '\t', '\r']) {
      const text = `${start}1+1`
      const guarded = `'${text}`
      expect(
        row({ userId: text, eventId: text, event: text, course: text, activity: text }),
        JSON.stringify(start),
      ).to.include({
        user_id: guarded,
        event_id: guarded,
        event: guarded,
        course: guarded,
        activity: guarded,
      })
    }
    expect(row({ eventId: 'a=1', course: '1-2' })).to.include({ event_id: 'a=1', course: '1-2' })
  })

  it('never changes a number', () => {
    const line = csvOf({ userId: 'a' }, -5).split('\r\n')[1]
    expect(line).to.match(/^"a",,-5,,/)
  })

  it('leaves empty what is not there', () => {
    expect(row({})).to.include({ user_id: '', event_id: '', rule_id: '', reward_id: '', amount_minor: '', ref: '' })
  })

  it('goes on over many pages', () => {
    const opened = open()
    opened.stores.writer.write(() => {
      for (let i = 0; i < 4_100; i++) opened.stores.ledger.append(entry(), 'moodle', NOW, utc)
    })
    const view = new LedgerView(opened.connection)
    const lines = [...view.csv({})].join('').split('\r\n').slice(1, -1)
    expect(lines.map((line) => Number(line.split(',')[6]))).to.deep.equal(
      Array.from({ length: 4_100 }, (_, i) => i + 1),
    )
    expect([...view.jsonl({})].join('').split('\n')).to.have.length(4_101)
    opened.connection.close()
  })
})
