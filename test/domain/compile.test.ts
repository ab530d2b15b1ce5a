import { expect } from 'chai'
import { type CompiledRule, compile, isWanted } from '../../sidecar/domain/compile.js'
import type { FieldValue } from '../../sidecar/domain/learning-event.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { FACT_CLASSES } from '../../sidecar/domain/moodle-events.js'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { learningEvent } from '../support.js'

function compiled(pack: string, settings = '') {
  const { configuration, problems } = readConfiguration(
    new Map([
      ['rocket.yaml', settings],
      ['rules/pack.yaml', pack],
    ]),
  )
  if (!configuration) throw new Error(problems.map(({ message }) => message).join('\n'))
  return compile(configuration)
}

const only = (pack: string, settings = ''): CompiledRule => compiled(pack, settings).rules[0]!
const worth = (points: string, data: Record<string, FieldValue>, event = 'login') =>
  only(`- { id: r, event: ${event}, points: ${points} }`, 'custom_events: [custom.visit]').worth(
    learningEvent({ data }),
  ).points

describe('points', () => {
  it('may be one number', () => expect(worth('10', {})).to.equal(10))

  it('by bands are those of the first band that fits', () => {
    const bands = '{ by: score, bands: { ">=90": 15, ">=80": 10, "50..60": 1 } }'
    const scores = [100, 90, 89.99, 80, 79, 60, 49]
    expect(scores.map((score) => worth(bands, { score }))).to.deep.equal([15, 15, 10, 10, 0, 1, 0])
    expect(worth(bands, {})).to.equal(0)
    expect(worth(bands, { score: '95' })).to.equal(0)
    expect(worth('{ by: module, bands: { quiz: 5, "!=quiz": 1 } }', { module: 'page' })).to.equal(1)
  })

  it('by a rate are for each whole piece, up to the most', () => {
    const rate = '{ per: 100, of: words, points: 2, max: 5 }'
    const words = [0, 99, 100, 199, 200, 299, 1_000_000]
    expect(words.map((count) => worth(rate, { words: count }))).to.deep.equal([0, 0, 2, 2, 4, 4, 5])
    expect(worth(rate, {})).to.equal(0)
    expect(worth(rate, { words: -500 })).to.equal(0)
    expect(worth(rate, { words: '500' })).to.equal(0)
    expect(worth('{ per: 1, of: items, points: 3 }', { items: 1_000 })).to.equal(3_000)
  })

  it('say what they were read from', () => {
    const event = learningEvent({ data: { score: 5 } })
    expect(only('- { id: r, event: login, points: 1 }').worth(event).field).to.equal(null)
    expect(only('- { id: r, event: login, points: { by: score, bands: { ">9": 1 } } }').worth(event)).to.deep.equal({
      points: 0,
      field: 'score',
    })
  })

  it('read the event’s own fields as conditions do, and nothing that JavaScript keeps on every object', () => {
    expect(worth('{ by: course, bands: { "=7": 5 } }', {})).to.equal(5)
    expect(worth('{ by: constructor, bands: { present: 5 } }', {}, 'custom.visit')).to.equal(0)
  })

  it('are whole and never negative, whatever is sent', () => {
    for (const words of [0.1, 1e9, 1e300, Number.MAX_SAFE_INTEGER, -1e300]) {
      const points = worth('{ per: 3, of: words, points: 7 }', { words })
      expect(points).to.satisfy(Number.isSafeInteger).and.to.be.within(0, 1_000_000)
    }
  })
})

describe('a compiled rule', () => {
  it('means its alias, not merely the alias’s class', () => {
    const completed = only('- { id: r, event: activity.completed, points: 1 }')
    const event = canonicalName('activity.completed')!
    expect(completed.means(learningEvent({ event, data: { state: 1 } }))).to.equal(true)
    expect(completed.means(learningEvent({ event, data: { state: 0 } }))).to.equal(false)
    expect(
      only(`- { id: r, event: '${event}', points: 1 }`).means(learningEvent({ event, data: { state: 0 } })),
    ).to.equal(true)
  })

  it('may listen to several', () => {
    const rule = only('- { id: r, event: [login, course.viewed], points: 1 }')
    const means = (name: string) => rule.means(learningEvent({ event: canonicalName(name)! }))
    expect(['login', 'course.viewed', 'quiz.graded'].filter(means)).to.deep.equal(['login', 'course.viewed'])
  })

  it('waits for the grade where its alias has one, or where it looks at the score', () => {
    const waits = (rule: string, name = 'quiz.submitted') =>
      only(`- { id: r, points: 1, ${rule} }`).waits(learningEvent({ event: canonicalName(name)! }))
    expect(waits('event: quiz.graded')).to.equal(true)
    expect(waits('event: assign.graded', 'assign.graded')).to.equal(true)
    expect(waits('event: quiz.submitted')).to.equal(false)
    expect(waits('event: quiz.submitted, conditions: { score: ">=1" }')).to.equal(true)
    expect(waits('event: quiz.submitted, unless: { not: { score: ">=1" } }')).to.equal(true)
    expect(waits('event: \\mod_quiz\\event\\attempt_submitted, conditions: { any: [{ score: ">5" }] }')).to.equal(true)
    expect(waits('event: login, conditions: { score: ">=1" }', 'login')).to.equal(false)
    const scored = only('- { id: r, event: quiz.graded, points: 1 }')
    expect(scored.waits(learningEvent({ data: { score: 0 } }))).to.equal(false)
  })

  it('waits for the grade where its points depend on the score', () => {
    for (const points of ['{ by: score, bands: { ">=0": 1 } }', '{ per: 10, of: score, points: 1 }']) {
      const rule = only(`- { id: r, event: quiz.submitted, points: ${points} }`)
      expect(rule.waits(learningEvent({ event: canonicalName('quiz.submitted')! })), points).to.equal(true)
    }
  })
})

describe('compiled rules', () => {
  const pack = `
- { id: a, event: quiz.submitted, points: 1, revoke_on: quiz.deleted }
- { id: b, was: [b1, b2], event: [quiz.graded, quiz.submitted], points: 1 }
- { id: c, event: login, points: 1, active: false, revoke_on: badge.revoked }
`
  const rules = compiled(pack)

  it('are found by every class they listen to, each once', () => {
    const listening = rules.listeners.get(canonicalName('quiz.submitted')!)?.map(({ rule }) => rule.id)
    expect(listening).to.deep.equal(['a', 'b'])
  })

  it('do not hold those that are not active', () => {
    expect(rules.rules.map(({ rule }) => rule.id)).to.deep.equal(['a', 'b'])
    expect(isWanted(rules, canonicalName('login')!)).to.equal(false)
  })

  it('still take back what a rule that is switched off once granted', () => {
    const revoking = rules.revocations.get(canonicalName('badge.revoked')!)?.map(({ of }) => of.rule.id)
    expect(revoking).to.deep.equal(['c'])
  })

  it('know the ids that a rule had', () => {
    expect(rules.idsOf('b')).to.deep.equal(['b', 'b1', 'b2'])
    expect(rules.idsOf('c')).to.deep.equal(['c'])
  })

  it('want what rules listen to, what takes grants back and what proves facts', () => {
    const classes = ['quiz.graded', 'quiz.deleted'].map((name) => canonicalName(name)!)
    for (const name of [...classes, ...Object.values(FACT_CLASSES)]) {
      expect(isWanted(rules, name), name).to.equal(true)
      expect(rules.eventNames).to.include(name)
    }
    expect(isWanted(rules, '\\mod_forum\\event\\post_created')).to.equal(false)
    expect(rules.eventNames).to.deep.equal([...new Set(rules.eventNames)].sort())
  })
})
