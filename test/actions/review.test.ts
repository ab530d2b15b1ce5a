import { expect } from 'chai'
import fc from 'fast-check'
import { forget } from '../../sidecar/actions/erase.js'
import { setExempt } from '../../sidecar/actions/exempt.js'
import { exportLearner } from '../../sidecar/actions/export-learner.js'
import { freeze } from '../../sidecar/actions/freeze.js'
import { merge } from '../../sidecar/actions/merge.js'
import { Refusal } from '../../sidecar/actions/refusal.js'
import { replayGrants } from '../../sidecar/actions/replay.js'
import { appeal, decide, type ReviewDecision, remindOfQueue } from '../../sidecar/actions/review.js'
import { shownChecks, shownReview } from '../../sidecar/actions/shown-review.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { learningEvent, NOW } from '../support.js'
import { APPROVED, DAY, HOUR, inShop, openShop, refusal, type Shop } from './shop.js'

const RULES = `
- { id: post, event: forum.post, points: 5, revoke_on: forum.post_deleted, frequency: 3, cooldown: 7d }
- { id: essay, event: assign.submitted, points: 20, review: flag }
- { id: talk, event: custom.talk, points: 8, review: hold, expires: 30d, revoke_on: custom.talk_gone }
`
const SETTINGS = 'source: moodle\ncustom_events: [custom.talk, custom.talk_gone]\nchecks: { near_copy: on }\n'
const REWARDS = `rewards: [ { id: mug, title: Mug, category: merchandise, cost: 5, funding: discount, discount: { percent: 5 }, delivery: in_app, ${APPROVED} } ]\n`
const FILES = { settings: SETTINGS, rules: RULES }

const event = (name: string, given: Partial<LearningEvent>) => learningEvent({ event: name, activity: null, ...given })
const post = (n: number, given: Partial<LearningEvent> = {}) =>
  event('\\mod_forum\\event\\post_created', {
    ...{ id: `post ${n}`, object: `forum_posts:${n}`, data: { words: 30, similarity: 90 } },
    ...given,
  })
const deleted = (n: number, given: Partial<LearningEvent> = {}) =>
  event('\\mod_forum\\event\\post_deleted', { id: `gone ${n}`, object: `forum_posts:${n}`, data: {}, ...given })
const essay = (n: number) =>
  event('\\mod_assign\\event\\assessable_submitted', {
    ...{ id: `essay ${n}`, object: `assign_submission:${n}`, data: { words: 300 } },
  })
const removed = (n: number) =>
  event('\\mod_assign\\event\\submission_removed', { id: `away ${n}`, object: `assign_submission:${n}`, data: {} })
const talk = (n: number, given: Partial<LearningEvent> = {}) =>
  event('custom.talk', { id: `talk ${n}`, object: `talk:${n}`, data: {}, ...given })

const gone = (n: number) => event('custom.talk_gone', { id: `talk gone ${n}`, object: `talk:${n}`, data: {} })

const judge = (shop: Shop, decision: ReviewDecision, ...ids: number[]) =>
  shop.at((moment) => decide(moment, ids, { decision, actor: 'moodle:9', reason: 'looked' }))
const sums = (shop: Shop, user = '42') => shop.stores.ledger.balance(shop.subject(user))
const problems = (shop: Shop) => [
  ...verifyLedger(shop.opened.connection, { quick: false }).problems,
  ...replayGrants(shop.opened.connection).problems,
]
const states = (shop: Shop) => shop.stores.reviews.list({ state: 'all' }, 100).map(({ id, state }) => `${id} ${state}`)
/** What a learner is told beside the first word that something is held. */
const notices = (shop: Shop) => shop.notices().filter(({ code }) => code !== 'hold_made')
const told = (shop: Shop) => notices(shop).map(({ code }) => code)
const open = inShop.bind(null, REWARDS)

describe('a hold', () => {
  it(
    'is released by a person: its points are spendable, and its learner is told',
    open((shop) => {
      shop.send(post(1))
      expect(judge(shop, 'release', 1)).to.deep.equal([{ id: 1, points: 5, seq: shop.entries().length }])
      expect(sums(shop)).to.deep.equal({ points: 5, held: 0, lifetime: 5 })
      expect(told(shop)).to.deep.equal(['hold_released'])
      const release = shop.entries().at(-1)!
      expect(release).to.include({ kind: 'release', points: 5, held: -5, ruleId: 'post' })
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'is confirmed by a person: nothing is given, and the deed cannot pay again',
    open((shop) => {
      shop.send(post(1))
      judge(shop, 'confirm', 1)
      expect(sums(shop)).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
      const [notice] = notices(shop)
      expect(notice).to.deep.include({ code: 'hold_confirmed', params: { points: 5, why: 'looked' } })
      shop.send(post(1, { id: 'again' }))
      shop.clock.now += HOUR
      shop.send(deleted(1, { time: NOW + HOUR }))
      expect(sums(shop)).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'that was confirmed goes on counting in limits',
    open((shop) => {
      for (const n of [1, 2, 3]) shop.send(post(n))
      judge(shop, 'confirm', 1, 2, 3)
      shop.send(post(4))
      expect(sums(shop).held).to.equal(0)
    }, FILES),
  )

  it(
    'is taken back after its release like any grant',
    open((shop) => {
      shop.send(post(1))
      judge(shop, 'release', 1)
      shop.clock.now += HOUR
      shop.send(deleted(1, { time: NOW + HOUR }))
      expect(sums(shop)).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'that is taken back after its release takes its own points first, not those that never lapse',
    open((shop) => {
      shop.send(talk(1))
      judge(shop, 'release', 1)
      shop.give(10)
      shop.send(gone(1))
      expect(sums(shop).points).to.equal(10)
      expect(shop.stores.ledger.lots.of(shop.subject('42'))).to.deep.equal([])
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'whose deed is undone while it waits is decided by that: nobody can appeal or decide any more',
    open((shop) => {
      shop.send(post(1))
      shop.send(deleted(1))
      expect(states(shop)).to.deep.equal(['1 withdrawn'])
      expect(sums(shop)).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
      expect(refusal(() => judge(shop, 'release', 1)).code).to.equal('state_conflict')
      expect(refusal(() => shop.at((moment) => appeal(moment, '42', 1))).code).to.equal('state_conflict')
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'that is released can bring its learner to a tier, and they are told',
    open((shop) => {
      shop.publish(`tiers: [ { id: bronze, title: Bronze, points: 5 } ]\n${REWARDS}`, FILES)
      shop.send(post(1))
      expect(told(shop)).to.deep.equal([])
      judge(shop, 'release', 1)
      expect(told(shop)).to.deep.equal(['hold_released', 'tier_reached'])
    }, FILES),
  )

  it(
    'of a frozen account is decided all the same: its points stay, as all of theirs do',
    open((shop) => {
      shop.send(post(1))
      shop.at((moment) => freeze(moment, { userId: '42', actor: 'it', reason: 'looking' }))
      judge(shop, 'release', 1)
      expect(sums(shop)).to.deep.equal({ points: 5, held: 0, lifetime: 5 })
      expect(refusal(() => shop.redeem('mug', 5)).locked).to.include('frozen')
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'that nobody decided is released when its time has come, and no sooner',
    open(async (shop) => {
      shop.send(post(1))
      shop.clock.now += 14 * DAY - 1
      await shop.expire()
      expect(states(shop)).to.deep.equal(['1 open'])
      shop.clock.now += 1
      expect(await shop.expire()).to.include('holds that nobody decided were released: 1')
      expect(states(shop)).to.deep.equal(['1 lapsed'])
      expect(sums(shop)).to.deep.equal({ points: 5, held: 0, lifetime: 5 })
      expect(told(shop)).to.deep.equal(['hold_lapsed'])
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'whose points would lapse while it waits gives them two weeks',
    open((shop) => {
      shop.send(talk(1))
      shop.clock.now += 29 * DAY
      judge(shop, 'release', 1)
      expect(shop.entries().at(-1)?.expires).to.equal('2027-01-05')
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'of an account that was merged since is decided for the one that stays',
    open((shop) => {
      shop.send(post(1, { user: '7' }))
      shop.at((moment) => merge(moment, { userId: '7', into: '42', actor: 'it', reason: 'one person' }))
      judge(shop, 'release', 1)
      expect(sums(shop)).to.deep.equal({ points: 5, held: 0, lifetime: 5 })
      shop.clock.now += HOUR
      shop.send(deleted(1, { time: NOW + HOUR }))
      expect(sums(shop).points).to.equal(0)
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'of somebody who is erased is gone with them',
    open((shop) => {
      shop.send(post(1))
      shop.at((moment) => forget(moment, shop.subject('42'), { actor: 'it', reason: 'asked for it' }))
      expect(states(shop)).to.deep.equal([])
      expect(shop.stores.checkHits.since(0)).to.deep.equal([])
      expect(verifyLedger(shop.opened.connection, { quick: false }).problems).to.deep.equal([])
    }, FILES),
  )
})

describe('that something is held', () => {
  it(
    'is told to its learner at once, once a day, with what it is worth',
    open((shop) => {
      shop.send(post(1))
      shop.send(post(2))
      shop.clock.now += DAY
      shop.send(post(3, { time: NOW + DAY }))
      const made = shop.notices().filter(({ code }) => code === 'hold_made')
      expect(made.map(({ params }) => params)).to.deep.equal([{ points: 5 }, { points: 5 }])
    }, FILES),
  )
})

describe('a flag', () => {
  it(
    'that is confirmed keeps its act: the same work, reported once more, pays nothing',
    open((shop) => {
      shop.send(essay(1))
      judge(shop, 'confirm', 1)
      shop.send({ ...essay(1), id: 'again' })
      expect(sums(shop)).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'that nobody decided is left as it is after ninety days',
    open(async (shop) => {
      shop.send(essay(1))
      shop.clock.now += 90 * DAY
      await shop.expire()
      expect(states(shop)).to.deep.equal(['1 lapsed'])
      expect(sums(shop).points).to.equal(20)
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'moves nothing where somebody has looked and found nothing',
    open((shop) => {
      shop.send(essay(1))
      judge(shop, 'release', 1)
      expect(sums(shop)).to.deep.equal({ points: 20, held: 0, lifetime: 20 })
      expect(shop.entries().at(-1)?.kind).to.equal('administration')
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'takes the grant back where it is confirmed, below zero where it was spent',
    open((shop) => {
      shop.send(essay(1))
      shop.redeem('mug', 5)
      judge(shop, 'confirm', 1)
      expect(sums(shop)).to.deep.equal({ points: -5, held: 0, lifetime: 0 })
      expect(told(shop)).to.include('flag_confirmed')
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'of an account that was merged since is taken back from the one that stays',
    open((shop) => {
      shop.send({ ...essay(1), user: '7' })
      shop.at((moment) => merge(moment, { userId: '7', into: '42', actor: 'it', reason: 'one person' }))
      judge(shop, 'confirm', 1)
      expect(sums(shop)).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
      expect(problems(shop)).to.deep.equal([])
    }, FILES),
  )

  it(
    'whose grant is gone already asks for nobody',
    open(
      (shop) => {
        shop.send(essay(1))
        shop.send(
          event('\\mod_assign\\event\\submission_removed', { id: 'away', object: 'assign_submission:1', data: {} }),
        )
        expect(states(shop)).to.deep.equal(['1 withdrawn'])
        expect(sums(shop).points).to.equal(0)
        expect(problems(shop)).to.deep.equal([])
      },
      {
        ...FILES,
        rules: RULES.replace('review: flag', 'review: flag, revoke_on: mod_assign\\event\\submission_removed'),
      },
    ),
  )
})

describe('decisions', () => {
  it(
    'are made about all of several items, or none: what is decided, or not there, is named',
    open((shop) => {
      for (const n of [1, 2, 3]) shop.send(post(n))
      judge(shop, 'release', 2)
      const { code, message } = refusal(() => judge(shop, 'confirm', 1, 2, 3))
      expect([code, message]).to.deep.equal([
        'state_conflict',
        'Nothing was decided: 2 is released. Leave what is decided out.',
      ])
      expect(refusal(() => judge(shop, 'confirm', 1, 99)).code).to.equal('not_found')
      expect(sums(shop)).to.deep.equal({ points: 5, held: 10, lifetime: 5 })
      judge(shop, 'confirm', 1, 3, 3)
      expect(sums(shop).held).to.equal(0)
    }, FILES),
  )

  it(
    'stand with who made them, and why',
    open((shop) => {
      shop.send(post(1))
      judge(shop, 'release', 1)
      const item = shop.at((moment) => shownReview(moment, moment.stores.reviews.get(1)!))
      expect(item).to.include({ state: 'released', decided_by: 'moodle:9', reason: 'looked', user_id: '42' })
    }, FILES),
  )

  it(
    'of people say when a check does more harm than good',
    open((shop) => {
      const shown = () => shop.at((moment) => shownChecks(moment)).find(({ id }) => id === 'near_copy')
      for (let n = 1; n <= 6; n++) shop.send(post(n, { time: NOW - n * 8 * DAY }))
      judge(shop, 'confirm', 1, 2)
      judge(shop, 'release', 3, 4)
      expect(shown()).to.include({
        state: 'on',
        released: 2,
        confirmed: 2,
        open: 2,
        overturned: 0.5,
        suggest_off: false,
      })
      judge(shop, 'release', 5)
      expect(shown()).to.include({ released: 3, overturned: 0.6, suggest_off: true })
      expect(shown()?.hits).to.deep.equal({
        days_7: { hits: 6, learners: 1, points: 30 },
        days_28: { hits: 6, learners: 1, points: 30 },
      })
    }, FILES),
  )
})

describe('an appeal', () => {
  it(
    'goes to the top, is told to both sides, and is one however often it is made',
    open((shop) => {
      for (const n of [1, 2]) shop.send(post(n))
      const first = shop.at((moment) => appeal(moment, '42', 2))
      shop.clock.now += HOUR
      expect(shop.at((moment) => appeal(moment, '42', 2))).to.deep.equal(first)
      expect(states(shop)).to.deep.equal(['2 open', '1 open'])
      expect([told(shop), shop.told('administrators')]).to.deep.equal([['appeal_received'], ['appeal_made']])
    }, FILES),
  )

  it(
    'can be made from the account that was merged into another, about the holds of both',
    open((shop) => {
      shop.send(post(1, { user: '7' }))
      shop.send(post(2))
      shop.at((moment) => merge(moment, { userId: '7', into: '42', actor: 'it', reason: 'one person' }))
      for (const id of [1, 2]) expect(shop.at((moment) => appeal(moment, '7', id)).id).to.equal(id)
      expect(notices(shop).map(({ userId, code }) => [userId, code])).to.deep.equal([
        ['42', 'appeal_received'],
        ['42', 'appeal_received'],
      ])
    }, FILES),
  )

  it(
    'is for one’s own holds alone, while they wait',
    open((shop) => {
      shop.send(post(1))
      shop.send(post(2, { user: '43' }))
      expect(refusal(() => shop.at((moment) => appeal(moment, '42', 2))).code).to.equal('not_found')
      judge(shop, 'confirm', 1)
      expect(refusal(() => shop.at((moment) => appeal(moment, '42', 1))).code).to.equal('state_conflict')
    }, FILES),
  )
})

describe('a queue in which something waits', () => {
  it(
    'is told of once a week',
    open((shop) => {
      const remind = () => shop.at(remindOfQueue)
      remind()
      shop.send(post(1))
      remind()
      shop.clock.now += DAY
      remind()
      expect(shop.notices('administrators').map(({ params }) => params)).to.deep.equal([{ count: 1 }])
      shop.clock.now += 7 * DAY
      remind()
      expect(shop.told('administrators')).to.deep.equal(['review_waiting', 'review_waiting'])
    }, FILES),
  )
})

describe('an exemption', () => {
  it(
    'stands on the ledger, ends when somebody says so, and asks for no reason',
    open((shop) => {
      const set = (exempt: boolean) => shop.at((moment) => setExempt(moment, { userId: '42', actor: 'it', exempt }))
      expect(set(true)).to.deep.equal({ exempt: true, changed: true, mergedInto: null })
      expect(set(true).changed).to.equal(false)
      expect(shop.stores.exempt.has(shop.subject('42'))).to.equal(true)
      expect(set(false)).to.deep.equal({ exempt: false, changed: true, mergedInto: null })
      expect(shop.entries().filter(({ kind }) => kind === 'administration')).to.have.length(2)
    }, FILES),
  )
})

describe('what a learner is given of what is kept', () => {
  it(
    'has what was held, found and exempted, and nobody else in it',
    open((shop) => {
      shop.send(post(1, { data: { words: 30, text_hash: 'h' }, user: '43' }))
      shop.publish(REWARDS, { ...FILES, settings: SETTINGS.replace('near_copy', 'same_text') })
      shop.send(post(2, { data: { words: 30, text_hash: 'h' } }))
      shop.at((moment) => setExempt(moment, { userId: '42', actor: 'it', exempt: true }))
      const kept = JSON.stringify(shop.at((moment) => exportLearner(moment, { userId: '42', actor: 'it' })).kept)
      expect(kept).to.include('same_text').and.not.include(shop.subject('43'))
      const { reviews, hits, exempt } = JSON.parse(kept)
      expect([reviews.length, hits.length, exempt.length]).to.deep.equal([1, 1, 1])
    }, FILES),
  )
})

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
