import { expect } from 'chai'
import { expectOne, problemsIn, refusesReward, rewardFile, rewardFiles, rewardOf } from './reading.js'

const DISCOUNT = 'funding: discount'
const HYBRID = 'funding: hybrid'
const STEPS = 'savings: [{ points: 50, percent: 10 }, { points: 120, percent: 25 }]'

describe('funding', () => {
  it('is by the institution, which pays nothing unless there is a value', () => {
    expect(rewardOf().funding).to.deep.equal({ kind: 'institution', valueMinor: 0 })
    const { cost, funding, budget } = rewardOf('value: 5.00', 'budget: main', 'cost: 0')
    expect({ cost, funding, budget }).to.deep.equal({
      cost: 0,
      funding: { kind: 'institution', valueMinor: 500 },
      budget: 'main',
    })
  })

  it('by a discount is a percentage or an amount', () => {
    const discount = (written: string) => rewardOf(DISCOUNT, `discount: ${written}`).funding
    expect(discount('{ percent: 10 }')).to.deep.equal({ kind: 'discount', discount: { percent: 10 } })
    expect(discount('{ percent: 12.5 }')).to.deep.equal({ kind: 'discount', discount: { percent: 12.5 } })
    expect(discount('{ amount: 2.00 }')).to.deep.equal({ kind: 'discount', discount: { amountMinor: 200 } })
  })

  it('by a discount may depend on the tier, from the lowest', () => {
    const { funding } = rewardOf(DISCOUNT, 'discount: { silver: { amount: 3.50 }, bronze: { percent: 5 } }')
    const byTier = new Map([
      ['bronze', { percent: 5 }],
      ['silver', { amountMinor: 350 }],
    ])
    expect(funding).to.deep.equal({ kind: 'discount', discount: { byTier } })
    const discounts = funding.kind === 'discount' && 'byTier' in funding.discount ? funding.discount.byTier : []
    expect([...discounts].map(([tier]) => tier)).to.deep.equal(['bronze', 'silver'])
  })

  it('of a hybrid has steps, and costs the points of the first', () => {
    const savings = [
      { points: 50, percent: 10 },
      { points: 120, percent: 25 },
    ]
    const plain = rewardOf(HYBRID, STEPS)
    expect(plain.cost).to.equal(50)
    expect(plain.funding).to.deep.equal({ kind: 'hybrid', savings, topUpMinor: 0 })
    const paid = rewardOf(HYBRID, STEPS, 'top_up: 1.50', 'budget: main')
    expect(paid.funding).to.deep.equal({ kind: 'hybrid', savings, topUpMinor: 150 })
  })

  refusesReward([
    ['funding: sponsor', '9:12', '`funding` cannot be `sponsor`', 'Allowed: institution, discount, hybrid'],
    ['cost: 0.5', '9:9', 'a whole number from 0'],
    ['cost: "50"', '9:9', 'without quotes'],
    [['value: 5.00'], '9:3', 'warning', 'no budget limits what `gift` pays'],
    [['budget: main'], '9:3', 'warning', 'pays no money', 'leave it out'],
    [['value: 5.00', 'budget: man'], '10:11', 'no budget `man`', 'did you mean `main`?'],
    [['discount: { percent: 5 }'], '9:3', '`discount` goes with `funding: discount`', 'funded by institution'],
    [['savings: [{ points: 1, percent: 5 }]'], '9:3', '`savings` goes with `funding: hybrid`'],
    [['top_up: 1.00'], '9:3', '`top_up` goes with `funding: hybrid`'],
    [DISCOUNT, '6:3', '`discount` is missing'],
    [[DISCOUNT, 'discount: { percent: 5 }', 'value: 5'], '11:3', '`value` goes with `funding: institution`'],
    [[DISCOUNT, 'discount: { percent: 5 }', 'budget: main'], '11:3', 'warning', 'pays no money'],
    [[DISCOUNT, 'discount: 10'], '10:13', '`discount` must be a map'],
    [[DISCOUNT, 'discount: {}'], '10:13', '`discount` is empty'],
    [[DISCOUNT, 'discount: { percent: 5, amount: 2 }'], '10:13', 'exactly one of', 'a map from tier'],
    [[DISCOUNT, 'discount: { percnt: 5, amount: 2 }'], '10:15', 'did you mean `percent`?'],
    [[DISCOUNT, 'discount: { percent: 0 }'], '10:24', 'above 0 and up to 100'],
    [[DISCOUNT, 'discount: { percent: 100.1 }'], '10:24', 'above 0 and up to 100'],
    [[DISCOUNT, 'discount: { percent: 10% }'], '10:24', 'such as 10 or 12.5', '`10%`'],
    [[DISCOUNT, 'discount: { gold: { percent: 5 } }'], '10:15', 'no tier `gold`'],
    [[DISCOUNT, 'discount: { bronze: { percent: 5 }, silver: 10 }'], '10:47', '`silver` must be a map'],
    [[DISCOUNT, 'discount: { bronze: { percent: 5, amount: 1 } }'], '10:23', '`bronze` must be {percent'],
    [HYBRID, '6:3', '`savings` is missing'],
    [[HYBRID, STEPS, 'cost: 50'], '11:3', 'so it has no `cost`'],
    [[HYBRID, 'savings: []'], '10:12', 'empty list'],
    [[HYBRID, 'savings: [{ points: 50 }]'], '10:13', '`percent` is missing'],
    [[HYBRID, 'savings: [{ percent: 50 }]'], '10:13', '`points` is missing'],
    [
      [HYBRID, 'savings: [{ points: 50, percent: 10 }, { points: 50, percent: 20 }]'],
      '10:42',
      'after 50 points comes 50',
      'from the fewest',
    ],
    [
      [HYBRID, 'savings: [{ points: 50, percent: 10 }, { points: 60, percent: 10 }]'],
      '10:42',
      'warning',
      'saves no more',
    ],
    [[HYBRID, STEPS, 'top_up: 1.00'], '11:3', 'warning', 'no budget limits'],
  ])

  it('that is not the institution’s cannot be redeemed under funded_only, and is warned of', () => {
    const file = rewardFile(DISCOUNT, 'discount: { percent: 5 }').replace('rewards:', 'funded_only: true\nrewards:')
    expectOne(problemsIn(rewardFiles(file)), 'rewards.yaml:10:3', 'warning', 'cannot be redeemed', '`funded_only`')
  })
})

describe('money', () => {
  const budget = (currency: string, amount: string) => {
    const file = rewardFile(`value: ${amount}`, 'budget: main').replace('GBP', currency).replace('500.00', '500')
    return rewardFiles(file)
  }
  const value = (amount: string) => rewardOf(`value: ${amount}`, 'budget: main').funding

  it('is exact, digit for digit', () => {
    for (const [written, minor] of [
      ['0.01', 1],
      ['0.29', 29],
      ['1.1', 110],
      ['19.99', 1_999],
      ['5', 500],
      ['"8.20"', 820],
      ['999999999.99', 99_999_999_999],
    ] as const) {
      expect(value(written), written).to.deep.equal({ kind: 'institution', valueMinor: minor })
    }
  })

  it('has as many decimals as its currency', () => {
    expect(problemsIn(budget('JPY', '500'))).to.deep.equal([])
    expect(problemsIn(budget('KWD', '1.250'))).to.deep.equal([])
    expectOne(problemsIn(budget('JPY', '5.00')), 'rewards.yaml:9:10', 'without decimals (JPY), such as 500', '`5.00`')
    expectOne(problemsIn(budget('KWD', '1.2505')), 'rewards.yaml:9:10', 'at most 3 decimals (KWD), such as 5.000')
  })

  refusesReward(
    [
      '5.001',
      '-5',
      '0',
      '0.00',
      '£5',
      '5,00',
      '1e3',
      '1_000',
      '.5',
      '5.',
      '1000000000',
      'true',
      '[5]',
      '{ a: 5 }',
      '',
    ].map((written) => [
      [`value: ${written}`, 'budget: main'],
      written === '' ? '9:3' : '9:10',
      '`value` must be an amount above 0 with at most 2 decimals (GBP), such as 5.00',
    ]),
  )
})
