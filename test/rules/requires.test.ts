import { expect } from 'chai'
import { readConfiguration } from '../../sidecar/rules/read-configuration.js'
import { expectOne, files, problemsIn, refuses, rulePack, rulesOf } from './reading.js'

const other = '\n- { id: other, was: [older], event: login, points: 1 }'
const requires = (written: string) => rulesOf(rulePack(`requires: ${written}`) + other)[0]?.requires

describe('requires', () => {
  it('is everything that it names', () => {
    const written =
      '{ badges: [badge:17, Safety first], rules: [other], completed: [PHYS101, course:7, activity:quiz:123, 4711], ' +
      'completion_rate: { course: course:7, at_least: 62.5 }, points: 200 }'
    expect(requires(written)).to.deep.equal({
      kind: 'all',
      of: [
        { kind: 'badge', badge: 'badge:17' },
        { kind: 'badge', badge: 'Safety first' },
        { kind: 'rule', rule: 'other' },
        { kind: 'completed', target: 'PHYS101' },
        { kind: 'completed', target: 'course:7' },
        { kind: 'completed', target: 'activity:quiz:123' },
        { kind: 'completed', target: '4711' },
        { kind: 'completion_rate', course: 'course:7', atLeast: 62.5 },
        { kind: 'points', points: 200 },
      ],
    })
  })

  it('offers a choice with any', () => {
    expect(requires('{ points: 5, any: [{ badges: [badge:1] }, { points: 9, rules: [other] }] }')).to.deep.equal({
      kind: 'all',
      of: [
        { kind: 'points', points: 5 },
        {
          kind: 'any',
          of: [
            { kind: 'badge', badge: 'badge:1' },
            {
              kind: 'all',
              of: [
                { kind: 'rule', rule: 'other' },
                { kind: 'points', points: 9 },
              ],
            },
          ],
        },
      ],
    })
  })

  refuses([
    ['requires: {}', '4:13', '`requires` is empty'],
    ['requires: badge:17', '4:13', '`requires` must be a map'],
    ['requires: { tier: gold }', '4:21', 'no tiers are defined', 'add `tiers` to rewards.yaml'],
    ['requires: { badge: [badge:17] }', '4:15', 'did you mean `badges`?', 'Allowed: badges, rules, completed'],
    ['requires: { badges: badge:17 }', '4:23', '`badges` must be a list', '[ ]'],
    ['requires: { badges: [] }', '4:23', 'empty list'],
    ['requires: { badges: [17] }', '4:24', 'an item of `badges` must be text'],
    ['requires: { badges: ["badge: 17"] }', '4:24', 'such as badge:17'],
    ['requires: { completed: ["course:"] }', '4:27', 'such as course:7'],
    ['requires: { completed: [activity:quiz] }', '4:27', 'such as activity:quiz:123'],
    ['requires: { completed: [quiz:123] }', '4:27', 'warning', 'ID number', 'write `activity:quiz:123`'],
    ['requires: { completion_rate: 50 }', '4:32', '`completion_rate` must be a map'],
    ['requires: { completion_rate: { course: X } }', '4:32', '`at_least` is missing'],
    ['requires: { completion_rate: { at_least: 5 } }', '4:32', '`course` is missing'],
    ['requires: { completion_rate: { course: X, at_least: 101 } }', '4:55', 'a number from 0 to 100'],
    ['requires: { completion_rate: { course: X, at_least: 50% } }', '4:55', '`50%`'],
    ['requires: { points: 0 }', '4:23', 'a whole number from 1'],
    ['requires: { any: { points: 1 } }', '4:20', '`any` must be a list'],
    ['requires: { any: [{}] }', '4:21', 'an item of `any` is empty'],
    ['requires: { any: [{ tier: gold }] }', '4:29', 'no tiers are defined'],
    ['requires: { rules: [r] }', '4:23', '`r` requires itself', 'never pay'],
  ])

  it('names rules that exist, in any pack', () => {
    const packs = (needed: string) =>
      new Map([
        ['rules/a.yaml', rulePack(`requires: { rules: [${needed}] }`)],
        ['rules/b.yaml', other.trim()],
      ])
    expect(problemsIn(packs('other'))).to.deep.equal([])
    expectOne(problemsIn(packs('othr')), 'rules/a.yaml:4:23', 'no rule `othr`', 'did you mean `other`?')
    expectOne(problemsIn(packs('older')), 'rules/a.yaml:4:23', 'former id', 'called `other` now')
  })

  it('names tiers of rewards.yaml, also one whose own mistakes are reported already', () => {
    const withTiers = (tier: string, rewards: string) =>
      files(rulePack(`requires: { tier: ${tier} }`)).set('rewards.yaml', rewards)
    const TIERS = 'tiers: [{ id: silver, title: Silver, points: 200 }]'
    const { configuration } = readConfiguration(withTiers('silver', TIERS))
    expect(configuration?.rules[0]?.requires).to.deep.equal({ kind: 'tier', tier: 'silver' })
    expectOne(problemsIn(withTiers('silvr', TIERS)), 'rules/a.yaml:4:21', 'no tier `silvr`', 'did you mean `silver`?')
    const broken = 'tiers: [{ id: silver, title: Silver, points: many }]'
    expectOne(problemsIn(withTiers('silver', broken)), 'rewards.yaml:1:46', '`points` must be')
  })

  it('is not blamed for a tier that may stand where nothing can be read', () => {
    for (const rewards of [
      'tiers: [',
      '- tiers',
      'tiers: gold',
      'tiers: [gold]',
      'tiers: [{ title: Gold, points: 1 }]',
    ]) {
      const found = problemsIn(files(rulePack('requires: { tier: gold }')).set('rewards.yaml', rewards))
      expect(
        found.filter((line) => line.startsWith('rules')),
        rewards,
      ).to.deep.equal([])
      expect(found, rewards).to.not.deep.equal([])
    }
  })

  it('may name a rule whose own mistakes are reported already, or that may stand in an unreadable pack', () => {
    const broken = `${rulePack('requires: { rules: [other] }')}\n- { id: other, event: login, points: none }`
    expectOne(problemsIn(files(broken)), 'rules/a.yaml:5:38', '`points` must be')
    const unreadable = files(rulePack('requires: { rules: [other] }')).set('rules/b.yaml', '- [')
    expectOne(problemsIn(unreadable), 'rules/b.yaml:1:4', 'not YAML')
  })

  it('is refused where rules wait for each other, unless there is another way', () => {
    const circle = (a: string, c: string) =>
      problemsIn(
        files(
          `- { id: a, event: login, points: 1, requires: ${a} }\n` +
            '- { id: b, event: login, points: 1, requires: { rules: [a] } }\n' +
            `- { id: c, event: login, points: 1, requires: ${c} }`,
        ),
      )
    const found = circle('{ rules: [c] }', '{ rules: [b] }')
    expect(found).to.have.length(3)
    expect(found[0]).to.contain('rules/a.yaml:1:57 `a` and `c` wait for each other')
    expect(circle('{ any: [{ rules: [c] }, { points: 5 }] }', '{ rules: [b] }')).to.deep.equal([])
    expect(circle('{ any: [{ rules: [a] }, { points: 5 }] }', '{ rules: [b] }')).to.deep.equal([])
    expect(circle('{ points: 5 }', '{ rules: [a, b] }')).to.deep.equal([])
  })
})
