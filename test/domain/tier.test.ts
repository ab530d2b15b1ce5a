import { expect } from 'chai'
import fc from 'fast-check'
import { Civil } from '../../sidecar/domain/civil.js'
import type { Tier } from '../../sidecar/domain/reward.js'
import { namesFor, standingOf } from '../../sidecar/domain/tier.js'
import { type KnownOf, learner } from './world.js'

const civil = new Civil('UTC', 1, [])
const tier = (id: string, points: number, requires: Tier['requires'] = null): Tier => ({
  id,
  title: { en: id.toUpperCase() },
  points,
  requires,
  show: 'locked',
})
const LADDER = [tier('bronze', 50), tier('silver', 200, { kind: 'badge', badge: 'badge:17' }), tier('gold', 250)]
const directory = {
  courseNamed: () => null,
  badgeNamed: (badge: string) => (badge === 'badge:17' ? 'Lab safety' : null),
}

function stands(given: KnownOf, tiers: readonly Tier[] = LADDER) {
  const names = namesFor(tiers, (rule) => [rule], directory, civil)
  const { reached, next } = standingOf(tiers, learner(given), names, civil)
  const missing = next?.missing.map(({ text }) => text) ?? []
  return { reached: reached.map(({ id }) => id), next: next?.tier.id ?? null, needed: next?.pointsNeeded, missing }
}
const badges = [['badge:17', 'Lab safety']] as const

describe('a ladder of tiers', () => {
  it('is climbed by lifetime points', () => {
    expect(stands({ lifetime: 10 })).to.deep.equal({
      reached: [],
      next: 'bronze',
      needed: 40,
      missing: ['40 more points'],
    })
    expect(stands({ lifetime: 49 }).missing).to.deep.equal(['1 more point'])
    expect(stands({ lifetime: 50 }).reached).to.deep.equal(['bronze'])
  })

  it('says of the next step all that is missing', () => {
    expect(stands({ lifetime: 160 })).to.deep.equal({
      reached: ['bronze'],
      next: 'silver',
      needed: 40,
      missing: ['Earn the badge Lab safety', '40 more points'],
    })
  })

  it('has no step over a step: points alone do not reach what stands above a missing badge', () => {
    expect(stands({ lifetime: 300 })).to.deep.equal({
      reached: ['bronze'],
      next: 'silver',
      needed: 0,
      missing: ['Earn the badge Lab safety'],
    })
    expect(stands({ lifetime: 300, badges }).reached).to.deep.equal(['bronze', 'silver', 'gold'])
  })

  it('ends at the top', () => {
    expect(stands({ lifetime: 250, badges })).to.deep.include({ next: null, missing: [] })
    expect(stands({ lifetime: 999 }, [])).to.deep.include({ reached: [], next: null })
  })

  it('is climbed from below, whatever a learner has: more points never lose a step', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.nat(400), fc.boolean(), (lifetime, more, held) => {
        const given = held ? { badges } : {}
        const [before, after] = [stands({ ...given, lifetime }), stands({ ...given, lifetime: lifetime + more })]
        expect(after.reached.slice(0, before.reached.length)).to.deep.equal(before.reached)
        expect(LADDER.map(({ id }) => id).slice(0, after.reached.length)).to.deep.equal(after.reached)
      }),
    )
  })

  it('gives requirements its names', () => {
    const names = namesFor(LADDER, (rule) => [rule], directory, civil)
    expect(names.tierTitle('silver')).to.equal('SILVER')
    expect(names.tierTitle('none')).to.equal('none')
    const lacks = (tier: string) => names.missingForTier(learner({ lifetime: 60 }), tier).map(({ text }) => text)
    expect(lacks('bronze')).to.deep.equal([])
    expect(lacks('silver')).to.not.deep.equal([])
    expect(lacks('none')).to.deep.equal([])
  })
})
