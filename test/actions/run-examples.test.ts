import { expect } from 'chai'
import { runExample } from '../../sidecar/actions/run-examples.js'
import { readExamples } from '../../sidecar/rules/examples-file.js'
import { SEED_RULE } from '../support.js'

function run(text: string, pack = SEED_RULE, settings = ''): string[] {
  const { examples, problems } = readExamples('pack.examples.yaml', text)
  expect(problems).to.deep.equal([])
  const files = new Map([
    ['rocket.yaml', settings],
    ['rules/pack.yaml', pack],
  ])
  return examples.flatMap((example) =>
    runExample(files, example).failures.map(({ line, column, message }) => `${line}:${column} ${message}`),
  )
}

describe('examples', () => {
  it('go the real path, one event after another', () => {
    expect(
      run(`
- title: once in seven days
  events:
    - { event: quiz.graded, time: 2026-11-02T09:00:00Z, object: quiz_attempts:1, data: { score: 85 }, expect: 10 }
    - { event: quiz.graded, time: 2026-11-03T09:00:00Z, object: quiz_attempts:2, data: { score: 85 }, expect: frequency }
    - { event: quiz.graded, time: 2026-11-09T09:00:00Z, object: quiz_attempts:3, data: { score: 85 }, expect: 10 }
- title: each in a Rocket of its own
  events:
    - { event: quiz.graded, time: 2026-11-02T09:00:00Z, object: quiz_attempts:1, data: { score: 79 }, expect: condition_not_met }
    - { event: quiz.submitted, time: 2026-11-02T09:00:00Z, object: quiz_attempts:4, expect: waiting_for_grade }
`),
    ).to.deep.equal([])
  })

  it('that come out otherwise are named with their place', () => {
    expect(
      run(`
- title: wrong on purpose
  events:
    - { event: quiz.graded, time: 2026-11-02T09:00:00Z, data: { score: 85 }, expect: 11 }
    - { event: quiz.graded, time: 2026-11-02T09:00:00Z, data: { score: 85 }, expect: condition_not_met }
    - { event: login, time: 2026-11-02T09:00:00Z, expect: 5 }
`),
    ).to.deep.equal([
      '4:86 expected 11 points, came 10 points, 0 held (granted)',
      '5:86 expected condition_not_met, came 0 points, 0 held (frequency)',
      '6:59 expected 5 points, came no rule decided (ignored)',
    ])
  })

  const TWO = `
- { id: a, event: login, points: 1 }
- { id: b, event: login, points: 5, review: hold }
- { id: off, event: login, points: 9, active: false }
`

  it('may say what each rule does', () => {
    const text = (expect: string) => `
- title: each
  events:
    - { event: login, time: 2026-11-02T09:00:00Z, expect: { ${expect} } }
`
    expect(run(text('a: 1, b: { held: 5 }'), TWO)).to.deep.equal([])
    expect(run(text('a: { held: 1 }, b: 5'), TWO)).to.have.length(2)
    expect(run(text('off: 9'), TWO)[0]).to.include('there is no active rule off')
    expect(run(text('none: 9'), TWO)[0]).to.include('there is no active rule none')
  })

  it('begin with the facts they give each learner', () => {
    const pack = `
- id: r
  event: login
  points: 1
  requires:
    badges: ["badge:17", Explorer]
    completed: [PHYS101, course:7, "activity:quiz:123"]
    completion_rate: { course: CHEM1, at_least: 50 }
    points: 100
`
    const text = (facts: string) => `
- title: facts
  facts: ${facts}
  events:
    - { event: login, time: 2026-11-02T09:00:00Z, expect: 1 }
    - { event: login, time: 2026-11-02T09:00:00Z, user: another, expect: 1 }
`
    const all =
      '{ badges: ["badge:17", Explorer], completed: [PHYS101, course:7, "activity:quiz:123"], completion_rate: { CHEM1: 50 }, lifetime: 100 }'
    expect(run(text(all), pack)).to.deep.equal([])
    for (const [given, missing] of [
      ['"badge:17", ', ''],
      [', Explorer', ''],
      ['PHYS101, ', ''],
      ['CHEM1: 50', 'CHEM1: 49'],
      ['lifetime: 100', 'lifetime: 99'],
    ] as const) {
      expect(all).to.include(given)
      expect(run(text(all.replace(given, missing)), pack), given).to.have.length(2)
    }
  })

  it('send an id twice as one event', () => {
    expect(
      run(`
- title: sent twice
  events:
    - { id: x, event: quiz.graded, time: 2026-11-02T09:00:00Z, object: quiz_attempts:1, data: { score: 85 }, expect: 10 }
    - { id: x, event: quiz.graded, time: 2026-11-02T09:00:00Z, object: quiz_attempts:1, data: { score: 85 }, expect: 10 }
`),
    ).to.deep.equal([])
  })
})
