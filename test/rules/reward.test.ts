import { expect } from 'chai'
import { expectOne, problemsIn, refusesReward, rewardFile, rewardFiles, rewardOf } from './reading.js'

const HOUR = 3_600_000

describe('a reward', () => {
  it('needs little, and takes the rest as it is usual', () => {
    const approved = { by: 'Head of student life', on: '2026-08-20' }
    expect(rewardOf()).to.deep.equal({
      id: 'gift',
      title: 'A gift',
      description: null,
      instructions: null,
      terms: null,
      image: null,
      category: null,
      tier: null,
      cost: 50,
      funding: { kind: 'institution', valueMinor: 0 },
      budget: null,
      stock: null,
      limit: null,
      requires: null,
      window: null,
      show: 'locked',
      delivery: { kind: 'in_app' },
      partner: null,
      tokenTtl: 30 * 24 * HOUR,
      onExpiry: 'refund',
      cancelWithin: null,
      approved,
      active: true,
    })
  })

  it('has texts in one language or in several, and a picture', () => {
    const { description, instructions, terms } = rewardOf(
      'description: { en: A cup, de: Eine Tasse }',
      'instructions: Show this at the till.',
      'terms: { en: No cash value. }',
    )
    expect([description, instructions, terms]).to.deep.equal([
      { en: 'A cup', de: 'Eine Tasse' },
      'Show this at the till.',
      { en: 'No cash value.' },
    ])
    for (const image of ['https://cdn.example/cup.png', '/pix/cup.png']) {
      expect(rewardOf(`image: ${image}`).image).to.equal(image)
    }
  })

  it('can be had by some, at some times, and so often', () => {
    const { tier, requires, window, show, limit, stock } = rewardOf(
      'tier: bronze',
      'requires: { rules: [r], any: [{ tier: silver }, { badges: [Mentor] }] }',
      'window: { days: [fri] }',
      'show: hidden',
      'limit: { count: 2, per: term }',
      'stock: 10',
    )
    expect({ tier, requires, window, show, limit, stock }).to.deep.equal({
      tier: 'bronze',
      requires: {
        kind: 'all',
        of: [
          { kind: 'rule', rule: 'r' },
          {
            kind: 'any',
            of: [
              { kind: 'tier', tier: 'silver' },
              { kind: 'badge', badge: 'Mentor' },
            ],
          },
        ],
      },
      window: { from: null, to: null, days: [5], hours: null },
      show: 'hidden',
      limit: { count: 2, per: 'term', written: 'term' },
      stock: 10,
    })
    expect(rewardOf('limit: { count: 1, per: 48h }').limit).to.deep.equal({ count: 1, per: 48 * HOUR, written: '48h' })
  })

  it('says what becomes of its tokens', () => {
    const { tokenTtl, onExpiry, cancelWithin } = rewardOf('token_ttl: 12h', 'on_expiry: forfeit', 'cancel_within: 1h')
    expect({ tokenTtl, onExpiry, cancelWithin }).to.deep.equal({
      tokenTtl: 12 * HOUR,
      onExpiry: 'forfeit',
      cancelWithin: HOUR,
    })
  })

  it('that nobody has approved is warned of while it is active', () => {
    const unapproved = (...lines: string[]) => {
      const file = rewardFile(...lines).replace(/ +approved:.*\n/, '')
      return problemsIn(rewardFiles(file))
    }
    expectOne(unapproved(), 'rewards.yaml:6:3', 'warning: `gift` is not approved', 'add `approved: {by, on}`')
    expect(unapproved('active: false')).to.deep.equal([])
  })

  refusesReward([
    ['price: 5', '9:3', 'a reward has no key `price`', 'Allowed: id, title, description'],
    ['description: 5', '9:16', 'put it in quotes'],
    ['terms: { english: None }', '9:12', 'not a language code'],
    ['image: "javascript:alert(1)"', '9:10', 'an https:// address'],
    ['image: http://cdn.example/cup.png', '9:10', 'an https:// address'],
    ['image: //cdn.example/cup.png', '9:10', 'an https:// address'],
    ['category: gift-card', '9:13', 'warning', 'did you mean `gift_card`?', 'Known: gift_card, voucher'],
    ['category: Gift card', '9:13', 'lower-case'],
    ['tier: slver', '9:9', 'no tier `slver`', 'did you mean `silver`?'],
    ['stock: 0', '9:10', 'a whole number from 1'],
    ['limit: 1', '9:10', '`limit` must be a map'],
    ['limit: { count: 1 }', '9:10', '`per` is missing'],
    ['limit: { per: month }', '9:10', '`count` is missing'],
    ['limit: { count: 1, per: year }', '9:27', 'Allowed: day, week, month, term, ever, or a length'],
    ['requires: { tier: gold }', '9:21', 'no tier `gold`'],
    ['requires: { rules: [s] }', '9:23', 'no rule `s`'],
    ['window: { hours: "9-5" }', '9:20', 'two times of day'],
    ['show: secret', '9:9', 'Allowed: locked, hidden'],
    ['token_ttl: 30', '9:14', 'a length of time'],
    ['on_expiry: keep', '9:14', 'Allowed: refund, forfeit'],
    ['cancel_within: never', '9:18', 'a length of time'],
    ['active: 1', '9:11', 'true or false'],
    [['active: true', 'approved: { by: Head }'], '10:3', '`approved` stands twice'],
  ])

  it('is approved by somebody, on a day', () => {
    const approved = (written: string) => problemsIn(rewardFiles(rewardFile().replace(/\{ by: .*/, written)))
    expectOne(approved('true'), 'rewards.yaml:8:13', '`approved` must be a map')
    expectOne(approved('{ by: Head }'), 'rewards.yaml:8:13', '`on` is missing')
    expectOne(approved('{ on: 2026-08-20 }'), 'rewards.yaml:8:13', '`by` is missing')
    expectOne(approved('{ by: Head, on: 2026-02-30 }'), 'rewards.yaml:8:29', 'a day that exists')
  })

  it('with a limit for each term needs terms', () => {
    const found = problemsIn(rewardFiles(rewardFile('limit: { count: 1, per: term }'), 'timezone: UTC'))
    expectOne(found, 'rewards.yaml:9:27', 'add `terms` to rocket.yaml')
  })
})
