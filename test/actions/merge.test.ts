import { expect } from 'chai'
import { cancel, cancelOwn } from '../../sidecar/actions/support.js'
import { verifyToken } from '../../sidecar/actions/till.js'
import { LedgerView } from '../../sidecar/store/ledger-view.js'
import { learnerWith } from '../store/files.js'
import { NOW } from '../support.js'
import { eraseIn, event, FILES, mergeIn, post, problems, REWARDS, sent } from './rights.js'
import { DAY, inShop, refusal, type Shop } from './shop.js'

const quiz = (user: string, given = {}) => event('quiz.graded', user, { data: { score: 90 }, ...given })
const balances = (shop: Shop, ...users: string[]) => users.map((user) => shop.stores.ledger.balance(shop.subject(user)))

/** Two accounts: old has 20 points that lapse, 3 that do not and 7 held; new has 4. */
const withTwo = (test: (shop: Shop) => void | Promise<void>) =>
  inShop(
    REWARDS,
    (shop) => {
      sent(shop, quiz('old'))
      sent(shop, post('old', 1))
      sent(shop, event('assign.submitted', 'old', { object: 'assign_submission:1', activity: 'assign:3' }))
      sent(shop, event('activity.completed', 'new', { activity: 'quiz:7', data: { state: 1 } }))
      return test(shop)
    },
    FILES,
  )

describe('two accounts that are merged', () => {
  it(
    'are one: points, held points and the days on which points lapse are the second’s, and lifetime points add up',
    withTwo(async (shop) => {
      const [before, kept] = balances(shop, 'old', 'new')
      expect(before).to.deep.equal({ points: 23, held: 7, lifetime: 23 })
      expect(mergeIn(shop, 'old', 'new')).to.deep.equal({ merged: true, into: 'new', points: 23, held: 7 })
      const together = { points: 27, held: 7, lifetime: before!.lifetime + kept!.lifetime }
      expect(balances(shop, 'new')).to.deep.equal([together])
      expect(shop.stores.ledger.lots.of(shop.subject('new')).map(({ left }) => left)).to.deep.equal([20])
      expect(problems(shop)).to.deep.equal([])
      shop.clock.now += 31 * DAY
      await shop.expire()
      // Of the dated points none are left; what was held, and nobody decided about, is theirs by now.
      expect(balances(shop, 'new')).to.deep.equal([{ points: 14, held: 0, lifetime: together.lifetime + 7 }])
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'change no entry: one takes the points, others bring them and name it',
    withTwo((shop) => {
      const before = JSON.stringify(shop.entries())
      const [old, kept] = [shop.subject('old'), shop.subject('new')]
      mergeIn(shop, 'old', 'new')
      expect(JSON.stringify(shop.entries())).to.satisfy((all: string) => all.startsWith(before.slice(0, -1)))
      const moves = shop.entries().filter(({ kind }) => kind === 'merge')
      const out = shop.entries().findIndex(({ kind }) => kind === 'merge') + 1
      expect(
        moves.map(({ subject, points, held, ref, expires }) => [subject, points, held, ref, expires]),
      ).to.deep.equal([
        [old, -23, -7, null, null],
        [kept, 20, 7, out, '2026-12-23'],
        [kept, 3, 0, out, null],
      ])
    }),
  )

  it(
    'keep the tier that spent points had earned',
    inShop(REWARDS, (shop) => {
      shop.give(100, null, 'old')
      shop.redeem('gift', 10, 'old')
      mergeIn(shop, 'old', 'new')
      expect(balances(shop, 'new')).to.deep.equal([{ points: 90, held: 0, lifetime: 100 }])
      expect(shop.told()).to.deep.equal(['tier_reached', 'redeemed'])
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'are paid no deed twice, and share limits: what the first had counts for the second',
    withTwo((shop) => {
      mergeIn(shop, 'old', 'new')
      const again = { object: 'forum_posts:1' }
      expect(sent(shop, post('new', 1, again))).to.deep.equal(['recorded', 'already_granted'])
      expect(sent(shop, quiz('new', { time: NOW }))).to.deep.equal(['recorded', 'frequency'])
      expect(shop.balance('new')).to.equal(27)
    }),
  )

  it(
    'take a grant of the first back from the second, held or not',
    withTwo((shop) => {
      mergeIn(shop, 'old', 'new')
      const deleted = (object: string, activity: string) => event('forum.post_deleted', 'new', { object, activity })
      sent(shop, deleted('forum_posts:1', 'forum:9'))
      expect(balances(shop, 'new')[0]).to.deep.equal({ points: 24, held: 7, lifetime: 24 })
      // By staff: whose it was is known.
      const submission = { object: 'assign_submission:1', activity: 'assign:3' }
      sent(shop, event('assign.removed', 'staff', submission))
      expect(shop.balance('staff')).to.equal(0)
      expect(balances(shop, 'new')[0]).to.deep.equal({ points: 24, held: 0, lifetime: 24 })
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'take what comes late for the first as the second’s, under the id that stays',
    withTwo((shop) => {
      mergeIn(shop, 'old', 'new')
      expect(sent(shop, post('old', 5))).to.deep.equal(['recorded', 'granted'])
      shop.give(2, null, 'old')
      expect([shop.balance('new'), shop.subject('old')]).to.deep.equal([32, shop.subject('new')])
      const { entries } = shop.stores.keptAbout.read([shop.subject('new')])
      expect(new Set(entries.map(({ user_id }) => user_id))).to.deep.equal(new Set(['new']))
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'have the first’s redemptions: tokens count, limits count, and points come back to the second',
    inShop(REWARDS, (shop) => {
      shop.give(40, null, 'old')
      shop.give(40, null, 'new')
      const gift = shop.redeem('gift', 10, 'old', 'a key')
      const tea = shop.redeem('tea', 5, 'old')
      const token = shop.token(tea.redemption_id)
      mergeIn(shop, 'old', 'new')
      expect(refusal(() => shop.redeem('gift', 10, 'new')).locked).to.deep.equal(['limit_reached'])
      // A retry of what the first asked for is answered as it was.
      expect(shop.redeem('gift', 10, 'old', 'a key').redemption_id).to.equal(gift.redemption_id)
      expect(shop.balance('new')).to.equal(65)
      shop.at((moment) => cancelOwn(moment, 'new', gift.redemption_id))
      expect(shop.balance('new')).to.equal(75)
      expect(shop.consume(token).status).to.equal('consumed')
      expect(refusal(() => shop.at((moment) => cancelOwn(moment, 'other', gift.redemption_id))).code).to.equal(
        'not_found',
      )
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'move a debt as well, and a balance of nothing',
    inShop(REWARDS, (shop) => {
      shop.give(-15, null, 'debtor')
      shop.give(10, '2026-12-31', 'new')
      mergeIn(shop, 'debtor', 'new')
      expect(balances(shop, 'new')).to.deep.equal([{ points: -5, held: 0, lifetime: -5 }])
      learnerWith(shop.opened, 'idle')
      expect(mergeIn(shop, 'idle', 'new')).to.include({ merged: true, points: 0 })
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'are merged once; a chain of them is one learner; what is nobody’s, or one’s own, is nothing to do',
    withTwo((shop) => {
      const nothing = { merged: false, points: 0, held: 0 }
      expect(mergeIn(shop, 'nobody', 'new')).to.deep.equal({ ...nothing, into: 'new' })
      expect(shop.subject('nobody')).to.equal('')
      mergeIn(shop, 'old', 'new')
      const head = shop.stores.ledger.head().seq
      expect(mergeIn(shop, 'old', 'new')).to.deep.equal({ ...nothing, into: 'new' })
      expect(mergeIn(shop, 'new', 'old')).to.deep.equal({ ...nothing, into: 'new' })
      expect(shop.stores.ledger.head().seq).to.equal(head)
      expect(refusal(() => mergeIn(shop, 'old', 'third')).message).to.equal(
        'old was merged into new: merge new into third.',
      )
      mergeIn(shop, 'new', 'third')
      expect(mergeIn(shop, 'fourth', 'old').merged).to.equal(false)
      shop.give(1, null, 'fourth')
      expect(mergeIn(shop, 'fourth', 'old')).to.include({ merged: true, into: 'third' })
      expect(shop.balance('old')).to.equal(28)
      expect(problems(shop)).to.deep.equal([])
      // Asked to forget the first, nothing is forgotten of the one whom it is part of.
      expect(eraseIn(shop, 'old')).to.include({ erased: false, records: 0, mergedInto: 'third' })
      expect(shop.balance('third')).to.equal(28)
    }),
  )

  it(
    'keep the later word on a fact, whichever account had it',
    inShop(
      REWARDS,
      (shop) => {
        const badge = (name: string, user: string, object: string, hour: number) =>
          sent(shop, event(name, user, { object, activity: null, time: NOW - hour * 3_600_000, factsOnly: true }))
        badge('badge.awarded', 'old', 'badge:1', 3)
        badge('badge.revoked', 'new', 'badge:1', 2)
        badge('badge.awarded', 'old', 'badge:2', 2)
        badge('badge.revoked', 'new', 'badge:2', 3)
        mergeIn(shop, 'old', 'new')
        expect([...shop.stores.learners.known(shop.subject('new')).facts.badges.keys()]).to.deep.equal(['badge:2'])
      },
      { rules: '- { id: r, event: login, points: 1, requires: { badges: [badge:1, badge:2] } }' },
    ),
  )

  it(
    'show up in lists and on the ledger as the second’s, the first’s entries too',
    withTwo((shop) => {
      const redeemed = shop.redeem('tea', 5, 'old').redemption_id
      mergeIn(shop, 'old', 'new')
      expect(shop.get(redeemed)).to.include({ userId: 'new', subject: shop.subject('new') })
      shop.at((moment) => cancel(moment, redeemed, { actor: 'it', reason: 'test' }))
      expect(shop.balance('new')).to.equal(27)
      const token = shop.token(shop.redeem('tea', 5, 'new').redemption_id)
      expect(shop.at((moment) => verifyToken(moment, null, token)).status).to.equal('issued')
      const { length } = shop.entries().filter(({ kind }) => kind === 'merge')
      const listed = [...new LedgerView(shop.opened.connection).page({ userId: 'new' }, 0, 100)].flat()
      expect(new Set(listed.map(({ user_id }) => user_id))).to.deep.equal(new Set(['old', 'new']))
      expect(listed.filter(({ kind }) => kind === 'merge')).to.have.length(length)
      const latest = new LedgerView(shop.opened.connection).latest(shop.subject('new'), 100)
      expect(latest.map(({ seq }) => seq)).to.deep.equal(listed.map(({ seq }) => seq).reverse())
    }),
  )

  for (const [what, sql, message] of [
    ['an index of accounts that was changed', 'DELETE FROM merged', /index of merged accounts/],
    [
      'a memory that was left behind',
      "UPDATE granted SET subject = (SELECT subject FROM learner WHERE user_id = 'old')",
      /remember/,
    ],
    ['lifetime points that did not follow', 'UPDATE balance SET lifetime = lifetime - 23', /lifetime/],
  ] as const) {
    it(
      `are verified: it finds ${what}`,
      withTwo((shop) => {
        mergeIn(shop, 'old', 'new')
        expect(problems(shop)).to.deep.equal([])
        shop.opened.connection.exec(sql)
        expect(problems(shop).join('\n')).to.match(message)
      }),
    )
  }
})
