import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
import { get, sendEvents } from './calls.js'

const FIELDS = (
  'user_id,event_id,points,rule_id,timestamp,source,seq,kind,held,event,course,activity,reward_id,budget_id,' +
  'amount_minor,currency,expires,ref,hash,prev_hash'
).split(',')
const HOUR = 3_600_000

describe('GET /api/rewards/ledger', () => {
  let rocket: TestRocket
  // Noon in New York is 17:00 UTC in November: the civil day begins at 05:00 UTC.
  before(async () => {
    rocket = openRocket(
      `
- { id: graded, event: quiz.graded, points: 10 }
- { id: posted, event: forum.post, points: 3, review: hold, expires: 30d }
`,
      'source: moodle\ntimezone: America/New_York\n',
    )
    rocket.clock.now = Date.parse('2026-11-24T04:59:59.999Z')
    await sendEvents(rocket, [attempt(1), attempt(2, { user: '=1+1', course: '8' })])
    rocket.clock.now += 1
    await sendEvents(rocket, [
      attempt(3),
      { ...attempt(4), event: 'forum.post', object: 'forum_posts:4', activity: 'forum:1' },
    ])
    rocket.clock.now += 24 * HOUR
    await sendEvents(rocket, [attempt(5)])
  })
  after(() => rocket.close())

  const attempt = (n: number, given: object = {}) => wireEvent({ id: `a${n}`, object: `quiz_attempts:${n}`, ...given })
  const ledger = (query = '') => get(rocket, `/api/rewards/ledger${query}`, 'reports')
  const seqs = async (query: string): Promise<number[]> => {
    const { status, body } = await ledger(query)
    expect(status, query).to.equal(200)
    return body.entries.map((entry: { seq: number }) => entry.seq)
  }

  it('shows every entry, newest last, with the seed’s fields first', async () => {
    const { body } = await ledger()
    expect(body.entries.map(({ seq }: { seq: number }) => seq)).to.deep.equal([1, 2, 3, 4, 5, 6])
    for (const entry of body.entries) expect(Object.keys(entry)).to.deep.equal(FIELDS)
    expect(body.next_cursor).to.equal(null)
    const [configuration, grant] = body.entries
    expect(configuration).to.include({ kind: 'configuration', points: 0, user_id: null, prev_hash: '0'.repeat(64) })
    expect(grant).to.deep.include({
      user_id: '42',
      event_id: 'a1',
      points: 10,
      rule_id: 'graded',
      timestamp: '2026-11-24T04:59:59.999Z',
      source: 'moodle',
      seq: 2,
      kind: 'grant',
      held: 0,
      event: '\\mod_quiz\\event\\attempt_graded',
      course: '7',
      activity: 'quiz:123',
      amount_minor: null,
      currency: null,
      ref: null,
      prev_hash: configuration.hash,
    })
    const held = body.entries[4]
    expect(held).to.include({ kind: 'hold', points: 0, held: 3 })
    expect(held.expires).to.match(/^2026-12-\d\d$/)
  })

  it('is filtered by everything the contract names', async () => {
    expect(await seqs('?user_id=42')).to.deep.equal([2, 4, 5, 6])
    expect(await seqs('?user_id=%3D1%2B1')).to.deep.equal([3])
    expect(await seqs('?user_id=nobody')).to.deep.equal([])
    expect(await seqs('?rule_id=posted')).to.deep.equal([5])
    expect(await seqs('?source=moodle')).to.deep.equal([1, 2, 3, 4, 5, 6])
    expect(await seqs('?source=canvas')).to.deep.equal([])
    expect(await seqs('?kind=hold')).to.deep.equal([5])
    expect(await seqs('?kind=erasure')).to.deep.equal([])
    expect(await seqs('?course=8')).to.deep.equal([3])
    expect(await seqs('?since_seq=4')).to.deep.equal([5, 6])
    expect(await seqs('?since_seq=6')).to.deep.equal([])
    expect(await seqs('?since_seq=2&user_id=42&rule_id=graded')).to.deep.equal([4, 6])
  })

  it('is filtered by time: from inclusive, to exclusive', async () => {
    expect(await seqs('?from=2026-11-24T05:00:00Z')).to.deep.equal([4, 5, 6])
    expect(await seqs('?from=2026-11-24T04:59:59.999Z')).to.deep.equal([2, 3, 4, 5, 6])
    expect(await seqs('?to=2026-11-24T05:00:00Z')).to.deep.equal([1, 2, 3])
    expect(await seqs('?from=2026-11-24T05:00:00Z&to=2026-11-25T05:00:00Z')).to.deep.equal([4, 5])
    expect(await seqs('?from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z')).to.deep.equal([])
    expect(await seqs('?from=2030-01-01')).to.deep.equal([])
    expect(await seqs('?to=1970-01-01')).to.deep.equal([])
  })

  it('takes a bare date for midnight in the institution’s zone', async () => {
    expect(await seqs('?from=2026-11-24')).to.deep.equal([4, 5, 6])
    expect(await seqs('?to=2026-11-24')).to.deep.equal([1, 2, 3])
    expect(await seqs('?from=2026-11-24&to=2026-11-25')).to.deep.equal([4, 5])
  })

  it('is read page by page, nothing missing and nothing twice', async () => {
    const read: number[] = []
    let cursor: string | null = ''
    let pages = 0
    while (cursor !== null) {
      const { body } = await ledger(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      read.push(...body.entries.map(({ seq }: { seq: number }) => seq))
      cursor = body.next_cursor
      pages++
    }
    expect(read).to.deep.equal([1, 2, 3, 4, 5, 6])
    expect(pages).to.equal(3)
  })

  it('keeps the filter from page to page', async () => {
    const first = await ledger('?user_id=42&limit=3')
    expect(await seqs(`?user_id=42&limit=3&cursor=${first.body.next_cursor}`)).to.deep.equal([6])
  })

  const csv = async (query: string, accept?: string) => {
    const call = ledger(query).buffer(true)
    return accept === undefined ? call : call.set('Accept', accept)
  }

  it('is CSV with Accept: text/csv, and with format=csv', async () => {
    const byAccept = await csv('', 'text/csv')
    const byFormat = await csv('?format=csv', 'application/json')
    for (const { status, type, headers } of [byAccept, byFormat]) {
      expect([status, type]).to.deep.equal([200, 'text/csv'])
      expect(headers['content-type']).to.contain('charset=utf-8')
      expect(headers['content-disposition']).to.contain('attachment')
    }
    expect(byAccept.text).to.equal(byFormat.text)
  })

  it('is JSON with any other Accept, and with format=json', async () => {
    for (const accept of ['*/*', 'application/json', 'text/html', 'application/json, text/csv;q=0.5']) {
      expect((await csv('', accept)).type, accept).to.equal('application/json')
    }
    expect((await csv('?format=json', 'text/csv')).type).to.equal('application/json')
  })

  it('says the same in CSV as in JSON, all of it whatever the limit', async () => {
    const { text } = await csv('?format=csv&limit=1')
    expect(text.startsWith(`${FIELDS.join()}\r\n`)).to.equal(true)
    expect(text.endsWith('\r\n')).to.equal(true)
    const rows: Record<string, string>[] = parse(text, { columns: true, record_delimiter: '\r\n' })
    const { entries } = (await ledger()).body
    const shown = entries.map((entry: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, value === null ? '' : String(value)])),
    )
    // What a spreadsheet would run as a formula is kept from it.
    shown[2].user_id = "'=1+1"
    expect(rows).to.deep.equal(shown)
  })

  it('filters CSV too', async () => {
    const { text } = await csv('?format=csv&kind=hold')
    expect(text.trimEnd().split('\r\n')).to.have.length(2)
    expect((await csv('?format=csv&kind=erasure')).text).to.equal(`${FIELDS.join()}\r\n`)
  })

  const wrong = {
    limit: ['0', '1001', '-1', 'all', '2.5', ''],
    since_seq: ['-1', 'x', '1.5'],
    cursor: ['x', '-1', '99999999999999999'],
    kind: ['gift', 'GRANT', ''],
    format: ['xml', ''],
    from: [
      'yesterday',
      '2026-13-01',
      '2026-02-31',
      '2026-02-31T00:00:00Z',
      '2026-11-24T05:00:00',
      '2026-11-24T05:00:00+01:00',
      '',
    ],
    to: ['24.11.2026', '1795507200'],
    user_id: [''],
    rule_id: [''],
    source: [''],
    course: [''],
  }
  for (const [name, values] of Object.entries(wrong)) {
    it(`answers 400 to a ${name} that is none, and says where the fault is`, async () => {
      for (const value of values) {
        const { status, body, type } = await ledger(`?${name}=${encodeURIComponent(value)}`)
        expect([status, body.code, type], value).to.deep.equal([400, 'malformed', 'application/problem+json'])
        expect(body.faults.map(({ pointer }: { pointer: string }) => pointer)).to.deep.equal([`/${name}`])
      }
    })
  }

  it('lists every fault of a query', async () => {
    const { body } = await ledger('?limit=0&kind=gift&cursor=x')
    const pointers = body.faults.map(({ pointer }: { pointer: string }) => pointer)
    expect(pointers).to.have.members(['/limit', '/kind', '/cursor'])
  })

  it('ignores parameters that nobody knows', async () => {
    expect(await seqs('?colour=red&kind=hold')).to.deep.equal([5])
  })
})
