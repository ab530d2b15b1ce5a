import { expect } from 'chai'
import { cancel } from '../../sidecar/actions/support.js'
import { reverseToken, type Till, verifyToken } from '../../sidecar/actions/till.js'
import { qrText } from '../../sidecar/domain/token-code.js'
import { APPROVED, DAY, HOUR, inShop, refusal, type Shop } from './shop.js'

const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 100.00 }]
partners:
  - { id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }
  - { id: canteen }
  - { id: bar }
rewards:
  - { id: gift, title: { en: Gift, de: Geschenk }, cost: 5, value: 1.00, budget: main, token_ttl: 2d, ${APPROVED} }
  - { id: lunch, title: Lunch, cost: 5, partner: canteen, ${APPROVED} }
  - { id: ride, title: Ride, cost: 5, delivery: shop, ${APPROVED} }
  - { id: off, title: Ten off, cost: 5, funding: discount, discount: { percent: 10 }, ${APPROVED} }
`
const [canteen, bar, shopPartner]: Till[] = [{ partner: 'canteen' }, { partner: 'bar' }, { partner: 'shop' }]
const redeemed = (shop: Shop, reward = 'gift'): { id: string; token: string } => {
  shop.give(5)
  const id = shop.redeem(reward, 5).redemption_id
  return { id, token: shop.token(id) }
}
const verify = (shop: Shop, token: string, till: Till = null) => shop.at((moment) => verifyToken(moment, till, token))
const reverse = (shop: Shop, token: string, till: Till = null, key: string | null = null) =>
  shop.at((moment) => reverseToken(moment, till, { token, reference: null, key }))

describe('a till', () => {
  it(
    'is told what a token is worth, never whose it is',
    inShop(REWARDS, (shop) => {
      const { token, id } = redeemed(shop)
      const state = verify(shop, token, canteen)
      expect(state).to.deep.equal({
        status: 'issued',
        reward_id: 'gift',
        title: 'Gift',
        value: { amount_minor: 100, currency: 'GBP' },
        discount: null,
        valid_until: new Date(shop.clock.now + 2 * DAY).toISOString(),
        consumed_at: null,
      })
      // The counter is told besides where it was used.
      expect(verify(shop, qrText(token.replaceAll('-', '').slice(0, 24)))).to.deep.equal({
        ...state,
        consumed_by: null,
        reference: null,
      })
      expect(JSON.stringify(state)).to.not.include('42').and.to.not.include(id)
      expect(verify(shop, redeemed(shop, 'off').token).discount).to.deep.equal({ percent: 10 })
    }),
  )

  it(
    'sees no token that is for another partner: it looks like none at all',
    inShop(REWARDS, (shop) => {
      const [lunch, ride] = [redeemed(shop, 'lunch').token, redeemed(shop, 'ride').token]
      const unknown = refusal(() =>
        verify(shop, redeemed(shop).token.replace(/^.*$/, '0000-0000-0000-0000-0000-0000-0')),
      )
      for (const strange of [
        () => verify(shop, lunch, bar),
        () => verify(shop, ride, canteen),
        () => shop.consume(lunch, bar),
      ]) {
        expect(refusal(strange)).to.deep.equal(unknown)
      }
      for (const [token, till] of [
        [lunch, canteen],
        [ride, shopPartner],
        [lunch, null],
        [ride, null],
      ] as const) {
        expect(verify(shop, token, till).consumed_at).to.equal(null)
      }
    }),
  )

  it(
    'tells a slip of the finger from what is no token',
    inShop(REWARDS, (shop) => {
      const { token } = redeemed(shop)
      const slip = (token.startsWith('0') ? '1' : '0') + token.slice(1)
      expect(refusal(() => verify(shop, slip)).code).to.equal('token_mistyped')
      expect(refusal(() => verify(shop, slip)).message).to.include('mistyped')
      expect(refusal(() => verify(shop, token.slice(0, -2))).message).to.include('a sign is missing')
      expect(refusal(() => verify(shop, 'hello'))).to.include({ code: 'token_mistyped' })
      expect(refusal(() => verify(shop, 'hello')).message).to.include('This is no token')
    }),
  )
})

describe('a voided sale', () => {
  it(
    'is not handed over because its call is repeated: that takes a new key',
    inShop(REWARDS, (shop) => {
      const { token } = redeemed(shop)
      shop.consume(token, canteen, 'sale 17', 'consume-17')
      expect(shop.consume(token, canteen, 'sale 17', 'consume-17').status).to.equal('consumed')
      shop.clock.now += 1_000
      reverse(shop, token, canteen, 'reverse-17')
      expect(reverse(shop, token, canteen, 'reverse-17').status).to.equal('issued')
      expect(refusal(() => shop.consume(token, canteen, 'sale 17', 'consume-17')).message).to.include('voided since')
      shop.consume(token, canteen, 'sale 18', 'consume-18')
      expect(refusal(() => reverse(shop, token, canteen, 'reverse-17')).message).to.include('used again since')
    }),
  )
})

describe('a token', () => {
  it(
    'is consumed once; the second is told when and where',
    inShop(REWARDS, (shop) => {
      const { token, id } = redeemed(shop)
      const at = new Date(shop.clock.now).toISOString()
      expect(shop.consume(token, canteen, 'receipt 7')).to.include({ status: 'consumed', consumed_at: at })
      shop.clock.now += HOUR
      for (const till of [canteen, bar, null]) {
        expect(refusal(() => shop.consume(token, till))).to.include({
          code: 'token_consumed',
          message: `This token was used on ${at} (canteen, receipt 7).`,
        })
      }
      expect(shop.entries().filter(({ kind }) => kind === 'consumption')).to.have.length(1)
      expect(shop.get(id)).to.include({ consumedBy: 'canteen', reference: 'receipt 7', tokenCopy: null })
    }),
  )

  it(
    'is consumed once also where all tills try in one transaction',
    inShop(REWARDS, (shop) => {
      const { token } = redeemed(shop)
      const tries = Array.from({ length: 20 }, (_, index) => () => {
        try {
          shop.consume(token, index % 2 === 0 ? canteen : bar)
          return 1
        } catch {
          return 0
        }
      })
      expect(tries.reduce((sum, attempt) => sum + attempt(), 0)).to.equal(1)
    }),
  )

  it(
    'gives a retry with the same key its first answer, and another call with it none',
    inShop(REWARDS, (shop) => {
      const [{ token }, other] = [redeemed(shop), redeemed(shop)]
      const first = shop.consume(token, canteen, 'r1', 'key')
      shop.clock.now += HOUR
      expect(shop.consume(token, canteen, 'r1', 'key')).to.deep.equal(first)
      expect(refusal(() => shop.consume(token, canteen, 'r2', 'key')).code).to.equal('key_reused')
      expect(refusal(() => shop.consume(other.token, canteen, 'r1', 'key')).code).to.equal('key_reused')
      expect(refusal(() => reverse(shop, token, canteen, 'key')).code).to.equal('key_reused')
      // Another till may choose the same key.
      expect(shop.consume(other.token, bar, 'r1', 'key').status).to.equal('consumed')
    }),
  )

  it(
    'counts until its last moment, whether or not the nightly job has been there',
    inShop(REWARDS, (shop) => {
      const [early, late] = [redeemed(shop), redeemed(shop)]
      shop.clock.now += 2 * DAY - 1
      expect(shop.consume(early.token).status).to.equal('consumed')
      shop.clock.now += 1
      expect(verify(shop, late.token).status).to.equal('expired')
      expect(refusal(() => shop.consume(late.token)).code).to.equal('token_lapsed')
    }),
  )

  it(
    'of a redemption that was cancelled no longer counts',
    inShop(REWARDS, (shop) => {
      const { token, id } = redeemed(shop)
      shop.at((moment) => cancel(moment, id, { actor: 'it', reason: 'asked' }))
      expect(verify(shop, token).status).to.equal('cancelled')
      expect(refusal(() => shop.consume(token)).code).to.equal('state_conflict')
    }),
  )
})

describe('a till that is voided', () => {
  it(
    'gives the token back to its learner, who can see it and use it again',
    inShop(REWARDS, (shop) => {
      const { token, id } = redeemed(shop)
      shop.consume(token, canteen)
      shop.clock.now += 24 * HOUR
      expect(reverse(shop, token, canteen)).to.include({ status: 'issued', consumed_at: null })
      expect(shop.token(id)).to.equal(token)
      expect(shop.consume(token, bar).status).to.equal('consumed')
      expect(shop.story()).to.deep.equal(['adjustment 5', 'redemption -5', ...Array(3).fill('consumption 0')])
    }),
  )

  it(
    'only within 24 hours, only by who consumed it or the counter, only what is consumed',
    inShop(REWARDS, (shop) => {
      const { token } = redeemed(shop)
      expect(refusal(() => reverse(shop, token, canteen)).code).to.equal('state_conflict')
      shop.consume(token, canteen)
      expect(refusal(() => reverse(shop, token, bar)).code).to.equal('state_conflict')
      shop.clock.now += 24 * HOUR + 1
      expect(refusal(() => reverse(shop, token, canteen)).code).to.equal('too_late')
      const other = redeemed(shop).token
      shop.consume(other, canteen)
      expect(reverse(shop, other).status).to.equal('issued')
    }),
  )

  it(
    'of what a partner had delivered is delivered again',
    inShop(REWARDS, (shop) => {
      const { token, id } = redeemed(shop, 'ride')
      shop.consume(token, shopPartner)
      // The partner knows of it already, so nothing is sent.
      expect(shop.stores.messages.ofRedemption(shop.get(id).seq)[0]?.state).to.equal('dropped')
      expect(reverse(shop, token, shopPartner).status).to.equal('delivered')
    }),
  )
})
