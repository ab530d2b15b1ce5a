import { expect } from 'chai'
import { adjust } from '../../sidecar/actions/adjust.js'
import { inShop, type Shop } from './shop.js'

const TIERS = `tiers: [{ id: bronze, title: Bronze, points: 50 }, { id: silver, title: Silver, points: 60 }]`
const adjusted = (shop: Shop, points: number, userId = '42') =>
  shop.at((moment) => adjust(moment, { userId, points, reason: 'a prize', actor: 'it' }))

describe('an adjustment', () => {
  it(
    'is an entry with who and why, and says whether the learner is new',
    inShop(TIERS, (shop) => {
      expect(adjusted(shop, 10)).to.deep.equal({ seq: 2, balance: 10, isNew: true })
      expect(adjusted(shop, -4)).to.deep.equal({ seq: 3, balance: 6, isNew: false })
      const data = shop.opened.connection.prepare('SELECT data FROM private_record WHERE seq = 3').pluck().get()
      expect(JSON.parse(data as string)).to.include({ actor: 'it', reason: 'a prize', user_id: '42' })
    }),
  )

  it(
    'counts towards lifetime points, both ways',
    inShop(TIERS, (shop) => {
      adjusted(shop, 10)
      adjusted(shop, -25)
      expect(shop.stores.ledger.balance(shop.subject('42'))).to.deep.equal({ points: -15, held: 0, lifetime: -15 })
    }),
  )

  it(
    'below zero is a debt, which later points fill',
    inShop(TIERS, (shop) => {
      adjusted(shop, -10)
      shop.give(25, '2027-07-31')
      expect(shop.balance()).to.equal(15)
      expect(shop.stores.ledger.lots.of(shop.subject('42')).map(({ left }) => left)).to.deep.equal([15])
    }),
  )

  it(
    'takes what lapses soonest',
    inShop(TIERS, (shop) => {
      adjusted(shop, 10)
      shop.give(10, '2027-07-31')
      shop.give(10, '2026-12-31')
      adjusted(shop, -15)
      expect(shop.stores.ledger.lots.of(shop.subject('42'))).to.deep.equal([{ seq: 3, expires: '2027-07-31', left: 5 }])
    }),
  )

  it(
    'tells of the highest tier that it reaches, and of none twice',
    inShop(TIERS, (shop) => {
      adjusted(shop, 49)
      expect(shop.told()).to.deep.equal([])
      adjusted(shop, 11)
      adjusted(shop, -30)
      adjusted(shop, 30)
      expect(shop.notices().map(({ code, params }) => [code, params.tier])).to.deep.equal([['tier_reached', 'silver']])
    }),
  )
})
