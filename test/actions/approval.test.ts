import { expect } from 'chai'
import { unapproved } from '../../sidecar/actions/approval.js'
import { inShop, refusal, type Shop } from './shop.js'

const mug = (keys: string, approved = 'approved: { by: Dean, on: 2026-11-01 }') =>
  `currency: GBP\nrewards:\n  - { id: mug, title: A mug, ${keys}${approved ? `, ${approved}` : ''} }\n`
const locked = (shop: Shop, cost: number) => refusal(() => shop.redeem('mug', cost)).locked
const approvals = ({ stores }: Shop) => stores.ledger.approvals().map(({ reward, by, on }) => `${reward} ${by} ${on}`)

describe('an approval', () => {
  it(
    'is an entry, written when its claim is first published',
    inShop(mug('cost: 5'), (shop) => {
      expect(approvals(shop)).to.deep.equal(['mug Dean 2026-11-01'])
      shop.give(20)
      shop.publish(mug('cost: 5, description: Blue, requires: { points: 3 }, window: { from: 2026-11-01 }'))
      expect(approvals(shop)).to.have.length(1)
      expect(shop.redeem('mug', 5).balance).to.equal(15)
    }),
  )

  for (const [what, keys, cost] of [
    ['cost', 'cost: 6', 6],
    ['value', 'cost: 5, value: 1.00', 5],
    ['stock', 'cost: 5, stock: 3', 5],
    ['limit', 'cost: 5, limit: { count: 1, per: day }', 5],
    ['funding', 'cost: 5, funding: discount, discount: { percent: 5 }', 5],
    ['delivery', 'cost: 5, delivery: moodle, moodle: { badge: 17 }', 5],
  ] as const) {
    it(
      `does not hold for another ${what}, until a new day is claimed`,
      inShop(mug('cost: 5'), (shop) => {
        shop.give(20)
        shop.publish(mug(keys))
        expect(locked(shop, cost)).to.deep.equal(['not_approved'])
        expect(unapproved(shop.rules).map(({ todo }) => todo)).to.deep.equal([
          'its terms changed after the approval of 2026-11-01: have it approved, and write the new day under `approved.on`',
        ])
        shop.publish(mug(keys, 'approved: { by: Dean, on: 2026-11-20 }'))
        shop.redeem('mug', cost)
        expect(unapproved(shop.rules)).to.deep.equal([])
      }),
    )
  }

  it(
    'holds again for terms that were approved before',
    inShop(mug('cost: 5'), (shop) => {
      shop.give(20)
      shop.publish(mug('cost: 6'))
      shop.publish(mug('cost: 5'))
      expect(shop.redeem('mug', 5).balance).to.equal(15)
    }),
  )

  it(
    'ends where the file claims none any more, and begins on its day',
    inShop(mug('cost: 5'), (shop) => {
      shop.give(20)
      shop.publish(mug('cost: 5', ''))
      expect(locked(shop, 5)).to.deep.equal(['not_approved'])
      expect(unapproved(shop.rules)[0]?.todo).to.include('write `approved:')
      shop.publish(mug('cost: 5', 'approved: { by: Dean, on: 2026-11-24 }'))
      expect(locked(shop, 5)).to.deep.equal(['not_approved'])
      shop.clock.now = Date.parse('2026-11-24T00:00:00Z')
      shop.redeem('mug', 5)
    }),
  )
})
