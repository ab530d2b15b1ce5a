import { expect } from 'chai'
import { inWords } from '../../sidecar/activity/learning-event.js'
import { Civil } from '../../sidecar/domain/civil.js'
import { DATA_FIELDS, DATA_KEYS, EVENT_FIELDS } from '../../sidecar/domain/learning-event.js'
import { actOf, aliases, resolveName } from '../../sidecar/domain/meaning.js'
import { type Reason, type ReasonCode, reason } from '../../sidecar/domain/reason.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { learningEvent, SEED_RULE } from '../support.js'
import { allowedKeys, blocksOf, codesIn, firstColumn, packFiles, page, tableOf } from './pages.js'

describe('rules.md', () => {
  const text = page('rules.md')

  it('begins with the rule that everybody sees first, and what it says of that rule is so', () => {
    const [first] = blocksOf(text)
    const files = packFiles(first?.text ?? '')
    const seed = readConfiguration(packFiles(SEED_RULE)).configuration?.rules[0]
    const shown = readConfiguration(files).configuration?.rules[0]
    expect({ ...shown, title: null, version: '' }).to.deep.equal({ ...seed, version: '' })
    const opening = text.slice(0, text.indexOf('**To write your own**')).replace(/\s+/g, ' ')
    expect(opening).to.include(textOf('frequency'))
  })

  it('describes every key of a rule, and no other', () => {
    const keys = allowedKeys('rules/pack.yaml', '- { id: r, event: quiz.graded, points: 1, zzz: 1 }')
    expect(firstColumn(tableOf(text, 'key | form')).sort()).to.deep.equal(keys.sort())
  })

  it('describes every key of requires', () => {
    const pack = '- { id: r, event: quiz.graded, points: 1, requires: { zzz: 1 } }'
    const keys = allowedKeys('rules/pack.yaml', pack)
    expect(firstColumn(tableOf(text, 'key | is met')).sort()).to.deep.equal(keys.sort())
  })

  it('describes every field that a sender may fill', () => {
    const rows = DATA_KEYS.map((key) => [`\`${key}\``, inWords(DATA_FIELDS[key]), DATA_FIELDS[key].description])
    expect(tableOf(text, 'field')).to.deep.equal(rows)
    const flowing = text.replace(/\s+/g, ' ')
    for (const field of EVENT_FIELDS) expect(flowing, field).to.include(`\`${field}\` (`)
  })

  it('has every alias with its classes and its act key, as the code has them', () => {
    const rows = tableOf(text, 'alias')
    expect(firstColumn(rows)).to.deep.equal(aliases)
    const modules = codesIn(/^Modules of `activity\.viewed`: (.*)$/m.exec(text)?.[1])
    for (const [name, classes, act] of rows) {
      const alias = codesIn(name)[0] ?? ''
      const expected = resolveName(alias)?.classes ?? []
      const shown = codesIn(classes).flatMap((one) =>
        one.includes('*') ? modules.map((module) => one.replace('*', module)) : [one],
      )
      expect(shown, alias).to.deep.equal(expected)
      for (const event of expected) {
        const key = actOf(learningEvent({ event, object: 'OBJECT', activity: 'quiz:ID', course: 'ID' }))
        expect(codesIn(act)[0] ?? null, event).to.equal(key)
      }
    }
  })

  it('has every reason of a rule with its parameters, and a sentence as Rocket says it', () => {
    const rows = tableOf(text, 'code')
    expect(firstColumn(rows).sort()).to.deep.equal(Object.keys(SAMPLES).sort())
    for (const [name, parameters, sentence] of rows) {
      const code = codesIn(name)[0] as ReasonCode
      expect(codesIn(parameters), code).to.deep.equal(Object.keys(SAMPLES[code] ?? {}))
      expect(sentence).to.equal(textOf(code))
    }
  })
})

const wording = new Civil('Europe/London', 1, [])
const sample = (code: ReasonCode, params: Reason['params']): Reason => reason(code, params, wording)
const badge = sample('needs_badge', { badge: 'Laboratory safety' })
const more = sample('needs_points', { points: 40 })
const monday = '2026-11-02T09:00:00.000Z'
/** Those of rules; the pages on rewards and fair play have the others, and a test that together they are all. */
const SAMPLES: Readonly<Partial<Record<ReasonCode, Reason['params']>>> = {
  granted: { points: 10 },
  capped: { points: 4, of: 10, per: 'day', limit: 50 },
  held: { points: 10, because: [sample('held_near_copy', { observed: 90 })], release: '2026-11-16T09:00:00.000Z' },
  revoked: { points: 10 },
  withdrawn: { withdrawn: '2026-11-01T09:00:00Z' },
  waiting_for_grade: {},
  condition_not_met: { field: 'score', test: '>=80', value: 65 },
  frozen: {},
  excluded: {},
  outside_window: { opens: '2026-11-09T22:00:00.000Z' },
  requires: { missing: [badge, more] },
  needs_badge: badge.params,
  needs_rule: { rule: 'induction' },
  needs_completed: { target: 'PHYS101' },
  needs_completion_rate: { course: 'PHYS101', at_least: 50, rate: 35 },
  needs_points: more.params,
  needs_tier: { tier: 'silver', title: 'Silver', missing: [badge, more] },
  needs_all: { missing: [badge, more] },
  needs_any: { options: [sample('needs_completed', { target: 'PHYS101' }), more] },
  no_object: { scope: 'activity' },
  already_granted: { granted: monday, act: 'quiz.graded:quiz_attempts:991' },
  once_only: { scope: 'activity', granted: monday },
  frequency: { granted: monday, again: '2026-11-09T09:00:00.000Z', count: 1 },
  cap_reached: { per: 'day', limit: 50, unit: 'points', again: '2026-11-03T00:00:00.000Z' },
  no_points: { field: 'score' },
}
const textOf = (code: ReasonCode): string => sample(code, SAMPLES[code] ?? {}).text
