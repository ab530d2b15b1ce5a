import { expect } from 'chai'
import { Civil } from '../../sidecar/domain/civil.js'
import { missing } from '../../sidecar/domain/requirement.js'
import type { Tier } from '../../sidecar/domain/reward.js'
import type { Requirement } from '../../sidecar/domain/rule.js'
import { namesFor } from '../../sidecar/domain/tier.js'
import { granted, type KnownOf, learner } from './world.js'

const civil = new Civil('UTC', 1, [])
const tiers: Tier[] = [
  { id: 'bronze', title: 'Bronze', points: 50, requires: null, show: 'locked' },
  { id: 'silver', title: 'Silver', points: 200, requires: { kind: 'badge', badge: 'badge:17' }, show: 'locked' },
]
const directory = {
  courseNamed: (idnumber: string) => (idnumber === 'PHYS101' ? 'course:7' : null),
  badgeNamed: (badge: string) => (badge === 'badge:18' ? 'Lab safety' : null),
}
const names = namesFor(tiers, (rule) => (rule === 'renamed' ? ['renamed', 'old'] : [rule]), directory, civil)

const open = (requirement: Requirement, given: KnownOf = {}) =>
  missing(requirement, learner(given), names, civil).map(({ code }) => code)

describe('a requirement', () => {
  it('of a badge is met by its number or its exact name', () => {
    const given = { badges: [['badge:17', 'Explorer']] } as const
    expect(open({ kind: 'badge', badge: 'badge:17' }, given)).to.deep.equal([])
    expect(open({ kind: 'badge', badge: 'Explorer' }, given)).to.deep.equal([])
    expect(open({ kind: 'badge', badge: 'explorer' }, given)).to.deep.equal(['needs_badge'])
    expect(open({ kind: 'badge', badge: 'badge:1' }, given)).to.deep.equal(['needs_badge'])
  })

  it('of a rule is met by a grant that stands', () => {
    const rule = { kind: 'rule', rule: 'quiz' } as const
    expect(open(rule)).to.deep.equal(['needs_rule'])
    expect(open(rule, { grants: [granted({ rule: 'quiz', standing: false })] })).to.deep.equal(['needs_rule'])
    expect(open(rule, { grants: [granted({ rule: 'quiz' })] })).to.deep.equal([])
  })

  it('of a rule is met by what it granted under an id that it had before', () => {
    expect(open({ kind: 'rule', rule: 'renamed' }, { grants: [granted({ rule: 'old' })] })).to.deep.equal([])
  })

  it('of a course or an activity is met where it was completed', () => {
    const given = { completed: ['course:7', 'activity:123'] }
    for (const target of ['course:7', 'PHYS101', 'activity:quiz:123']) {
      expect(open({ kind: 'completed', target }, given), target).to.deep.equal([])
    }
    for (const target of ['course:8', 'CHEM1', 'activity:quiz:1', 'quiz:123']) {
      expect(open({ kind: 'completed', target }, given), target).to.deep.equal(['needs_completed'])
    }
  })

  it('of a completion rate is met by at least as much', () => {
    const half = { kind: 'completion_rate', course: 'PHYS101', atLeast: 50 } as const
    expect(open(half)).to.deep.equal(['needs_completion_rate'])
    expect(open(half, { rates: [['course:7', 49.9]] })).to.deep.equal(['needs_completion_rate'])
    expect(open(half, { rates: [['course:7', 50]] })).to.deep.equal([])
    const [reason] = missing(half, learner({ rates: [['course:7', 30]] }), names, civil)
    expect(reason?.params).to.deep.equal({ course: 'PHYS101', at_least: 50, rate: 30 })
  })

  it('of points looks at lifetime points, and says how many are missing', () => {
    const points = { kind: 'points', points: 50 } as const
    expect(open(points, { lifetime: 50 })).to.deep.equal([])
    expect(missing(points, learner({ lifetime: 49 }), names, civil)[0]).to.deep.include({
      params: { points: 1 },
      text: '1 more point',
    })
  })

  it('of a badge that somebody has names it as people know it', () => {
    const [reason] = missing({ kind: 'badge', badge: 'badge:18' }, learner({}), names, civil)
    expect(reason?.text).to.equal('earn the badge Lab safety')
  })

  it('of a tier is met by it, with all that it asks for, and says its title', () => {
    const silver = { kind: 'tier', tier: 'silver' } as const
    expect(open({ kind: 'tier', tier: 'bronze' }, { lifetime: 50 })).to.deep.equal([])
    expect(open(silver, { lifetime: 200 })).to.deep.equal(['needs_tier'])
    expect(open(silver, { lifetime: 200, badges: [['badge:17', '']] })).to.deep.equal([])
    expect(missing(silver, learner({}), names, civil)[0]?.text).to.equal(
      'reach the tier Silver: earn badge 17, 200 more points',
    )
  })

  it('of all lists everything that is missing', () => {
    const all: Requirement = {
      kind: 'all',
      of: [
        { kind: 'badge', badge: 'badge:17' },
        { kind: 'points', points: 5 },
        { kind: 'rule', rule: 'quiz' },
      ],
    }
    expect(open(all)).to.deep.equal(['needs_badge', 'needs_points', 'needs_rule'])
    expect(open(all, { lifetime: 5 })).to.deep.equal(['needs_badge', 'needs_rule'])
  })

  it('of any is met by one, else names each way', () => {
    const any: Requirement = {
      kind: 'any',
      of: [
        { kind: 'points', points: 5 },
        {
          kind: 'all',
          of: [
            { kind: 'badge', badge: 'badge:17' },
            { kind: 'rule', rule: 'quiz' },
          ],
        },
      ],
    }
    expect(open(any, { lifetime: 5 })).to.deep.equal([])
    const [reason] = missing(any, learner({}), names, civil)
    expect(reason?.text).to.equal('5 more points, or earn badge 17 and earn points by quiz')
    expect(open(any, { badges: [['badge:17', '']], grants: [granted({ rule: 'quiz' })] })).to.deep.equal([])
  })
})
