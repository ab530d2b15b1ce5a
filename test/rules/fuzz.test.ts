import { expect } from 'chai'
import fc from 'fast-check'
import { readExamples } from '../../sidecar/rules/examples-file.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'

const PACK = String.raw`- id: submit_quiz
  was: [old_quiz]
  event: [core\event\quiz_attempt_submitted, custom.visit]
  conditions: { any: [{ score: ">=80" }, { not: { words: 80..100 } }, { module: [a, 2, true] }] }
  points: { by: score, bands: { ">=90": 15, ">=80": 10 } }
  frequency: 1
  cooldown: 7d
  per: course
  caps: [{ points: 50, per: term }, { grants: 3, per: 48h }]
  window: { from: 2026-09-01, to: 2026-12-20, days: [mon, fri], hours: "22:00-06:00" }
  requires: { badges: [badge:17], completion_rate: { course: PHYS101, at_least: 50 }, any: [{ points: 5 }] }
  unless: { late: true }
  revoke_on: [quiz.deleted, { event: quiz.regraded, conditions: { score: "<80" } }]
  expires: term
  review: hold
  title: { en: Quiz, de: Quiz }
- { id: essay, event: forum.post, points: { per: 100, of: words, points: 1, max: 5 }, once_per: object }
`
const SETTINGS = `timezone: Europe/London
terms: [{ id: autumn, from: 2026-09-01, to: 2026-12-18 }]
custom_events: [custom.visit]
jobs: { verify: "30 3 * * *" }
retention: { events: 120d }
`
const REWARDS = `currency: GBP
tiers: [{ id: bronze, title: Bronze, points: 50 }, { id: silver, title: Silver, points: 200, show: hidden }]
budgets: [{ id: main, monthly: 500.00, rollover: true }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET, personal: [user_id] }]
rewards:
  - { id: a, title: A, cost: 50, value: 5.00, budget: main, stock: 10, limit: { count: 1, per: month }, active: false }
  - id: b
    title: { en: B }
    funding: discount
    discount: { bronze: { percent: 5 }, silver: { amount: 2.00 } }
    cost: 20
    delivery: shop
    requires: { rules: [essay], tier: bronze }
    approved: { by: Head, on: 2026-08-20 }
  - { id: c, title: C, funding: hybrid, savings: [{ points: 5, percent: 10 }], top_up: 1, budget: main, active: false }
  - { id: d, title: D, cost: 1, delivery: moodle, moodle: { enrol: { course: PHYS101, days: 90 } }, active: false }
`
const EXAMPLES = `- title: A pass earns ten points
  facts: { badges: [badge:17], completed: [course:7], completion_rate: { course:7: 60 }, lifetime: 120 }
  events:
    - { event: quiz.graded, time: 2026-11-02T09:00:00Z, object: quiz_attempts:1, data: { score: 85 }, expect: 10 }
    - { event: quiz.graded, time: 2026-11-05T09:00:00+01:00, expect: { submit_quiz: frequency, essay: { held: 3 } } }
`

const PIECES = [
  '- ',
  ': ',
  '\n',
  '  ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '&a',
  '*a',
  '!x',
  '>',
  '|',
  '%',
  '<<',
  '#',
  '~',
  '.inf',
]
const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 }), fc.integer().map(String))
const edit = fc.record({ at: fc.nat(1_200), remove: fc.nat(12), insert: piece })

/** A valid text with a few places overwritten. */
const mutated = (text: string) =>
  fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce((now, { at, remove, insert }) => now.slice(0, at) + insert + now.slice(at + remove), text),
    )
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
)

const folder = (settings: string, pack: string, rewards: string) =>
  new Map([
    ['rocket.yaml', settings],
    ['rules/a.yaml', pack],
    ['rewards.yaml', rewards],
  ])

function check(settings: string, pack: string, rewards: string): void {
  const { configuration, problems } = readConfiguration(folder(settings, pack, rewards))
  expect(configuration === null).to.equal(problems.some(({ severity }) => severity === 'error'))
  for (const { line, column, message } of problems) {
    expect(line).to.be.at.least(1)
    expect(column).to.be.at.least(1)
    expect(message).to.match(/^[^\n]+$/)
  }
}

describe('whatever a file holds', () => {
  it('is valid in the form that is mutated below', () => {
    expect(readConfiguration(folder(SETTINGS, PACK, REWARDS)).problems).to.deep.equal([])
    expect(readExamples('a', EXAMPLES).problems).to.deep.equal([])
  })

  it('is read without a throw, and refused exactly where there is an error', () => {
    fc.assert(fc.property(anyText, anyText, anyText, check), { numRuns: 500 })
    fc.assert(fc.property(mutated(SETTINGS), mutated(PACK), mutated(REWARDS), check), { numRuns: 500 })
  })

  it('is read as examples without a throw', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, mutated(EXAMPLES)), (text) => {
        const { examples, problems } = readExamples('a.examples.yaml', text)
        expect(examples).to.be.an('array')
        for (const { message } of problems) expect(message).to.match(/^[^\n]+$/)
      }),
      { numRuns: 500 },
    )
  })
})
