import { expect } from 'chai'
import { answerDelivery } from '../../sidecar/actions/moodle-delivery.js'
import { cancel } from '../../sidecar/actions/support.js'
import { APPROVED, inShop, refusal, type Shop } from './shop.js'

const REWARDS = `
rewards:
  - { id: course, title: Course, cost: 10, stock: 1, delivery: moodle, moodle: { enrol: { course: PHYS101, days: 90 } }, ${APPROVED} }
  - { id: cup, title: Cup, cost: 10, ${APPROVED} }
`
const redeemed = (shop: Shop, reward = 'course'): string => {
  shop.give(10)
  return shop.redeem(reward, 10).redemption_id
}
const answer = (shop: Shop, id: string, status: 'done' | 'refused', reason: string | null = null) =>
  shop.at((moment) => answerDelivery(moment, id, { status, reason }))
const waiting = ({ stores }: Shop) => stores.redemptions.forMoodle(10).map(({ id }) => id)
const kinds = (shop: Shop) => shop.entries().flatMap(({ kind, ref }) => (ref === null ? [] : [kind]))

describe('what Moodle hands over', () => {
  it(
    'waits until the bridge has done it, with what it is to do',
    inShop(REWARDS, (shop) => {
      const id = redeemed(shop)
      expect(waiting(shop)).to.deep.equal([id])
      expect(shop.get(id).detail.terms.moodle).to.deep.equal({ enrol: { course: 'PHYS101', days: 90 } })
      expect(answer(shop, id, 'done').state).to.equal('delivered')
      expect(waiting(shop)).to.deep.equal([])
      expect(shop.balance()).to.equal(0)
    }),
  )

  it(
    'is done once, however often the bridge says so',
    inShop(REWARDS, (shop) => {
      const id = redeemed(shop)
      for (let i = 0; i < 3; i++) expect(answer(shop, id, 'done').state).to.equal('delivered')
      expect(kinds(shop)).to.deep.equal(['consumption'])
      expect(shop.told()).to.deep.equal(['redeemed', 'delivered'])
    }),
  )

  it(
    'and cannot be done gives back points and stock, once, with the reason',
    inShop(REWARDS, (shop) => {
      const id = redeemed(shop)
      for (let i = 0; i < 3; i++) expect(answer(shop, id, 'refused', 'no such course').state).to.equal('refused')
      expect(kinds(shop)).to.deep.equal(['refund'])
      expect(shop.balance()).to.equal(10)
      expect(shop.stores.redemptions.issued('course')).to.equal(0)
      const data = shop.opened.connection.prepare('SELECT data FROM private_record ORDER BY seq DESC').pluck().get()
      expect(JSON.parse(data as string)).to.deep.include({
        reason: 'no such course',
        detail: { redemption: id, state: 'refused', by: 'moodle' },
      })
    }),
  )

  it(
    'and was cancelled meanwhile is a conflict, so that the bridge undoes it',
    inShop(REWARDS, (shop) => {
      const id = redeemed(shop)
      shop.at((moment) => cancel(moment, id, { actor: 'it', reason: 'asked' }))
      expect(refusal(() => answer(shop, id, 'done')).code).to.equal('state_conflict')
      expect(shop.balance()).to.equal(10)
    }),
  )

  it(
    'is final once it is done: a refusal comes too late',
    inShop(REWARDS, (shop) => {
      const id = redeemed(shop)
      answer(shop, id, 'done')
      expect(refusal(() => answer(shop, id, 'refused')).code).to.equal('state_conflict')
    }),
  )

  it(
    'is nothing else: other deliveries are not the bridge’s to answer',
    inShop(REWARDS, (shop) => {
      expect(refusal(() => answer(shop, redeemed(shop, 'cup'), 'done')).code).to.equal('not_found')
      expect(refusal(() => answer(shop, 'rdm_0', 'done')).code).to.equal('not_found')
    }),
  )
})
