import { expect } from 'chai'
import { eraseIn, event, FILES, freezeIn, mergeIn, post, problems, REWARDS, sent, unfreezeIn } from './rights.js'
import { DAY, inShop, refusal, type Shop } from './shop.js'

const frozen = (test: (shop: Shop) => void | Promise<void>) =>
  inShop(
    REWARDS,
    (shop) => {
      shop.give(50)
      freezeIn(shop, '42')
      return test(shop)
    },
    FILES,
  )

describe('a frozen learner', () => {
  it(
    'earns nothing, is told why, and what they do is kept as a fact all the same',
    frozen((shop) => {
      expect(sent(shop, post('42', 1))).to.deep.equal(['recorded', 'frozen'])
      const completion = event('activity.completed', '42', { activity: 'quiz:7', data: { state: 1 } })
      expect(sent(shop, completion)).to.deep.equal(['recorded', 'frozen'])
      expect(shop.balance()).to.equal(50)
      const { facts } = shop.stores.learners.known(shop.subject('42'))
      expect([...facts.completed]).to.deep.equal(['activity:7'])
    }),
  )

  it(
    'redeems nothing, whatever they have, and keeps it',
    frozen((shop) => {
      expect(refusal(() => shop.redeem('gift', 10))).to.deep.include({ code: 'reward_locked', locked: ['frozen'] })
      expect(shop.balance()).to.equal(50)
    }),
  )

  it(
    'loses what is taken back, and what lapses',
    inShop(
      REWARDS,
      async (shop) => {
        sent(shop, post('42', 1))
        sent(shop, event('quiz.graded', '42', { data: { score: 90 } }))
        expect(shop.balance()).to.equal(23)
        freezeIn(shop, '42')
        sent(shop, event('forum.post_deleted', '42', { object: 'forum_posts:1', activity: 'forum:9' }))
        expect(shop.balance()).to.equal(20)
        shop.clock.now += 31 * DAY
        await shop.expire()
        expect(shop.balance()).to.equal(0)
        expect(problems(shop)).to.deep.equal([])
      },
      FILES,
    ),
  )

  it(
    'earns and redeems again once unfrozen; what was refused meanwhile stays refused',
    frozen((shop) => {
      const missed = post('42', 1)
      sent(shop, missed)
      expect(unfreezeIn(shop, '42')).to.deep.equal({ frozen: null, changed: true, mergedInto: null })
      expect(sent(shop, missed)).to.deep.equal(['duplicate', 'frozen'])
      expect(sent(shop, post('42', 2))).to.deep.equal(['recorded', 'granted'])
      expect(shop.redeem('gift', 10).status).to.equal('issued')
    }),
  )

  it(
    'is alone: everybody else earns',
    frozen((shop) => {
      expect(sent(shop, post('43', 1))).to.deep.equal(['recorded', 'granted'])
    }),
  )

  it(
    'is frozen from the first time, however often that is asked; each change stands on the ledger with who and why',
    frozen((shop) => {
      const since = shop.clock.now
      shop.clock.now += DAY
      expect(freezeIn(shop, '42')).to.deep.equal({
        frozen: { since, reason: 'asked for' },
        changed: false,
        mergedInto: null,
      })
      unfreezeIn(shop, '42')
      expect(unfreezeIn(shop, '42')).to.deep.equal({ frozen: null, changed: false, mergedInto: null })
      const { entries } = shop.stores.keptAbout.read([shop.subject('42')])
      const noted = entries
        .filter(({ kind }) => kind === 'administration')
        .map(({ points, record }) => {
          const { actor, reason, detail } = record
          return { points, actor, reason, detail }
        })
      expect(noted).to.deep.equal([
        { points: 0, actor: 'it', reason: 'learner frozen', detail: { frozen: true, why: 'asked for' } },
        { points: 0, actor: 'it', reason: 'learner unfrozen', detail: { frozen: false, why: 'asked for' } },
      ])
      expect(problems(shop)).to.deep.equal([])
    }),
  )

  it(
    'may be one who was never heard of: nothing comes of what they do later',
    inShop(
      REWARDS,
      (shop) => {
        expect(unfreezeIn(shop, 'new').changed).to.equal(false)
        expect(shop.subject('new')).to.equal('')
        expect(freezeIn(shop, 'new').changed).to.equal(true)
        expect(sent(shop, post('new', 1))).to.deep.equal(['recorded', 'frozen'])
      },
      FILES,
    ),
  )

  it(
    'is caught by the verifier where the table was changed',
    frozen((shop) => {
      shop.opened.connection.exec('DELETE FROM frozen')
      expect(problems(shop))
        .to.have.length(1)
        .and.to.match(/whether they are frozen/)
    }),
  )

  it(
    'who is merged stays what the account is that stays; erased, nobody is frozen',
    frozen((shop) => {
      shop.give(5, null, '43')
      mergeIn(shop, '42', '43')
      expect(sent(shop, post('43', 1))).to.deep.equal(['recorded', 'granted'])
      expect(freezeIn(shop, '42')).to.deep.equal({ frozen: null, changed: false, mergedInto: '43' })
      expect(sent(shop, post('43', 2))).to.deep.equal(['recorded', 'granted'])
      freezeIn(shop, '43')
      eraseIn(shop, '43')
      expect(problems(shop)).to.deep.equal([])
    }),
  )
})
