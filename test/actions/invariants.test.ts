/** Whatever learners, tills, partners, staff and time do, and in whatever order: what is true of a shop afterwards. */
import { expect } from 'chai'
import fc from 'fast-check'
import { answerDelivery } from '../../sidecar/actions/moodle-delivery.js'
import { deliver, refund } from '../../sidecar/actions/redemption.js'
import { Refusal } from '../../sidecar/actions/refusal.js'
import { cancel, cancelOwn, extend, reissue } from '../../sidecar/actions/support.js'
import { reverseToken } from '../../sidecar/actions/till.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { checkShop } from './books.js'
import { APPROVED, DAY, HOUR, openShop, type Shop } from './shop.js'

const REWARDS = `
currency: GBP
budgets:
  - { id: main, monthly: 15.00, rollover: true }
  - { id: side, monthly: 4.00 }
partners: [{ id: canteen }, { id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: gift, title: Gift, cost: 10, value: 5.00, budget: main, stock: 4, limit: { count: 2, per: month }, cancel_within: 24h, ${APPROVED} }
  - { id: cup, title: Cup, cost: 7, token_ttl: 3d, on_expiry: forfeit, partner: canteen, ${APPROVED} }
  - { id: ride, title: Ride, cost: 5, value: 4.00, budget: main, delivery: shop, token_ttl: 5d, ${APPROVED} }
  - { id: course, title: Course, cost: 3, delivery: moodle, moodle: { cohort: lounge }, ${APPROVED} }
  - { id: code, title: Code, cost: 4, value: 2.00, budget: side, delivery: codes, ${APPROVED} }
  - { id: saver, title: Saver, funding: hybrid, savings: [{ points: 5, percent: 10 }, { points: 9, percent: 20 }], top_up: 1.00, budget: main, ${APPROVED} }
`
const PRICES: readonly (readonly [reward: string, cost: number])[] = [
  ['gift', 10],
  ['cup', 7],
  ['ride', 5],
  ['course', 3],
  ['code', 4],
  ['saver', 5],
  ['saver', 9],
]
const LEARNERS = ['ann', 'bob', 'cy'] as const
const TILLS = [null, { partner: 'canteen' }, { partner: 'shop' }] as const
const TIMES = [-5 * 60_000, 60_000, HOUR, 10 * HOUR, DAY, 4 * DAY, 15 * DAY] as const

interface Choice {
  readonly who: string
  /** Which redemption, token, price, till or time. */
  readonly which: number
  readonly amount: number
}

/** A shop, and every token that anybody was ever shown. */
interface Scene {
  readonly shop: Shop
  readonly tokens: string[]
}

const asked = { actor: 'it', reason: 'asked' }
const pick = <T>(list: readonly T[], which: number): T | undefined => list[which % Math.max(1, list.length)]
const redemption = ({ shop }: Scene, which: number): string =>
  pick(shop.stores.redemptions.list({}, 1_000), which)?.id ?? 'none'
function remember({ shop, tokens }: Scene, id: string): void {
  if (shop.get(id).tokenCopy !== null) tokens.push(shop.token(id))
}

/** What can happen. A clock may be set back a little, too. */
const VERBS = {
  grant: ({ shop }, { who, which, amount }) =>
    shop.give(amount, shop.rules.current().civil.dayOf(shop.clock.now + which * DAY), who),
  adjust: ({ shop }, { who, which, amount }) => shop.give(which % 3 === 0 ? -amount : amount, null, who),
  redeem: (scene, { who, which }) => remember(scene, scene.shop.redeem(...pick(PRICES, which)!, who).redemption_id),
  consume: ({ shop, tokens }, { which, amount }) => shop.consume(pick(tokens, which) ?? '', pick(TILLS, amount)),
  reverse: ({ shop, tokens }, { which }) =>
    shop.at((now) => reverseToken(now, null, { token: pick(tokens, which) ?? '', reference: null, key: null })),
  cancel: (scene, { which }) => scene.shop.at((now) => cancel(now, redemption(scene, which), asked)),
  cancelOwn: (scene, { who, which }) => scene.shop.at((now) => cancelOwn(now, who, redemption(scene, which))),
  reissue: (scene, { which }) =>
    remember(scene, scene.shop.at((now) => reissue(now, redemption(scene, which), asked)).id),
  extend: (scene, { which, amount }) =>
    scene.shop.at((now) => extend(now, redemption(scene, which), now.now + amount * DAY, asked)),
  moodle: (scene, { which, amount }) => {
    const status = amount % 2 === 0 ? 'done' : 'refused'
    return scene.shop.at((now) => answerDelivery(now, redemption(scene, which), { status, reason: null }))
  },
  partner: (scene, { which, amount }) => {
    const found = scene.shop.stores.redemptions.byId(redemption(scene, which))
    if (found?.delivery !== 'partner') return
    scene.shop.at((now) =>
      amount % 2 === 0 ? deliver(now, found, { by: 'shop' }) : refund(now, found, 'refused', { by: 'shop' }),
    )
  },
  codes: ({ shop }, { which, amount }) => {
    const text = Array.from({ length: amount % 3 }, (_, index) => `code-${shop.clock.now}-${which + index}`).join('\n')
    return shop.importCodes('code', text)
  },
  time: ({ shop }, { which }) => {
    shop.clock.now += pick(TIMES, which)!
  },
  night: ({ shop }) => shop.expire(),
} satisfies Record<string, (scene: Scene, choice: Choice) => unknown>

const often: readonly (keyof typeof VERBS)[] = ['grant', 'redeem', 'redeem', 'redeem', 'consume', 'consume', 'time']
const step = fc.record({
  does: fc.constantFrom(...(Object.keys(VERBS) as (keyof typeof VERBS)[]), ...often),
  who: fc.constantFrom(...LEARNERS),
  which: fc.nat(40),
  amount: fc.integer({ min: 1, max: 30 }),
})

const ZONES = ['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles', 'Europe/London']
// Ends of months, also where UTC has another, and the nights on which Los Angeles and London begin summer time.
const BEGINNINGS = ['2026-03-07T22:00:00Z', '2026-03-28T23:00:00Z', '2026-10-31T09:58:00Z', '2026-12-01T07:58:00Z']

describe('whatever happens in a shop', () => {
  it('points, stock, money, limits, states, tokens and codes add up', async () => {
    const walk = fc.array(step, { minLength: 20, maxLength: 60, size: 'max' })
    await fc.assert(
      fc.asyncProperty(walk, fc.constantFrom(...ZONES), fc.constantFrom(...BEGINNINGS), async (steps, zone, opens) => {
        const settings = `source: moodle\ntimezone: ${zone}\n`
        const shop = openShop(REWARDS, { settings, now: Date.parse(opens) })
        try {
          const scene: Scene = { shop, tokens: [] }
          for (const who of LEARNERS) shop.give(60, null, who)
          await shop.importCodes('code', 'a-1\na-2\na-3\n')
          for (const { does, ...choice } of steps) {
            await attempt(() => VERBS[does](scene, choice), shop)
            checkShop(shop)
          }
          expect(verifyLedger(shop.opened.connection, { quick: false }).problems).to.deep.equal([])
        } finally {
          shop.close()
        }
      }),
      { numRuns: 40 },
    )
  })
})

/** Only what is refused for a reason fails, and then nothing is done. */
async function attempt(work: () => unknown, { stores }: Shop): Promise<void> {
  const { seq } = stores.ledger.head()
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Refusal) || stores.ledger.head().seq !== seq) throw error
  }
}
