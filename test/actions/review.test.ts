import { expect } from 'chai'
import { forget } from '../../sidecar/actions/erase.js'
import { setExempt } from '../../sidecar/actions/exempt.js'
import { exportLearner } from '../../sidecar/actions/export-learner.js'
import { freeze } from '../../sidecar/actions/freeze.js'
import { merge } from '../../sidecar/actions/merge.js'
import { appeal, remindOfQueue } from '../../sidecar/actions/review.js'
import { shownChecks, shownReview } from '../../sidecar/actions/shown-review.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import { NOW } from '../support.js'
import {
  deleted,
  essay,
  event,
  FILES,
  gone,
  judge,
  notices,
  open,
  post,
  problems,
  REWARDS,
  RULES,
  SETTINGS,
  states,
  sums,
  talk,
  told,
} from './held.js'
import { DAY, HOUR, refusal } from './shop.js'

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
    }),
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
    }),
  )

  it(
    'that was confirmed goes on counting in limits',
    open((shop) => {
      for (const n of [1, 2, 3]) shop.send(post(n))
      judge(shop, 'confirm', 1, 2, 3)
      shop.send(post(4))
      expect(sums(shop).held).to.equal(0)
    }),
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
    }),
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
    }),
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
    }),
  )

  it(
    'that is released can bring its learner to a tier, and they are told',
    open((shop) => {
      shop.publish(`tiers: [ { id: bronze, title: Bronze, points: 5 } ]\n${REWARDS}`, FILES)
      shop.send(post(1))
      expect(told(shop)).to.deep.equal([])
      judge(shop, 'release', 1)
      expect(told(shop)).to.deep.equal(['hold_released', 'tier_reached'])
    }),
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
    }),
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
    }),
  )

  it(
    'whose points would lapse while it waits gives them two weeks',
    open((shop) => {
      shop.send(talk(1))
      shop.clock.now += 29 * DAY
      judge(shop, 'release', 1)
      expect(shop.entries().at(-1)?.expires).to.equal('2027-01-05')
      expect(problems(shop)).to.deep.equal([])
    }),
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
    }),
  )

  it(
    'of somebody who is erased is gone with them',
    open((shop) => {
      shop.send(post(1))
      shop.at((moment) => forget(moment, shop.subject('42'), { actor: 'it', reason: 'asked for it' }))
      expect(states(shop)).to.deep.equal([])
      expect(shop.stores.checkHits.since(0)).to.deep.equal([])
      expect(verifyLedger(shop.opened.connection, { quick: false }).problems).to.deep.equal([])
    }),
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
    }),
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
    }),
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
    }),
  )

  it(
    'moves nothing where somebody has looked and found nothing',
    open((shop) => {
      shop.send(essay(1))
      judge(shop, 'release', 1)
      expect(sums(shop)).to.deep.equal({ points: 20, held: 0, lifetime: 20 })
      expect(shop.entries().at(-1)?.kind).to.equal('administration')
      expect(problems(shop)).to.deep.equal([])
    }),
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
    }),
  )

  it(
    'of an account that was merged since is taken back from the one that stays',
    open((shop) => {
      shop.send({ ...essay(1), user: '7' })
      shop.at((moment) => merge(moment, { userId: '7', into: '42', actor: 'it', reason: 'one person' }))
      judge(shop, 'confirm', 1)
      expect(sums(shop)).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
      expect(problems(shop)).to.deep.equal([])
    }),
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
    }),
  )

  it(
    'stand with who made them, and why',
    open((shop) => {
      shop.send(post(1))
      judge(shop, 'release', 1)
      const item = shop.at((moment) => shownReview(moment, moment.stores.reviews.get(1)!))
      expect(item).to.include({ state: 'released', decided_by: 'moodle:9', reason: 'looked', user_id: '42' })
    }),
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
    }),
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
    }),
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
    }),
  )

  it(
    'is for one’s own holds alone, while they wait',
    open((shop) => {
      shop.send(post(1))
      shop.send(post(2, { user: '43' }))
      expect(refusal(() => shop.at((moment) => appeal(moment, '42', 2))).code).to.equal('not_found')
      judge(shop, 'confirm', 1)
      expect(refusal(() => shop.at((moment) => appeal(moment, '42', 1))).code).to.equal('state_conflict')
    }),
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
    }),
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
    }),
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
    }),
  )
})
