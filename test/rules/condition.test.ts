import { expect } from 'chai'
import { DATA_FIELDS, DATA_KEYS } from '../../sidecar/domain/learning-event.js'
import type { Condition, Test } from '../../sidecar/domain/rule.js'
import { expectOne, files, problemsIn, refuses, ruleOf, rulePack } from './reading.js'

function test(written: string, field = 'passed'): Test {
  const { conditions } = ruleOf(rulePack(`conditions: { ${field}: ${written} }`))
  if (conditions?.kind !== 'test') throw new Error('not a single test')
  return conditions.test
}

const conditions = (...lines: string[]): Condition | null => ruleOf(rulePack(...lines)).conditions
const leaf = (field: string, test: Test, written: string): Condition => ({ kind: 'test', field, test, written })

describe('a test', () => {
  const cases: readonly [written: string, test: Test][] = [
    ['">=80"', { op: '>=', value: 80 }],
    ['"> 80.5"', { op: '>', value: 80.5 }],
    ['"<=5"', { op: '<=', value: 5 }],
    ['"<-5"', { op: '<', value: -5 }],
    ['<.5', { op: '<', value: 0.5 }],
    ['"=x"', { op: '=', value: 'x' }],
    ['"!=x"', { op: '!=', value: 'x' }],
    ['"!=3"', { op: '!=', value: 3 }],
    ['"=true"', { op: '=', value: true }],
    ['"80..100"', { op: 'between', low: 80, high: 100 }],
    ['80 .. 80', { op: 'between', low: 80, high: 80 }],
    ['[a, 2, true]', { op: 'in', values: ['a', 2, true] }],
    ['true', { op: '=', value: true }],
    ['7', { op: '=', value: 7 }],
    ['"7"', { op: '=', value: 7 }],
    ['essay', { op: '=', value: 'essay' }],
    ['present', { op: 'present' }],
    ['absent', { op: 'absent' }],
    ['"like *draft*"', { op: 'like', pattern: '*draft*' }],
    ['likely', { op: '=', value: 'likely' }],
  ]
  for (const [written, expected] of cases) {
    it(`reads ${written}`, () => expect(test(written)).to.deep.equal(expected))
  }

  it('keeps a field of the event as text, so that course 007 is not course 7', () => {
    expect(test('007', 'course')).to.deep.equal({ op: '=', value: '007' })
    expect(test('"!=7"', 'course')).to.deep.equal({ op: '!=', value: '7' })
    expect(test('[7, 8]', 'course')).to.deep.equal({ op: 'in', values: ['7', '8'] })
  })

  it('of a number warns of a text, whichever number it is', () => {
    for (const key of DATA_KEYS) {
      const found = problemsIn(files(rulePack(`conditions: { ${key}: some text }`)))
      const { type } = DATA_FIELDS[key]
      expect(found.length, key).to.equal(type === 'number' || type === 'integer' ? 1 : 0)
    }
  })

  it('keeps what was written, for the learner', () => {
    expect(conditions('conditions: { words: " >= 80 " }')).to.deep.include({ written: '>= 80' })
    expect(conditions('conditions: { module: [a, b] }')).to.deep.include({ written: '[a, b]' })
  })

  refuses([
    ['conditions: { score: ">=abc" }', '4:24', 'after >= comes a number', '`abc`'],
    ['conditions: { score: ">=" }', '4:24', 'after >= comes a number', 'nothing'],
    ['conditions: { score: "=>80" }', '4:24', 'write >= instead of =>'],
    ['conditions: { score: "==80" }', '4:24', 'write = instead of =='],
    ['conditions: { score: "<>80" }', '4:24', 'write != instead of <>'],
    ['conditions: { score: "!=" }', '4:24', 'after != comes a value', 'absent'],
    ['conditions: { score: "80..20" }', '4:24', 'runs backwards', '"20..80"'],
    ['conditions: { score: "80.." }', '4:24', 'not a range', '"80..100"'],
    ['conditions: { score: a..b }', '4:24', 'not a range'],
    [`conditions: { score: ${'.'.repeat(256)} }`, '4:24', 'no value is longer than 255 characters'],
    ['conditions: { score: like }', '4:24', 'after like comes a pattern'],
    ['conditions: { score: "" }', '4:24', '`score` is empty'],
    ['conditions: { score: }', '4:17', '`score` has no test', 'absent'],
    ['conditions: { score: { gte: 80 } }', '4:24', 'not a map', '">=80"'],
    ['conditions: { score: [] }', '4:24', 'is empty', 'nothing could ever match'],
    ['conditions: { score: [">=80"] }', '4:24', 'not tests such as `>=80`', 'any:'],
    ['conditions: { module: [[a]] }', '4:25', 'plain values only'],
    ['conditions: { words: .inf }', '4:24', '`.inf` is not a number that can be compared'],
    ['conditions: { words: .nan }', '4:24', '`.nan` is not a number that can be compared'],
    ['conditions: { words: ">99999999999999999999" }', '4:24', 'not a number that can be compared'],
    ['conditions: { words: 99999999999999999999 }', '4:24', 'not a number that can be compared'],
    ['conditions: { course: ">=7" }', '4:25', '`course` is text'],
    ['conditions: { course: "1..7" }', '4:25', '`course` is text'],
    ['conditions: { score: 80-100 }', '4:24', 'warning', '`score` is a number', '"80..100"'],
    ['conditions: { score: [80%, 90] }', '4:24', 'warning', 'can never match'],
    ['conditions: { score: *x }', '4:24', 'no anchor', 'quotes'],
    ['conditions: { score: >=80 }', '4:24', 'not YAML'],
    ['conditions: { score: !=80 }', '4:24', 'put !=80 in quotes'],
    [['conditions:', '  score: >=80'], '5:13', 'not YAML', 'must stand in quotes'],
  ])
})

describe('conditions', () => {
  it('of several fields all have to hold', () => {
    expect(conditions('conditions: { score: ">=80", words: ">5" }')).to.deep.equal({
      kind: 'all',
      of: [leaf('score', { op: '>=', value: 80 }, '>=80'), leaf('words', { op: '>', value: 5 }, '>5')],
    })
  })

  it('nest any, all and not', () => {
    const passed = leaf('passed', { op: '=', value: true }, 'true')
    const late = leaf('late', { op: '=', value: true }, 'true')
    expect(conditions('conditions: { any: [{ passed: true }, { not: { late: true } }] }')).to.deep.equal({
      kind: 'any',
      of: [passed, { kind: 'not', of: late }],
    })
    expect(conditions('conditions: { all: [{ passed: true }, { late: true }] }')).to.deep.equal({
      kind: 'all',
      of: [passed, late],
    })
    expect(conditions('conditions: { not: { passed: true, late: true } }')).to.deep.equal({
      kind: 'not',
      of: { kind: 'all', of: [passed, late] },
    })
  })

  it('are read for `unless` too', () => {
    expect(ruleOf(rulePack('unless: { late: true }')).unless).to.deep.equal(
      leaf('late', { op: '=', value: true }, 'true'),
    )
  })

  refuses([
    ['conditions: {}', '4:15', '`conditions` is empty'],
    ['conditions:', '4:3', '`conditions` must be a map', 'nothing'],
    ['conditions: ">=80"', '4:15', '`conditions` must be a map', '`>=80`'],
    ['conditions: { any: { score: 1 } }', '4:22', '`any` must be a list', 'a map'],
    ['conditions: { any: [] }', '4:22', '`any` is an empty list'],
    ['conditions: { all: [{}] }', '4:23', 'an item of `all` is empty'],
    ['conditions: { not: [{ late: true }] }', '4:22', '`not` must be a map', 'a list'],
    ['unless: {}', '4:11', '`unless` is empty'],
    ['conditions: { scor: 80 }', '4:17', 'warning', 'nobody sends `scor`', 'did you mean `score`?'],
    ['unless: { any: [{ Late: true }, { late: true }] }', '4:21', 'warning', 'did you mean `late`?'],
    ['conditions: { "data.score": 80 }', '4:17', 'warning', 'nobody sends'],
  ])

  it('take any field of a custom event, which only its own sender knows', () => {
    const custom = (event: string, field: string) =>
      problemsIn(files(`- { id: r, event: ${event}, points: 1, conditions: { ${field}: 1 } }`))
    expect(custom('custom.lecture_visit', 'floor')).to.deep.equal([])
    expectOne(custom('custom.lecture_visit', 'my floor'), 'rules/a.yaml:1:66', 'warning', 'nobody sends')
    expectOne(custom('[custom.lecture_visit, login]', 'floor'), 'rules/a.yaml:1:75', 'warning', 'nobody sends')
  })
})
