import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { type Cell, csv, csvCell } from '../../sidecar/archive/csv.js'

const textOf = (rows: Record<'a' | 'b', Cell>[]) => Buffer.concat([...csv(['a', 'b'], rows)]).toString()

describe('CSV', () => {
  it('has headings, a line for each row, and CR LF', () => {
    expect(textOf([])).to.equal('a,b\r\n')
    expect(textOf([{ a: 1, b: null }])).to.equal('a,b\r\n1,\r\n')
  })

  it('keeps text from being taken for a formula, and numbers as they are', () => {
    for (const sign of ['=', '+', '-', '@', '\t']) expect(csvCell(`${sign}1`)).to.equal(`'${sign}1`)
    expect(csvCell('\r1')).to.equal(`"'\r1"`)
    expect([csvCell(-1), csvCell(false), csvCell('1-1'), csvCell(undefined)]).to.deep.equal(['-1', 'false', '1-1', ''])
  })

  it('gives back every text, however much there is', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !/^[=+\-@\t\r]/.test(value))
    fc.assert(
      fc.property(fc.array(fc.record({ a: text, b: text }), { minLength: 1 }), fc.nat(2_000), (rows, repeat) => {
        const all = [...rows, ...Array(repeat).fill({ a: 'x'.repeat(100), b: 'y' })]
        expect(parse(textOf(all), { columns: true })).to.deep.equal(all)
      }),
      { numRuns: 30 },
    )
  })
})
