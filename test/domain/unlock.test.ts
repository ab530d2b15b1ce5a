import { expect } from 'chai'
import { Civil } from '../../sidecar/domain/civil.js'
import { type Reason, reasonCodes } from '../../sidecar/domain/reason.js'
import { offersOf, type Reward, type Tier } from '../../sidecar/domain/reward.js'
import { namesFor } from '../../sidecar/domain/tier.js'
import { type Circumstances, lockedBecause, staysHidden } from '../../sidecar/domain/unlock.js'
import { rewardOf } from '../rules/reading.js'
import { NOW } from '../support.js'
import { DAY, HOUR, learner } from './world.js'

const tiers = (['bronze', 'silver'] as const).map(
  (id, index): Tier => ({ id, title: id, points: [50, 200][index]!, requires: null, show: 'locked' }),
)
const terms = [{ id: 'autumn', from: '2026-09-01', to: '2026-12-18' }]
const utc = new Civil('UTC', 1, terms)

function circumstances(given: Partial<Circumstances> = {}): Circumstances {
  const civil = given.civil ?? utc
  const directory = { courseNamed: () => null, badgeNamed: () => 'Lab safety' }
  const names = namesFor(tiers, (rule) => [rule], directory, civil)
  const open = { approved: true, fundedOnly: false, paused: false, partnerOpen: true }
  const none = { left: null, budgetLeft: null, mine: [] }
  return { learner: learner({ lifetime: 100 }), names, civil, now: NOW, balance: 100, ...open, ...none, ...given }
}

/** What stands in the way of a reward with these keys, at its first price. */
function locked(lines: string | readonly string[], given: Partial<Circumstances> = {}): Reason[] {
  const reward = rewardOf(...(typeof lines === 'string' ? [lines] : lines))
  const all = circumstances(given)
  const reached = tiers.filter(({ id }) => all.names.missingForTier(all.learner, id).length === 0).map(({ id }) => id)
  return lockedBecause(reward, offersOf(reward, reached, 'GBP')[0] ?? null, all)
}
const seen = new Set<string>()
const says = (lines: string | readonly string[], given: Partial<Circumstances> = {}): string[] =>
  locked(lines, given).map(({ code, text }) => {
    seen.add(code)
    return text
  })

describe('what stands in the way of a reward', () => {
  it('is nothing, where all is there', () => {
    expect(says('cost: 100')).to.deep.equal([])
    expect(says('tier: bronze')).to.deep.equal([])
  })

  it('is said all at once, each as a sentence of its own', () => {
    const all = ['tier: silver', 'requires: { badges: ["badge:17"] }', 'cost: 140', 'window: { from: 2027-01-11 }']
    expect(says(all)).to.deep.equal([
      'This can be had only at certain times, next from 11 January 2027.',
      'Reach the tier silver: 100 more points',
      'Earn the badge Lab safety',
      '40 more points',
    ])
  })

  it('may be that it is switched off, not approved, or not funded', () => {
    expect(says('active: false')).to.deep.equal(['This reward is switched off.'])
    expect(says('cost: 1', { approved: false })).to.deep.equal(['This reward waits for the institution’s approval.'])
    const partly = ['funding: discount', 'discount: { percent: 5 }']
    expect(says(partly)).to.deep.equal([])
    expect(says(partly, { fundedOnly: true })[0]).to.match(/^At present only rewards that the institution pays for/)
    expect(says('cost: 1', { fundedOnly: true })).to.deep.equal([])
  })

  it('may be that the learner is frozen, which is said first', () => {
    const frozen = { learner: learner({ lifetime: 100, frozen: true }) }
    expect(says(['active: false'], frozen)).to.deep.equal([
      'Your account is frozen: it earns and redeems nothing until the institution changes that. Your points stay.',
      'This reward is switched off.',
    ])
  })

  it('may be that nobody redeems anything just now', () => {
    expect(says('active: false', { paused: true })).to.deep.equal([
      'Redeeming is paused for the moment. Your points are safe.',
      'This reward is switched off.',
    ])
  })

  it('may be that none are left, or its partner takes none', () => {
    expect(says('stock: 10', { left: 1 })).to.deep.equal([])
    expect(says('stock: 10', { left: 0 })).to.deep.equal(['None of these are left.'])
    expect(says('delivery: shop', { partnerOpen: false })).to.have.length(1)
  })

  it('may be the balance, not the lifetime points', () => {
    expect(locked('cost: 50', { balance: 49 })[0]).to.deep.include({ code: 'needs_balance', params: { points: 1 } })
    expect(locked('cost: 50', { balance: -10 })[0]?.params).to.deep.equal({ points: 60 })
  })

  it('may be money: only where it pays some, and more than is left this month', () => {
    const gift = ['value: 5.00', 'budget: main']
    expect(says(gift, { budgetLeft: 500 })).to.deep.equal([])
    expect(says(gift, { budgetLeft: 499 })).to.deep.equal([
      'The money for this is used up for this month. It begins anew on 1 December 2026.',
    ])
    expect(says('cost: 1', { budgetLeft: -1 })).to.deep.equal([])
  })

  it('ends with the month where the institution is', () => {
    const again = (zone: string, now: string) =>
      locked(['value: 5.00', 'budget: main'], {
        budgetLeft: 0,
        civil: new Civil(zone, 1, terms),
        now: Date.parse(now),
      })[0]?.params.again
    expect(again('Pacific/Kiritimati', '2026-11-30T10:00:00Z')).to.equal('2027-01-01')
    expect(again('America/Los_Angeles', '2026-12-01T07:59:59Z')).to.equal('2026-12-01')
  })
})

describe('a discount by tier', () => {
  const byTier = (discount: string, ...lines: string[]) => ['funding: discount', `discount: ${discount}`, ...lines]

  it('is locked below the first tier that has one', () => {
    const low = { learner: learner({ lifetime: 10 }) }
    expect(says(byTier('{ silver: { percent: 9 }, bronze: { percent: 5 } }'), low)).to.deep.equal([
      'Reach the tier bronze: 40 more points',
    ])
    expect(says(byTier('{ silver: { percent: 9 }, bronze: { percent: 5 } }'))).to.deep.equal([])
  })

  it('is locked below it also where the reward itself asks for a lower tier', () => {
    expect(says(byTier('{ silver: { percent: 9 } }', 'tier: bronze'))).to.deep.equal([
      'Reach the tier silver: 100 more points',
    ])
    expect(says(byTier('{ bronze: { percent: 9 } }', 'tier: silver'))).to.deep.equal([
      'Reach the tier silver: 100 more points',
    ])
  })
})

describe('the limit of a learner', () => {
  const at = (...times: string[]) => times.map((time) => Date.parse(time))

  it('counts a civil month in the institution’s zone, and says when it begins anew', () => {
    const month = 'limit: { count: 2, per: month }'
    expect(says(month, { mine: at('2026-11-01T00:00:00Z') })).to.deep.equal([])
    expect(says(month, { mine: at('2026-10-31T23:59:59Z', '2026-11-01T00:00:00Z') })).to.deep.equal([])
    expect(says(month, { mine: at('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z') })).to.deep.equal([
      'You have had this twice this month, and that is the most. It can be had again from 1 December 2026.',
    ])
    const kiritimati = { civil: new Civil('Pacific/Kiritimati', 1, []), mine: at('2026-10-31T10:00:00Z') }
    expect(locked('limit: { count: 1, per: month }', kiritimati)[0]?.params.again).to.equal('2026-11-30T10:00:00.000Z')
  })

  it('counts days of 23 and of 25 hours', () => {
    const civil = new Civil('Europe/London', 1, [])
    const again = (now: string) =>
      locked('limit: { count: 1, per: day }', { civil, now: Date.parse(now), mine: at(now) })[0]?.params.again
    expect(again('2026-03-29T00:30:00Z')).to.equal('2026-03-29T23:00:00.000Z')
    expect(again('2026-10-24T23:00:00Z')).to.equal('2026-10-26T00:00:00.000Z')
  })

  it('counts any 48 hours, again exactly as long after the one that fills it', () => {
    const limit = 'limit: { count: 2, per: 48h }'
    const mine = [NOW - 48 * HOUR, NOW - 47 * HOUR, NOW - HOUR]
    expect(locked(limit, { mine: mine.slice(0, 2) })).to.deep.equal([])
    expect(locked(limit, { mine })[0]?.params).to.deep.equal({
      count: 2,
      per: '48h',
      again: new Date(NOW + HOUR).toISOString(),
    })
    expect(locked(limit, { mine, now: NOW + HOUR })).to.deep.equal([])
  })

  it('counts a term, or for ever', () => {
    const mine = [NOW - DAY]
    expect(says('limit: { count: 1, per: term }', { mine })[0]).to.include('this term').and.to.include('19 December')
    expect(says('limit: { count: 1, per: ever }', { mine })).to.deep.equal([
      'You have had this once in all, and that is the most.',
    ])
  })
})

describe('a hidden reward', () => {
  const hidden = (given: Partial<Circumstances>, ...lines: string[]) => {
    const reward: Reward = rewardOf('show: hidden', ...lines)
    return staysHidden(reward, lockedBecause(reward, offersOf(reward, [], 'GBP')[0] ?? null, circumstances(given)))
  }

  it('stays hidden before it can be had', () => {
    expect(hidden({ balance: 49 })).to.equal(true)
    expect(hidden({ approved: false })).to.equal(true)
    expect(hidden({}, 'tier: silver')).to.equal(true)
    expect(hidden({}, 'requires: { badges: ["badge:17"], completed: [PHYS101] }')).to.equal(true)
    expect(hidden({}, 'requires: { any: [{ rules: [r] }, { points: 500 }] }')).to.equal(true)
    expect(hidden({}, 'window: { from: 2027-01-01 }')).to.equal(true)
    expect(hidden({})).to.equal(false)
  })

  it('is not hidden again because it is sold out, or had already', () => {
    expect(hidden({ left: 0 }, 'stock: 1')).to.equal(false)
    expect(hidden({ mine: [NOW] }, 'limit: { count: 1, per: day }')).to.equal(false)
    expect(hidden({ budgetLeft: 0 }, 'value: 5.00', 'budget: main')).to.equal(false)
  })

  it('is a matter of its file alone: what is shown locked is never hidden', () => {
    const reward = rewardOf('tier: silver')
    expect(staysHidden(reward, lockedBecause(reward, null, circumstances({ balance: 0 })))).to.equal(false)
  })
})

describe('the closed list of reasons why a reward is locked', () => {
  it('has a test above that reaches each', () => {
    const ofRewards = reasonCodes.slice(reasonCodes.indexOf('needs_balance'), reasonCodes.indexOf('tier_reached'))
    expect(ofRewards.filter((code) => !seen.has(code))).to.deep.equal([])
  })
})
