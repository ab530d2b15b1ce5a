import { expect } from 'chai'
import { inLanguage, offersOf, type Reward, termsHash } from '../../sidecar/domain/reward.js'
import { rewardOf } from '../rules/reading.js'

const offers = (reward: Reward, ...reached: string[]) => offersOf(reward, reached, 'GBP')
const pounds = (amount_minor: number) => ({ amount_minor, currency: 'GBP' })

describe('what a reward offers', () => {
  it('is its value, where the institution pays', () => {
    const expected = { cost: 50, moneyMinor: 500, value: pounds(500), discount: null }
    expect(offers(rewardOf('value: 5.00', 'budget: main'))).to.deep.equal([expected])
    expect(offers(rewardOf('cost: 0'))).to.deep.equal([{ cost: 0, moneyMinor: 0, value: null, discount: null }])
  })

  it('is a discount, in percent or in money, for which nobody at the institution pays', () => {
    const free = { cost: 50, moneyMinor: 0, value: null }
    const [percent, amount] = ['{ percent: 10 }', '{ amount: 2.00 }'].map((discount) =>
      rewardOf('funding: discount', `discount: ${discount}`),
    ) as [Reward, Reward]
    expect(offers(percent)).to.deep.equal([{ ...free, discount: { percent: 10 } }])
    expect(offers(amount)).to.deep.equal([{ ...free, discount: pounds(200) }])
  })

  it('may go by tier: that of the highest reached which has one, and nothing below the first', () => {
    const reward = rewardOf('funding: discount', 'discount: { silver: { amount: 2.00 }, bronze: { percent: 5 } }')
    expect(offers(reward)).to.deep.equal([])
    expect(offers(reward, 'bronze')[0]?.discount).to.deep.equal({ percent: 5 })
    expect(offers(reward, 'bronze', 'silver')[0]?.discount).to.deep.equal(pounds(200))
    expect(offers(reward, 'bronze', 'silver', 'gold')[0]?.discount).to.deep.equal(pounds(200))
  })

  it('is a step of savings for each price of a hybrid, the top-up added to each', () => {
    const steps = 'savings: [{ points: 50, percent: 10 }, { points: 120, percent: 25 }]'
    const topUp = { moneyMinor: 150, value: pounds(150) }
    expect(offers(rewardOf('funding: hybrid', steps, 'top_up: 1.50', 'budget: main'))).to.deep.equal([
      { cost: 50, ...topUp, discount: { percent: 10 } },
      { cost: 120, ...topUp, discount: { percent: 25 } },
    ])
  })
})

describe('the terms that an approval is given for', () => {
  const terms = (currency: string | null, ...lines: string[]) => termsHash(rewardOf(...lines), currency)
  const plain = terms('GBP', 'cost: 50')

  it('are cost, value, funding, stock, limit, delivery and currency', () => {
    const changed = [
      terms('EUR', 'cost: 50'),
      terms('GBP', 'cost: 51'),
      terms('GBP', 'value: 5.00', 'budget: main'),
      terms('GBP', 'value: 5.01', 'budget: main'),
      terms('GBP', 'stock: 10'),
      terms('GBP', 'limit: { count: 1, per: month }'),
      terms('GBP', 'limit: { count: 2, per: month }'),
      terms('GBP', 'limit: { count: 1, per: 48h }'),
      terms('GBP', 'delivery: codes'),
      terms('GBP', 'delivery: shop'),
      terms('GBP', 'partner: canteen'),
      terms('GBP', 'delivery: moodle', 'moodle: { badge: 17 }'),
      terms('GBP', 'delivery: moodle', 'moodle: { badge: 18 }'),
      terms('GBP', 'funding: discount', 'discount: { percent: 5 }'),
      terms('GBP', 'funding: discount', 'discount: { bronze: { percent: 5 } }'),
      terms('GBP', 'funding: discount', 'discount: { bronze: { percent: 6 } }'),
      terms('GBP', 'funding: hybrid', 'savings: [{ points: 50, percent: 5 }]'),
      terms('GBP', 'funding: hybrid', 'savings: [{ points: 50, percent: 6 }]'),
    ]
    expect(new Set([plain, ...changed]).size).to.equal(changed.length + 1)
  })

  it('are no words, times, tiers or requirements', () => {
    for (const line of [
      'description: Other words',
      'image: /pix/cup.png',
      'category: voucher',
      'tier: bronze',
      'requires: { points: 10 }',
      'window: { days: [mon] }',
      'show: hidden',
      'token_ttl: 3d',
      'cancel_within: 24h',
      'active: false',
    ]) {
      expect(terms('GBP', 'cost: 50', line), line).to.equal(plain)
    }
  })

  it('are the same in whatever order the tiers of a discount are written', () => {
    const [one, other] = [
      '{ silver: { percent: 9 }, bronze: { percent: 5 } }',
      '{ bronze: { percent: 5 }, silver: { percent: 9 } }',
    ]
    expect(terms('GBP', 'funding: discount', `discount: ${one}`)).to.equal(
      terms('GBP', 'funding: discount', `discount: ${other}`),
    )
  })
})

describe('a text in several languages', () => {
  it('is the one asked for, then that of its family, then English, then any', () => {
    const text = { de: 'Gutschein', en: 'Voucher', fr: 'Bon' }
    expect(['de', 'de_at', 'de-CH', 'it', ''].map((language) => inLanguage(text, language))).to.deep.equal([
      'Gutschein',
      'Gutschein',
      'Gutschein',
      'Voucher',
      'Voucher',
    ])
    expect(inLanguage({ fr: 'Bon' }, 'de')).to.equal('Bon')
    expect(inLanguage('Voucher', 'de')).to.equal('Voucher')
  })
})
