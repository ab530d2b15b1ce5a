/** Holds, decisions, revocations and redemptions in any order: no point is lost, and none comes from nowhere. */
import { expect } from 'chai'
import fc from 'fast-check'
import { merge } from '../../sidecar/actions/merge.js'
import { Refusal } from '../../sidecar/actions/refusal.js'
import { appeal } from '../../sidecar/actions/review.js'
import {
  deleted,
  essay,
  FILES,
  gone,
  judge,
  post,
  problems,
  REWARDS,
  RULES,
  removed,
  states,
  sums,
  talk,
} from './held.js'
import { DAY, openShop, type Shop } from './shop.js'

/** What may become of a hold, entry by entry, and how its item stands then: after a lapse it may go on as a flag. */
const FATES: Readonly<Record<string, readonly string[]>> = {
  '': ['hold open'],
  release: ['hold released', 'hold lapsed', 'flag open', 'flag released', 'flag lapsed'],
  'release revocation': [
    'hold released',
    'hold lapsed',
    'flag released',
    'flag lapsed',
    'flag withdrawn',
    'flag confirmed',
  ],
  void: ['hold confirmed'],
  revocation: ['hold withdrawn'],
}

/** Told from the entries alone, which nothing changes once they are written. */
function expectNothingLost(shop: Shop): void {
  const entries = shop.entries().map((entry, index) => ({ ...entry, seq: index + 1 }))
  const items = shop.stores.reviews.list({ state: 'all' }, 1_000)
  const stands = new Map(items.map(({ seq, kind, state }) => [seq, `${kind} ${state}`]))
  const sumOf = (of: readonly { points: number; held: number }[], key: 'points' | 'held') =>
    of.reduce((sum, entry) => sum + entry[key], 0)
  for (const { seq, held } of entries.filter(({ kind }) => kind === 'hold')) {
    const answers = entries.filter(({ ref }) => ref === seq)
    const fate = answers.map(({ kind }) => kind).join(' ')
    expect(FATES[fate], `hold ${seq}: ${fate}`).to.include(stands.get(seq))
    expect(sumOf(answers, 'held')).to.equal(fate === '' ? 0 : 0 - held)
    expect(sumOf(answers, 'points')).to.equal(fate === 'release' ? held : 0)
  }
  for (const { seq, points } of entries.filter(({ kind }) => kind === 'grant')) {
    const taken = entries.filter(({ ref, kind }) => ref === seq && kind === 'revocation')
    expect(taken.map((entry) => entry.points)).to.be.deep.oneOf([[], [0 - points]])
  }
  const balances = new Map<string, { points: number; held: number }>()
  for (const { seq, kind, subject, points, held } of entries) {
    if (subject === null) continue
    const before = balances.get(subject) ?? { points: 0, held: 0 }
    const after = { points: before.points + points, held: before.held + held }
    balances.set(subject, after)
    expect(after.held, `held after entry ${seq}`).to.be.at.least(0)
    // Who is merged brings their debt along with everything else.
    if (points < 0 && after.points < 0) expect(kind, `entry ${seq}`).to.be.oneOf(['revocation', 'adjustment', 'merge'])
  }
  for (const user of ['42', '43']) {
    const { points = 0, held = 0 } = balances.get(shop.subject(user)) ?? {}
    expect(sums(shop, user)).to.include({ points, held })
  }
}

describe('no sequence of holds, decisions, revocations and redemptions', function () {
  this.timeout(120_000)
  const REMOVABLE = { ...FILES, rules: RULES.replace('review: flag', 'review: flag, revoke_on: assign.removed') }
  const some = (weight: number, max: number, ...what: string[]) => ({
    weight,
    arbitrary: fc.record({ do: fc.constantFrom(...what), n: fc.integer({ min: 1, max }) }),
  })
  const step = fc.oneof(
    some(4, 6, 'post', 'talk', 'essay'),
    some(2, 6, 'delete', 'gone', 'remove'),
    some(3, 100, 'release', 'confirm', 'appeal'),
    some(2, 20, 'redeem', 'wait', 'merge', 'adjust'),
  )
  /** One of the items, that are decided too. */
  const someItem = (shop: Shop, n: number): number => (n % Math.max(1, states(shop).length)) + 1

  async function take(shop: Shop, { do: what, n }: { do: string; n: number }, number: number): Promise<void> {
    shop.clock.now += 60_000
    const user = n % 3 === 0 ? '43' : '42'
    const at = { id: `e${number}`, time: shop.clock.now, user }
    if (what === 'post') shop.send(post(n, { ...at, data: { words: 30, similarity: n % 2 === 0 ? 90 : 0 } }))
    if (what === 'delete') shop.send(deleted(n, at))
    if (what === 'essay') shop.send({ ...essay(n), ...at, data: { words: 300, similarity: n % 2 === 0 ? 90 : 0 } })
    if (what === 'remove') shop.send({ ...removed(n), ...at })
    if (what === 'talk') shop.send(talk(n, at))
    if (what === 'gone') shop.send({ ...gone(n), ...at })
    if (what === 'release' || what === 'confirm') judge(shop, what, someItem(shop, n))
    if (what === 'appeal') shop.at((moment) => appeal(moment, '42', someItem(shop, n)))
    if (what === 'redeem') shop.redeem('mug', 5, user)
    if (what === 'adjust') shop.give(n % 2 === 0 ? n : 0 - n, null, user)
    if (what === 'merge' && n === 20)
      shop.at((moment) => merge(moment, { userId: '43', into: '42', actor: 'it', reason: 'one' }))
    if (what === 'wait') {
      shop.clock.now += n * DAY
      await shop.expire()
    }
  }

  it('makes a held balance negative, a balance negative but by a revocation or an adjustment, or loses a point', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 60, size: 'max' }), async (steps) => {
        const shop = openShop(REWARDS, REMOVABLE)
        try {
          for (const [number, next] of steps.entries()) {
            await take(shop, next, number).catch((error: unknown) => {
              if (!(error instanceof Refusal)) throw error
            })
          }
          expectNothingLost(shop)
          expect(problems(shop)).to.deep.equal([])
        } finally {
          shop.close()
        }
      }),
      { numRuns: 50 },
    )
  })
})
