import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { csvFiles } from '../../sidecar/archive/learner-csv.js'

const rows = (text: string | undefined): Record<string, string>[] => parse(text!, { columns: true })

describe('a personal-data export as CSV', () => {
  it('has a file for each kind of thing that there is, and one for single values', () => {
    const files = csvFiles({ user_id: '42', frozen: null, balance: { points: 7 }, entries: [{ seq: 1 }], notices: [] })
    expect([...files.keys()]).to.deep.equal(['learner.csv', 'entries.csv'])
    expect(files.get('learner.csv')).to.equal('user_id,frozen,balance.points\r\n42,,7\r\n')
    expect(files.get('entries.csv')).to.equal('seq\r\n1\r\n')
  })

  it('has every column of every row, an object part by part, and a list within as JSON', () => {
    const entries = [
      { a: 1, record: { at: 'now' } },
      { a: -2, record: { detail: { of: [1, 'x'], yes: true } } },
    ]
    expect(rows(csvFiles({ entries }).get('entries.csv'))).to.deep.equal([
      { a: '1', 'record.at': 'now', 'record.detail.of': '', 'record.detail.yes': '' },
      { a: '-2', 'record.at': '', 'record.detail.of': '[1,"x"]', 'record.detail.yes': 'true' },
    ])
  })

  it('keeps text from being taken for a formula, and numbers as they are', () => {
    const [row] = rows(csvFiles({ list: [{ a: '=1', b: '-1', c: -1, d: '@x', e: '+1', f: 'x=1' }] }).get('list.csv'))
    expect(row).to.deep.equal({ a: "'=1", b: "'-1", c: '-1', d: "'@x", e: "'+1", f: 'x=1' })
  })

  it('gives back what went in, whatever texts hold', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', 'é', '=', "'", ' ') })
    fc.assert(
      fc.property(fc.array(fc.record({ one: text, two: text }), { minLength: 1 }), (things) => {
        const back = rows(csvFiles({ things }).get('things.csv'))
        const guarded = (value: string) => (/^[=\r]/.test(value) ? `'${value}` : value)
        expect(back).to.deep.equal(things.map(({ one, two }) => ({ one: guarded(one), two: guarded(two) })))
      }),
    )
  })
})
