import { expect } from 'chai'
import {
  commitment,
  EMPTY,
  entryHash,
  GENESIS,
  KINDS,
  LIFETIME_KINDS,
  type PrivateRecord,
  recordText,
  sequence,
} from '../../sidecar/domain/entry.js'
import { CSV_HEADER, LEDGER_COLUMNS } from '../../sidecar/store/ledger-view.js'
import { blocksOf, codesIn, firstColumn, page, tableOf } from './pages.js'

describe('ledger.md', () => {
  const text = page('ledger.md')

  it('has the columns of the API and the CSV in their order', () => {
    expect(firstColumn(tableOf(text, 'field'))).to.deep.equal(LEDGER_COLUMNS)
    expect(CSV_HEADER).to.equal(LEDGER_COLUMNS.join())
  })

  it('has every kind, and those that make up lifetime points', () => {
    expect(firstColumn(tableOf(text, 'kind'))).to.deep.equal(KINDS)
    const lifetime = /\*\*Lifetime points\*\* are the sum of `points` over ([^.]*)\./.exec(text)?.[1]
    expect(codesIn(lifetime)).to.deep.equal([...LIFETIME_KINDS])
  })

  it('has the keys of a body and of a private record in their order', () => {
    const every: Required<PrivateRecord> = {
      userId: 'x',
      eventId: 'x',
      event: 'x',
      time: 'x',
      course: 'x',
      activity: 'x',
      object: 'x',
      act: 'x',
      origin: 'x',
      actor: 'x',
      reason: 'x',
      detail: {},
    }
    const writing = { source: 'x', at: 'x', day: 'x', salt: 'x' }
    const proposed = { subject: null, points: 0, held: 0, rule: null, expires: null, ref: null, record: every }
    const body = JSON.parse(sequence(EMPTY, { kind: 'grant', ...proposed }, writing).body)
    expect(firstColumn(tableOf(text, 'key | type'))).to.deep.equal(Object.keys(body))
    const record = JSON.parse(recordText(every, writing))
    const section = text.slice(text.indexOf('## The private record'))
    expect(firstColumn(tableOf(section, 'key'))).to.deep.equal(Object.keys(record))
    const exported = text.slice(text.indexOf('## An export'))
    expect(firstColumn(tableOf(exported, 'key'))).to.deep.equal(['body', 'hash', 'salt', 'data'])
  })

  it('shows an entry that is right in every byte', () => {
    const block = blocksOf(text).find(({ info }) => info === 'json entry')
    const { body, hash, salt, data } = JSON.parse(block?.text ?? '')
    expect(entryHash(body)).to.equal(hash)
    expect(JSON.parse(body)).to.include({ prev: GENESIS, priv: commitment(salt, data) })
    const { subject, points, held, rule, kind, day, source } = JSON.parse(body)
    const { user_id, at, event_id, ...rest } = JSON.parse(data)
    const again = sequence(
      EMPTY,
      {
        kind,
        subject,
        points,
        held,
        rule,
        expires: null,
        ref: null,
        record: { ...rest, userId: user_id, eventId: event_id },
      },
      { source, at, day, salt },
    )
    expect(again).to.deep.equal({ seq: 1, body, hash, salt, data })
  })
})
