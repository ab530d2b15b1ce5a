/** Whatever learners do, and whoever is merged, frozen and erased meanwhile: what is true afterwards. */
import { expect } from 'chai'
import fc from 'fast-check'
import { ingest } from '../../sidecar/actions/ingest.js'
import { deliver } from '../../sidecar/actions/redemption.js'
import { Refusal } from '../../sidecar/actions/refusal.js'
import { cancel } from '../../sidecar/actions/support.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { actOf, belongsToOne } from '../../sidecar/domain/meaning.js'
import { NOW } from '../support.js'
import { eraseIn, event, FILES, freezeIn, mergeIn, post, problems, REWARDS, unfreezeIn } from './rights.js'
import { DAY, openShop, type Shop } from './shop.js'

const LEARNERS = ['ann', 'bob', 'cy', 'di'] as const
const PRICES: readonly (readonly [reward: string, cost: number])[] = [
  ['gift', 10],
  ['tea', 5],
  ['ride', 5],
  ['pool', 5],
  ['course', 5],
]

interface Choice {
  readonly who: string
  readonly other: string
  readonly which: number
}

interface Scene {
  readonly shop: Shop
  /** Events of those who were erased since. */
  readonly forgotten: LearningEvent[]
  /** What they were paid for, and nobody else can be. */
  readonly paid: Set<string>
  /** Events by the account that they belong to now. */
  readonly sent: Map<string, LearningEvent[]>
}

const balanceOf = ({ shop }: Scene, user: string): number => shop.balance(user)
const pick = <T>(list: readonly T[], which: number): T | undefined => list[which % Math.max(1, list.length)]

function happens(scene: Scene, what: LearningEvent): void {
  const { shop, sent } = scene
  const judged = shop.at(({ stores, rules, now }) => ingest(stores, rules.current(), what, now))
  if (judged.status !== 'recorded') return
  // Who deletes somebody's post is not whom the event is about.
  const newest = 'SELECT user_id FROM event JOIN learner USING (subject) ORDER BY number DESC LIMIT 1'
  const owner = shop.opened.connection.prepare<[], string>(newest).pluck().get() ?? ''
  sent.set(owner, [...(sent.get(owner) ?? []), what])
}

const VERBS = {
  post: (scene, { who, which }) => happens(scene, post(who, which, { time: scene.shop.clock.now })),
  quiz: (scene, { who, which }) =>
    happens(
      scene,
      event('quiz.graded', who, {
        object: `quiz_attempts:${which}`,
        time: scene.shop.clock.now,
        data: { score: which * 4 },
      }),
    ),
  essay: (scene, { who, which }) =>
    happens(
      scene,
      event('assign.submitted', who, { object: `assign_submission:${which}`, time: scene.shop.clock.now }),
    ),
  deleted: (scene, { who, which }) =>
    happens(
      scene,
      event('forum.post_deleted', who, {
        object: `forum_posts:${which}`,
        activity: 'forum:9',
        time: scene.shop.clock.now,
      }),
    ),
  removed: (scene, { who, which }) =>
    happens(scene, event('assign.removed', who, { object: `assign_submission:${which}`, time: scene.shop.clock.now })),
  adjust: ({ shop }, { who, which }) => shop.give(which - 8 || 1, null, who),
  // As a grant with a day would be written: under the id that counts now.
  dated: ({ shop }, { who, which }) =>
    shop.give(
      which + 1,
      shop.rules.current().civil.dayOf(shop.clock.now + which * DAY),
      shop.stores.learners.merged.currentId('moodle', who),
    ),
  redeem: ({ shop }, { who, which }) => shop.redeem(...pick(PRICES, which)!, who),
  cancel: ({ shop }, { which }) => {
    const found = pick(shop.stores.redemptions.list({}, 100), which)
    if (found) shop.at((moment) => cancel(moment, found.id, { actor: 'it', reason: 'asked' }))
  },
  deliver: ({ shop }, { which }) => {
    const found = pick(shop.stores.redemptions.list({ state: 'delivering' }, 100), which)
    if (found) shop.at((moment) => deliver(moment, found, { by: 'shop' }))
  },
  attempted: ({ shop }, { which }) => {
    const found = pick(shop.stores.redemptions.list({ state: 'delivering' }, 100), which)
    shop.at(({ stores, now }) => {
      for (const { number } of found ? stores.messages.ofRedemption(found.seq) : []) stores.messages.begin(number, now)
    })
  },
  consume: ({ shop }, { which }) => {
    const found = pick(shop.stores.redemptions.list({ state: 'issued' }, 100), which)
    if (found?.tokenCopy) shop.consume(shop.token(found.id))
  },
  night: ({ shop }, { which }) => {
    shop.clock.now += which * DAY
    return shop.expire()
  },
  freeze: ({ shop }, { who }) => freezeIn(shop, who),
  unfreeze: ({ shop }, { who }) => unfreezeIn(shop, who),
  merge: (scene, { who, other }) => {
    const { shop, sent } = scene
    const everybody = LEARNERS.filter((user) => shop.stores.learners.merged.currentId('moodle', user) === user)
    const before = everybody.map((user) => balanceOf(scene, user)).reduce((a, b) => a + b, 0)
    const lapsed = shop.entries().length
    const { merged, into } = mergeIn(shop, who, other)
    if (!merged) return
    const lost = shop
      .entries()
      .slice(lapsed)
      .reduce((sum, { kind, points }) => (kind === 'expiry' ? sum - points : sum), 0)
    const after = everybody.filter((user) => user !== who).map((user) => balanceOf(scene, user))
    expect(after.reduce((a, b) => a + b, 0)).to.equal(before - lost)
    expect(balanceOf(scene, who)).to.equal(balanceOf(scene, into))
    sent.set(into, [...(sent.get(into) ?? []), ...(sent.get(who) ?? [])])
    sent.delete(who)
  },
  erase: (scene, { who }) => {
    const { shop, sent, forgotten, paid } = scene
    const others = LEARNERS.filter((user) => shop.stores.learners.merged.currentId('moodle', user) !== who)
    const before = others.map((user) => balanceOf(scene, user))
    const acts = shop.stores.erased.actsOf(shop.subject(who)).filter(belongsToOne)
    if (!eraseIn(shop, who).erased) return
    expect(others.map((user) => balanceOf(scene, user))).to.deep.equal(before)
    expect(shop.subject(who)).to.equal('')
    forgotten.push(...(sent.get(who) ?? []))
    for (const act of acts) paid.add(act)
    sent.delete(who)
  },
} satisfies Record<string, (scene: Scene, choice: Choice) => unknown>

const often: readonly (keyof typeof VERBS)[] = ['post', 'quiz', 'essay', 'redeem', 'redeem', 'dated', 'merge', 'erase']
const step = fc.record({
  does: fc.constantFrom(...(Object.keys(VERBS) as (keyof typeof VERBS)[]), ...often),
  who: fc.constantFrom(...LEARNERS),
  other: fc.constantFrom(...LEARNERS),
  which: fc.nat(25),
})

describe('whoever is frozen, merged or erased', () => {
  it('the ledger verifies, nobody else has more or less for it, and what is sent again pays nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 60, size: 'max' }), async (steps) => {
        const shop = openShop(REWARDS, { ...FILES, now: NOW })
        const scene: Scene = { shop, forgotten: [], paid: new Set(), sent: new Map() }
        try {
          await shop.importCodes('pool', 'a-1\na-2\na-3\na-4\n')
          for (const { does, ...choice } of steps) {
            await attempt(() => VERBS[does](scene, choice), shop)
          }
          expect(problems(shop)).to.deep.equal([])
          const before = JSON.stringify(shop.entries())
          for (const again of [...scene.forgotten, ...[...scene.sent.values()].flat()]) {
            const { status, points } = shop.at(({ stores, rules, now }) => ingest(stores, rules.current(), again, now))
            expect(status).to.equal('duplicate')
            if (scene.forgotten.includes(again)) expect(points).to.equal(0)
          }
          for (const again of scene.forgotten.filter((one) => scene.paid.has(actOf(one) ?? ''))) {
            const { status } = shop.at(({ stores, rules, now }) =>
              ingest(stores, rules.current(), { ...again, id: `${again.id} again` }, now),
            )
            expect(status).to.equal('duplicate')
          }
          expect(JSON.stringify(shop.entries())).to.equal(before)
        } finally {
          shop.close()
        }
      }),
      { numRuns: 60 },
    )
  }).timeout(120_000)
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
