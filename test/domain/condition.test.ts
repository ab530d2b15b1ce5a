import { expect } from 'chai'
import fc from 'fast-check'
import { compileCondition, compileTest, fieldsOf } from '../../sidecar/domain/condition.js'
import type { FieldValue } from '../../sidecar/domain/learning-event.js'
import type { Condition, Test } from '../../sidecar/domain/rule.js'
import { learningEvent } from '../support.js'

const passes = (test: Test, ...values: (FieldValue | undefined)[]) => values.filter(compileTest(test))

describe('a test', () => {
  it('of order is for numbers only', () => {
    expect(passes({ op: '>=', value: 80 }, 79.99, 80, 81, '90', true, undefined)).to.deep.equal([80, 81])
    expect(passes({ op: '>', value: 80 }, 80, 80.01)).to.deep.equal([80.01])
    expect(passes({ op: '<', value: 5 }, 4.9, 5, '3', undefined, false)).to.deep.equal([4.9])
    expect(passes({ op: '<=', value: 5 }, 5, 5.1)).to.deep.equal([5])
  })

  it('of a range includes both ends', () => {
    expect(passes({ op: 'between', low: 80, high: 100 }, 79, 80, 90, 100, 101, '90')).to.deep.equal([80, 90, 100])
  })

  it('of equality takes the number 7 for the text 7, since YAML reads one where the wire has the other', () => {
    expect(passes({ op: '=', value: 7 }, 7, '7', '07', undefined)).to.deep.equal([7, '7'])
    expect(passes({ op: '=', value: true }, true, 'true', false, 1)).to.deep.equal([true, 'true'])
    expect(passes({ op: '=', value: 'x' }, 'x', 'X')).to.deep.equal(['x'])
  })

  it('of inequality holds for what was not sent', () => {
    expect(passes({ op: '!=', value: 'x' }, 'x', 'y', undefined, 0)).to.deep.equal(['y', undefined, 0])
  })

  it('of a list is one of them', () => {
    expect(passes({ op: 'in', values: ['a', 7] }, 'a', 'b', '7', 7, undefined)).to.deep.equal(['a', '7', 7])
  })

  it('of presence looks at nothing else', () => {
    expect(passes({ op: 'present' }, 0, false, '', undefined)).to.deep.equal([0, false, ''])
    expect(passes({ op: 'absent' }, 0, false, '', undefined)).to.deep.equal([undefined])
  })

  it('of likeness has stars for any text and no eye for case', () => {
    const like = (pattern: string, ...values: string[]) => passes({ op: 'like', pattern }, ...values)
    expect(like('*draft*', 'My DRAFT 2', 'draft', 'drat')).to.deep.equal(['My DRAFT 2', 'draft'])
    expect(like('quiz:*', 'quiz:1', 'aquiz:1', 'quiz:')).to.deep.equal(['quiz:1', 'quiz:'])
    expect(like('*.pdf', 'a.pdf', 'a.pdf.exe')).to.deep.equal(['a.pdf'])
    expect(like('a*b*a', 'aba', 'aa', 'abba', 'a')).to.deep.equal(['aba', 'abba'])
    expect(like('aa*aa', 'aaa', 'aaaa')).to.deep.equal(['aaaa'])
    expect(like('exact', 'Exact', 'exactly')).to.deep.equal(['Exact'])
    expect(like('*', '', 'x')).to.deep.equal(['', 'x'])
    expect(passes({ op: 'like', pattern: '*' }, undefined, 12)).to.deep.equal([12])
  })

  it('of likeness agrees with the regular expression it stands for', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '.', '\n'), maxLength: 12 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (glob, value) => {
        const source = glob.replaceAll('.', '\\.').replaceAll('*', '.*')
        expect(compileTest({ op: 'like', pattern: glob })(value)).to.equal(new RegExp(`^${source}$`, 'is').test(value))
      }),
      { numRuns: 1_000 },
    )
  })

  it('of likeness stays quick whatever the pattern', () => {
    const matches = compileTest({ op: 'like', pattern: `${'*a'.repeat(60)}*b` })
    const began = performance.now()
    expect(matches('a'.repeat(255))).to.equal(false)
    expect(performance.now() - began).to.be.below(50)
  })
})

const score = (test: Test, written: string): Condition => ({ kind: 'test', field: 'score', test, written })
const high = score({ op: '>=', value: 80 }, '>=80')
const late: Condition = { kind: 'test', field: 'late', test: { op: '=', value: true }, written: 'true' }
const inCourse: Condition = { kind: 'test', field: 'course', test: { op: '=', value: '7' }, written: '7' }

describe('a condition', () => {
  const check = (condition: Condition, data: Record<string, FieldValue>) =>
    compileCondition(condition)(learningEvent({ data }))

  it('names the test that failed, and what was there', () => {
    expect(check(high, { score: 80 })).to.equal(null)
    expect(check(high, { score: 79 })).to.deep.equal({ field: 'score', test: '>=80', value: 79 })
    expect(check(high, {})).to.deep.equal({ field: 'score', test: '>=80', value: null })
  })

  it('of all names the first that failed', () => {
    const all: Condition = { kind: 'all', of: [inCourse, late, high] }
    expect(check(all, { score: 90, late: true })).to.equal(null)
    expect(check(all, { score: 9 })?.field).to.equal('late')
    expect(check({ kind: 'all', of: [] }, {})).to.equal(null)
  })

  it('of any needs one, and names the first', () => {
    const any: Condition = { kind: 'any', of: [high, late] }
    expect(check(any, { score: 1, late: true })).to.equal(null)
    expect(check(any, { score: 1 })?.field).to.equal('score')
  })

  it('of not is its contrary', () => {
    const not: Condition = { kind: 'not', of: { kind: 'all', of: [high, late] } }
    expect(check(not, { score: 90 })).to.equal(null)
    expect(check(not, { score: 90, late: true })).to.deep.include({ field: 'score', value: 90 })
    expect(check({ kind: 'not', of: not }, { score: 90, late: true })).to.equal(null)
  })

  it('reads fields of the event and keys of its data, and nothing that JavaScript keeps on every object', () => {
    const present = (field: string): Condition => ({ kind: 'test', field, test: { op: 'present' }, written: 'present' })
    const event = learningEvent({ data: { score: 1 }, origin: 'cli' })
    for (const field of ['score', 'course', 'activity', 'object', 'origin', 'event']) {
      expect(compileCondition(present(field))(event), field).to.equal(null)
    }
    for (const field of ['actor', 'user', 'time', 'id', 'constructor', 'toString', '__proto__']) {
      expect(compileCondition(present(field))(event), field).to.not.equal(null)
    }
  })

  it('knows every field it reads', () => {
    const nested: Condition = {
      kind: 'any',
      of: [
        { kind: 'not', of: late },
        { kind: 'all', of: [high, inCourse] },
      ],
    }
    expect([...fieldsOf(nested)]).to.deep.equal(['late', 'score', 'course'])
    expect(fieldsOf(null).size).to.equal(0)
  })
})
