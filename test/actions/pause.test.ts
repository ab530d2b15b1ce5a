import { expect } from 'chai'
import { catalogueFor } from '../../sidecar/actions/catalogue.js'
import { pauseRedeeming, resumeRedeeming } from '../../sidecar/actions/pause.js'
import { askToResend, endResend, isUnfinished, wentOnWithout } from '../../sidecar/actions/resend.js'
import { reissue } from '../../sidecar/actions/support.js'
import { NOW } from '../support.js'
import { APPROVED, HOUR, inShop, refusal, type Shop } from './shop.js'

const REWARDS = `
rewards:
  - { id: mug, title: A mug, cost: 5, ${APPROVED} }
  - { id: cinema, title: The cinema, cost: 5, delivery: codes, ${APPROVED} }
`
const WANTED = { actor: 'boss', reason: 'a price is wrong' }
const locked = (shop: Shop) =>
  shop
    .at((moment) => catalogueFor(moment, shop.subject('42')))
    .map(({ offers }) => offers[0]!.reasons.map(({ code }) => code))
const administrations = (shop: Shop) =>
  shop.stores.ledger.administrations().filter(({ reason }) => reason.startsWith('redeeming'))

describe('redeeming', () => {
  it(
    'rests for everybody while it is paused, and says so beside every reward',
    inShop(REWARDS, (shop) => {
      shop.give(20)
      const { redemption_id } = shop.redeem('mug', 5, '42', 'before')
      expect(shop.at((moment) => pauseRedeeming(moment, 'person', WANTED))).to.equal(true)
      const { code, message } = refusal(() => shop.redeem('mug', 5))
      expect([code, message]).to.deep.equal([
        'redeeming_paused',
        'Redeeming is paused for the moment. Your points are safe.',
      ])
      expect(locked(shop)).to.deep.equal([['redeeming_paused'], ['redeeming_paused', 'out_of_stock']])
      expect(shop.balance()).to.equal(15)
      // What was answered before is answered again, and what is redeemed can be used.
      expect(shop.redeem('mug', 5, '42', 'before').redemption_id).to.equal(redemption_id)
      expect(shop.consume(shop.token(redemption_id)).status).to.equal('consumed')
      expect(shop.at((moment) => resumeRedeeming(moment, 'person', WANTED))).to.equal(true)
      expect(locked(shop)).to.deep.equal([[], ['out_of_stock']])
      shop.redeem('mug', 5)
    }),
  )

  it(
    'is paused and resumed by entries that say who and why, once each',
    inShop(REWARDS, (shop) => {
      for (let n = 0; n < 2; n++) shop.at((moment) => pauseRedeeming(moment, 'person', WANTED))
      for (let n = 0; n < 2; n++) shop.at((moment) => resumeRedeeming(moment, 'person', WANTED))
      expect(administrations(shop).map(({ reason, detail }) => [reason, detail])).to.deep.equal([
        ['redeeming paused', { paused: 'redeeming', cause: 'person', why: 'a price is wrong' }],
        ['redeeming resumed', { resumed: 'redeeming', cause: 'person', why: 'a price is wrong' }],
      ])
    }),
  )

  it(
    'takes no code out of a pool in place of another one',
    inShop(REWARDS, async (shop) => {
      shop.give(5)
      await shop.importCodes('cinema', 'A-1\nA-2\n')
      const { redemption_id } = shop.redeem('cinema', 5)
      shop.at((moment) => pauseRedeeming(moment, 'restore', WANTED))
      const { code } = refusal(() => shop.at((moment) => reissue(moment, redemption_id, WANTED)))
      expect(code).to.equal('redeeming_paused')
    }),
  )
})

describe('what a restore asks the bridge for', () => {
  it(
    'is everything since an hour before what is newest, and redeeming rests until it came',
    inShop(REWARDS, (shop) => {
      const { id, since } = shop.at((moment) => askToResend(moment, NOW, 'it'))
      expect(since).to.equal(NOW - HOUR)
      expect(shop.stores.resends.awaited()).to.include({ id, since, done: null })
      expect(isUnfinished(shop)).to.equal(true)
      expect(shop.at((moment) => endResend(moment, id))).to.equal(false)
      expect(shop.stores.resends.awaited()).to.equal(null)
      expect(shop.stores.pauses.list()).to.deep.equal([])
      expect(administrations(shop).map(({ detail }) => detail.cause)).to.deep.equal(['restore', 'restore'])
      const entries = shop.entries().length
      expect(shop.at((moment) => endResend(moment, id))).to.equal(false)
      expect(shop.entries()).to.have.length(entries)
    }),
  )

  it(
    'leaves alone what a person has paused for another reason',
    inShop(REWARDS, (shop) => {
      shop.at((moment) => pauseRedeeming(moment, 'person', WANTED))
      const { id } = shop.at((moment) => askToResend(moment, NOW, 'it'))
      expect(shop.at((moment) => endResend(moment, id))).to.equal(true)
      expect(shop.stores.pauses.list().map(({ cause }) => cause)).to.deep.equal(['person'])
    }),
  )

  it(
    'reaches as far back as the first of two restores, and only the last one’s answer counts',
    inShop(REWARDS, (shop) => {
      const first = shop.at((moment) => askToResend(moment, NOW - 5 * HOUR, 'it'))
      const second = shop.at((moment) => askToResend(moment, NOW, 'it'))
      expect(second.since).to.equal(first.since)
      expect(refusal(() => shop.at((moment) => endResend(moment, first.id))).code).to.equal('not_found')
      expect(shop.at((moment) => endResend(moment, second.id))).to.equal(false)
    }),
  )

  it(
    'may be done without: a person goes on, and the answer that comes later changes nothing',
    inShop(REWARDS, (shop) => {
      const { id } = shop.at((moment) => askToResend(moment, NOW, 'it'))
      expect(wentOnWithout(shop)).to.equal(null)
      shop.at((moment) => resumeRedeeming(moment, 'restore', WANTED))
      expect(isUnfinished(shop)).to.equal(false)
      expect(wentOnWithout(shop)).to.deep.include({ actor: 'boss', at: new Date(NOW).toISOString() })
      expect(wentOnWithout(shop)?.detail.why).to.equal('a price is wrong')
      expect(shop.stores.resends.awaited()).to.include({ id })
      const entries = shop.entries().length
      expect(shop.at((moment) => endResend(moment, id))).to.equal(false)
      expect(shop.entries()).to.have.length(entries)
      expect(wentOnWithout(shop)).to.equal(null)
    }),
  )

  it(
    'is awaited again after another restore, whoever went on without it before',
    inShop(REWARDS, (shop) => {
      shop.at((moment) => askToResend(moment, NOW, 'it'))
      shop.at((moment) => resumeRedeeming(moment, 'restore', WANTED))
      shop.at((moment) => askToResend(moment, NOW, 'it'))
      expect([isUnfinished(shop), wentOnWithout(shop)]).to.deep.equal([true, null])
    }),
  )
})
