import { expect } from 'chai'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { learningEvent, NOW, SEED_RULE } from '../support.js'
import { DAY, HOUR, inWorld, told, type World } from './world.js'

type Given = Parameters<typeof learningEvent>[0]
const event = (name: string, given: Given = {}) => learningEvent({ event: canonicalName(name)!, ...given })
const ATTEMPT = { object: 'quiz_attempts:991' }
const graded = (score: number, given: Given = {}) => event('quiz.graded', { ...ATTEMPT, data: { score }, ...given })
const regraded = (score: number | null, given: Given = {}) =>
  event('quiz.regraded', { ...ATTEMPT, data: score === null ? {} : { score }, time: NOW + DAY, ...given })
const deleted = (given: Given = {}) => event('quiz.deleted', { ...ATTEMPT, data: {}, time: NOW + DAY, ...given })

const story = (pack: string, ...events: LearningEvent[]) => inWorld(pack, ({ sendAll }) => sendAll(events).map(told))
const SEED = (revoke: string) => `${SEED_RULE}  revoke_on: ${revoke}\n`
const FREE = (revoke: string, more = '') =>
  `- { id: r, event: quiz.graded, conditions: { score: ">=80" }, points: 10, revoke_on: ${revoke}${more} }`

describe('revoke_on', () => {
  it('takes the grant back outright where the rule does not itself listen to the event', () => {
    inWorld(SEED('quiz.deleted'), ({ sendAll, balance }) => {
      expect(sendAll([graded(90), deleted()]).map(told)).to.deep.equal(['10', 'revoked -10'])
      expect(balance()).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
    })
  })

  it('takes back only on its conditions, where it has some', () => {
    const pack = FREE('[{ event: quiz.regraded, conditions: { score: "<50" } }]')
    expect(story(pack, graded(90), regraded(60), regraded(49))).to.deep.equal([
      '10',
      'condition_not_met',
      'revoked -10, condition_not_met',
    ])
  })

  it('takes back for a regrade below the bar, not for one above it or without a grade', () => {
    const pack = FREE('quiz.regraded')
    expect(story(pack, graded(90), regraded(80), regraded(null), regraded(79.9))).to.deep.equal([
      '10',
      'already_granted',
      'waiting_for_grade',
      'revoked -10, condition_not_met',
    ])
  })

  it('takes back for a regrade that is excluded now, or worth nothing', () => {
    const excluded = `- { id: r, event: quiz.graded, unless: { late: true }, points: 10, revoke_on: quiz.regraded }`
    const late = regraded(90, { data: { score: 90, late: true } })
    expect(story(excluded, graded(90), late)).to.deep.equal(['10', 'revoked -10, excluded'])
    const bands =
      '- { id: r, event: quiz.graded, points: { by: score, bands: { ">=80": 10 } }, revoke_on: quiz.regraded }'
    expect(story(bands, graded(90), regraded(70))).to.deep.equal(['10', 'revoked -10, no_points'])
  })

  it('goes by the deed: another object, another learner and another rule keep theirs', () => {
    const pack = `${FREE('quiz.deleted')}
- { id: other, event: quiz.graded, points: 3 }`
    inWorld(pack, ({ sendAll, balance }) => {
      const events = [
        graded(90),
        graded(90, { object: 'quiz_attempts:2' }),
        graded(90, { object: 'quiz_attempts:3', user: '43' }),
        deleted(),
        deleted({ object: 'quiz_attempts:999' }),
      ]
      expect(sendAll(events).map(told)).to.deep.equal(['10, 3', '10, 3', '10, 3', 'revoked -10', ''])
      expect(balance('42').points).to.equal(16)
      expect(balance('43').points).to.equal(13)
    })
  })

  it('of a shared object (a badge) concerns the learner it names alone', () => {
    const pack = '- { id: r, event: badge.awarded, points: 5, revoke_on: badge.revoked }'
    const badge = (name: string, user: string) => event(name, { object: 'badge:17', user })
    inWorld(pack, ({ sendAll, balance }) => {
      sendAll([badge('badge.awarded', 'a'), badge('badge.awarded', 'b'), badge('badge.revoked', 'b')])
      expect([balance('a').points, balance('b').points]).to.deep.equal([5, 0])
    })
  })

  it('takes back a completion that is undone', () => {
    const pack = '- { id: r, event: activity.completed, points: 5, revoke_on: activity.uncompleted }'
    const completion = (state: number) => event('activity.completed', { object: null, data: { state } })
    const states = [1, 0, 2, 0, 0].map(completion)
    expect(story(pack, ...states)).to.deep.equal(['5', 'revoked -5', '5', 'revoked -5', ''])
  })

  it('takes a grant back once, however often and by whatever it is undone', () => {
    const pack = FREE('[quiz.deleted, quiz.regraded, { event: quiz.deleted, conditions: { score: absent } }]')
    expect(story(pack, graded(90), deleted(), deleted(), regraded(1))).to.deep.equal([
      '10',
      'revoked -10',
      '',
      'condition_not_met',
    ])
  })

  it('may leave a debt, which later points fill', () => {
    const pack = '- { id: r, event: quiz.graded, points: 10, revoke_on: quiz.deleted }'
    inWorld(pack, (world) => {
      world.sendAll([graded(90)])
      spend(world, 8)
      world.sendAll([deleted()])
      expect(world.balance().points).to.equal(-8)
      world.sendAll([graded(90, { object: 'quiz_attempts:2' })])
      expect(world.balance()).to.deep.equal({ points: 2, held: 0, lifetime: 10 })
    })
  })
})

/** Takes points away as a redemption will. */
function spend({ stores }: World, points: number): void {
  const subject = stores.learners.subjectOf('moodle', '42')!
  stores.writer.write(() =>
    stores.writer.connection.prepare('UPDATE balance SET points = points - ? WHERE subject = ?').run(points, subject),
  )
}

describe('a grant that was taken back', () => {
  it('frees its act', () => {
    expect(story(FREE('quiz.regraded'), graded(90), regraded(10), regraded(90))).to.deep.equal([
      '10',
      'revoked -10, condition_not_met',
      '10',
    ])
  })

  it('frees once_per', () => {
    const pack = FREE('quiz.deleted', ', once_per: activity')
    const second = graded(90, { object: 'quiz_attempts:2' })
    const third = graded(90, { object: 'quiz_attempts:3' })
    expect(story(pack, graded(90), second, deleted(), third)).to.deep.equal(['10', 'once_only', 'revoked -10', '10'])
  })

  it('goes on counting in frequency and cooldown', () => {
    const later = (days: number) => graded(90, { object: `quiz_attempts:${days}`, time: NOW + days * DAY })
    expect(story(SEED('quiz.deleted'), graded(90), deleted(), later(6), later(7))).to.deep.equal([
      '10',
      'revoked -10',
      'frequency',
      '10',
    ])
    const ever = FREE('quiz.deleted', ', frequency: 1')
    expect(story(ever, graded(90), deleted(), later(400))).to.deep.equal(['10', 'revoked -10', 'frequency'])
  })

  it('goes on counting in caps on points and on grants', () => {
    const second = graded(90, { object: 'quiz_attempts:2', time: NOW + HOUR })
    const undone = deleted({ time: NOW + HOUR })
    for (const [cap, then] of [
      ['{ points: 14, per: day }', '4'],
      ['{ grants: 1, per: day }', 'cap_reached'],
    ]) {
      const pack = FREE('quiz.deleted', `, caps: [${cap}]`)
      expect(story(pack, graded(90), undone, second), cap).to.deep.equal(['10', 'revoked -10', then])
    }
  })

  it('no longer meets what other rules require', () => {
    const pack = `${FREE('quiz.deleted')}
- { id: next, event: login, points: 1, requires: { rules: [r] } }`
    const login = (time: number) => event('login', { time, object: null })
    expect(story(pack, graded(90), login(NOW), deleted(), login(NOW + DAY))).to.deep.equal([
      '10',
      '1',
      'revoked -10',
      'requires',
    ])
  })
})

describe('review', () => {
  it('hold keeps points apart, which count in limits all the same', () => {
    const pack = SEED_RULE.replace('points: 10', 'points: 10\n  review: hold')
    inWorld(pack, ({ sendAll, balance }) => {
      const [held, again] = sendAll([graded(90), graded(90, { object: 'quiz_attempts:2' })])
      expect(told(held!)).to.equal('held 10')
      expect(held).to.include({ points: 0, held: 10 })
      expect(held?.decisions[0]?.reason.code).to.equal('held')
      expect(told(again!)).to.equal('frequency')
      expect(balance()).to.deep.equal({ points: 0, held: 10, lifetime: 0 })
    })
  })

  it('hold counts in caps, once_per and deeds as a grant does', () => {
    const pack = (more: string) => `- { id: r, event: quiz.graded, points: 10, review: hold, ${more} }`
    const second = graded(90, { object: 'quiz_attempts:2' })
    expect(story(pack('caps: [{ points: 15, per: day }]'), graded(90), second)).to.deep.equal(['held 10', 'held 5'])
    expect(story(pack('once_per: activity'), graded(90), second)).to.deep.equal(['held 10', 'once_only'])
    expect(story(pack('active: true'), graded(90), regraded(90))).to.deep.equal(['held 10', 'already_granted'])
  })

  it('hold is taken back from what is held', () => {
    inWorld(FREE('quiz.deleted', ', review: hold'), ({ sendAll, balance }) => {
      const [, undone] = sendAll([graded(90), deleted()])
      expect(undone).to.include({ points: 0, held: -10 })
      expect(balance()).to.deep.equal({ points: 0, held: 0, lifetime: 0 })
    })
  })

  it('flag pays at once, and the record says so', () => {
    inWorld(FREE('quiz.deleted', ', review: flag'), ({ sendAll, stores }) => {
      expect(sendAll([graded(90)]).map(told)).to.deep.equal(['10'])
      const data = stores.writer.connection.prepare('SELECT data FROM private_record ORDER BY seq DESC').pluck().get()
      expect(JSON.parse(data as string).detail).to.deep.equal({ data: { score: 90 }, flagged: true })
    })
  })
})

describe('events that arrive out of their order', () => {
  const POSTS = '- { id: r, event: forum.post, points: 3, revoke_on: forum.post_deleted }'
  const on = { object: 'forum_posts:5' }
  const post = (given: Given = {}) => event('forum.post', { ...on, ...given })
  const removal = (given: Given = {}) => event('forum.post_deleted', { ...on, time: NOW + HOUR, ...given })

  it('pay nothing for what was undone later, whichever came first', () => {
    expect(story(POSTS, post(), removal(), post())).to.deep.equal(['3', 'revoked -3', 'withdrawn'])
    expect(story(POSTS, removal(), post())).to.deep.equal(['', 'withdrawn'])
    expect(story(POSTS, removal({ user: 'staff' }), post())).to.deep.equal(['', 'withdrawn'])
  })

  it('leave alone what was earned after the late word', () => {
    const pack = FREE('quiz.regraded')
    const later = { time: NOW + 2 * DAY }
    expect(story(pack, graded(85, later), regraded(60))).to.deep.equal(['10', 'condition_not_met'])
  })

  it('free the deed for what happens after it', () => {
    const pack = '- { id: r, event: activity.completed, points: 3, revoke_on: activity.uncompleted }'
    const done = (state: number, time: number) => event('activity.completed', { data: { state }, object: null, time })
    const events = [done(1, NOW), done(0, NOW + HOUR), done(1, NOW + DAY)]
    expect(story(pack, ...events)).to.deep.equal(['3', 'revoked -3', '3'])
    const [first, undone, again] = events
    expect(story(pack, again!, undone!, first!)).to.deep.equal(['3', '', 'withdrawn'])
  })

  it('of other learners are their own, where the deed is shared', () => {
    const pack = '- { id: r, event: activity.completed, points: 3, revoke_on: activity.uncompleted }'
    const done = (user: string, state: number, time: number) =>
      event('activity.completed', { user, data: { state }, object: null, time })
    expect(story(pack, done('a', 0, NOW + HOUR), done('b', 1, NOW), done('a', 1, NOW))).to.deep.equal([
      '',
      '3',
      'withdrawn',
    ])
  })
})

describe('one event', () => {
  it('is judged on the ledger as it was before it: what it takes back it does not grant again', () => {
    const pack = `
- { id: a, event: quiz.graded, points: 10, revoke_on: [{ event: quiz.regraded, conditions: { score: "<90" } }] }
- { id: b, event: quiz.graded, points: 1, requires: { rules: [a] } }
`
    expect(story(pack, graded(95), regraded(85))).to.deep.equal(['10, requires', 'revoked -10, already_granted, 1'])
  })
})
