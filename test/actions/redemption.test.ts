import { expect } from 'chai'
import {
  consume,
  deliver,
  forfeit,
  refund,
  requireRedemption,
  reverse,
  titleOf,
} from '../../sidecar/actions/redemption.js'
import { STATES } from '../../sidecar/domain/redemption.js'
import type { Redemption } from '../../sidecar/store/redemption.js'
import { APPROVED, inShop, refusal, type Shop } from './shop.js'

const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 10.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: gift, title: { de: Gutschein, en: Voucher }, cost: 10, value: 1.00, budget: main, ${APPROVED} }
  - { id: ride, title: Ride, cost: 10, value: 2.00, budget: main, delivery: shop, ${APPROVED} }
`
const redeemed = (shop: Shop, reward: string): Redemption => {
  shop.give(10, '2027-07-31')
  return shop.get(shop.redeem(reward, 10).redemption_id)
}
const lastRecord = (shop: Shop) =>
  JSON.parse(
    shop.opened.connection.prepare('SELECT data FROM private_record ORDER BY seq DESC').pluck().get() as string,
  )

describe('a redemption', () => {
  it(
    'that a partner takes is delivered: by whom stands on the ledger, the partner’s code nowhere in clear',
    inShop(REWARDS, (shop) => {
      const ride = redeemed(shop, 'ride')
      shop.at((moment) => deliver(moment, ride, { by: 'shop' }, 'SHOP-CODE'))
      const { state, partnerCode } = shop.get(ride.id)
      expect(state).to.equal('delivered')
      expect(shop.stores.vault.open(partnerCode!, ride.id)).to.equal('SHOP-CODE')
      expect(lastRecord(shop)).to.deep.include({ detail: { redemption: ride.id, state: 'delivered', by: 'shop' } })
      expect(JSON.stringify(lastRecord(shop))).to.not.include('SHOP-CODE')
      expect(shop.entries().at(-1)).to.include({ kind: 'consumption', points: 0, ref: ride.seq, reward: 'ride' })
      expect(shop.told()).to.deep.equal(['redeemed', 'delivered'])
    }),
  )

  it(
    'that a partner refuses gives back points and money, with the partner’s reason',
    inShop(REWARDS, (shop) => {
      const ride = redeemed(shop, 'ride')
      shop.at((moment) => refund(moment, ride, 'refused', { by: 'shop', reason: 'sold out' }))
      expect(shop.get(ride.id)).to.include({ state: 'refused', tokenCopy: null })
      expect(lastRecord(shop)).to.include({ reason: 'sold out', user_id: '42' })
      const back = {
        kind: 'refund',
        points: 10,
        budget: 'main',
        amountMinor: -200,
        expires: '2027-07-31',
        ref: ride.seq,
      }
      expect(shop.entries().at(-1)).to.include(back)
      expect(shop.stores.redemptions.committed('main', '2026-11')).to.equal(0)
      expect(shop.notices().at(-1)).to.deep.include({
        code: 'refused',
        params: { reward: 'ride', title: 'Ride', redemption: ride.id, points: 10 },
      })
    }),
  )

  it(
    'puts the money of a refund on one entry alone, however many days its points go back to',
    inShop(REWARDS, (shop) => {
      shop.give(4, '2027-01-31')
      shop.give(6)
      const gift = shop.get(shop.redeem('gift', 10).redemption_id)
      shop.at((moment) => refund(moment, gift, 'cancelled', {}))
      const back = shop.entries().filter(({ kind }) => kind === 'refund')
      expect(
        back.map(({ points, expires, amountMinor, budget }) => [points, expires, amountMinor, budget]),
      ).to.deep.equal([
        [4, '2027-01-31', -100, 'main'],
        [6, null, null, null],
      ])
      expect(shop.stores.redemptions.committed('main', '2026-11')).to.equal(0)
    }),
  )

  it(
    'goes no way that it cannot go: the refusal says where it stands, and nothing is written',
    inShop(REWARDS, (shop) => {
      const token = 'not looked at'
      const ways: Record<string, (shop: Shop, redemption: Redemption) => void> = {
        delivered: ({ at }, one) => at.call(shop, (moment) => deliver(moment, one, {})),
        consumed: ({ at }, one) => at.call(shop, (moment) => consume(moment, one, { by: 'counter' })),
        reversed: ({ at }, one) => at.call(shop, (moment) => reverse(moment, one, {}, token)),
        cancelled: ({ at }, one) => at.call(shop, (moment) => refund(moment, one, 'cancelled', {})),
        refused: ({ at }, one) => at.call(shop, (moment) => refund(moment, one, 'refused', {})),
        expired: ({ at }, one) => at.call(shop, (moment) => refund(moment, one, 'expired', {})),
        forfeited: ({ at }, one) => at.call(shop, (moment) => forfeit(moment, one, {})),
      }
      const closed: Record<string, readonly string[]> = {
        issued: ['delivered', 'reversed', 'refused'],
        delivering: ['reversed'],
        delivered: ['delivered', 'reversed', 'refused', 'expired', 'forfeited'],
        consumed: ['delivered', 'consumed', 'cancelled', 'refused', 'expired', 'forfeited'],
      }
      const gift = redeemed(shop, 'gift')
      for (const state of STATES) {
        shop.at(({ stores }) => stores.redemptions.setState(gift.seq, state))
        const { seq } = shop.stores.ledger.head()
        for (const way of closed[state] ?? Object.keys(ways)) {
          const { code, message } = refusal(() => ways[way]?.(shop, shop.get(gift.id)))
          expect(code, `${state}: ${way}`).to.equal('state_conflict')
          expect(message).to.include(gift.id).and.to.include(`is ${state}`)
        }
        expect(shop.stores.ledger.head().seq).to.equal(seq)
      }
    }),
  )

  it(
    'is known by its id, and called by its English title',
    inShop(REWARDS, (shop) => {
      expect(titleOf(redeemed(shop, 'gift'))).to.equal('Voucher')
      expect(refusal(() => shop.at((moment) => requireRedemption(moment, 'rdm_0'))).message).to.equal(
        'There is no redemption rdm_0.',
      )
    }),
  )
})
