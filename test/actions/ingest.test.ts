import { expect } from 'chai'
import { ingest } from '../../sidecar/actions/ingest.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { inWorld, told, type World } from '../domain/world.js'
import { learningEvent, NOW, openRocket, SEED_RULE } from '../support.js'

type Given = Parameters<typeof learningEvent>[0]
const event = (name: string, given: Given = {}) => learningEvent({ event: canonicalName(name)!, ...given })
const quiz = (given: Given = {}) => event('quiz.graded', { data: { score: 90 }, ...given })
const entries = ({ stores }: World) =>
  stores.writer.connection
    .prepare<[], { kind: string; data: string }>(
      "SELECT kind, data FROM entry JOIN private_record USING (seq) WHERE kind <> 'configuration' ORDER BY seq",
    )
    .all()
    .map(({ kind, data }) => ({ kind, record: JSON.parse(data) }))
/** What somebody else is called in what is kept. */
const named = ({ stores }: World, user: string) => `subject:${stores.learners.subjectOf('moodle', user)}`
const count = ({ stores }: World, table: string) =>
  stores.writer.connection.prepare(`SELECT count(*) FROM ${table}`).pluck().get()

describe('ingest', () => {
  it('takes an event once, and gives a resend the first answer', () => {
    inWorld(SEED_RULE, (world) => {
      const first = world.send(quiz({ id: 'a' }))
      const decisions = first.decisions.map(({ ruleId, outcome, points, held, reason }) => {
        return { ruleId, outcome, points, held, reason }
      })
      for (const resent of [quiz({ id: 'a' }), quiz({ id: 'a', user: '43', data: { score: 1 } })]) {
        expect(world.send(resent)).to.deep.equal({ ...first, status: 'duplicate', decisions })
      }
      expect(world.balance().points).to.equal(10)
      expect([count(world, 'event'), count(world, 'granted'), count(world, 'learner')]).to.deep.equal([1, 1, 1])
    })
  })

  it('takes a resend for one also once the event itself is forgotten, and its number another’s', () => {
    inWorld(SEED_RULE, (world) => {
      world.send(quiz({ id: 'a' }))
      world.stores.events.deleteEvents(1, 2)
      expect(world.send(quiz({ id: 'a' }))).to.deep.equal({
        id: 'a',
        status: 'duplicate',
        points: 0,
        held: 0,
        decisions: [],
      })
      world.send(quiz({ id: 'b', user: '43' }))
      expect(world.stores.events.byNumber(1)?.event.id).to.equal('b')
      expect(world.send(quiz({ id: 'a' }))).to.deep.include({ status: 'duplicate', points: 0, decisions: [] })
      world.stores.events.deleteDecisions(1, 2)
      expect(world.send(quiz({ id: 'b' }))).to.deep.include({ status: 'duplicate', points: 0, decisions: [] })
      expect(world.balance().points + world.balance('43').points).to.equal(20)
    })
  })

  it('ignores what nothing needs, and keeps nothing of it', () => {
    inWorld(SEED_RULE, (world) => {
      expect(world.send(event('login', { id: 'a' }))).to.deep.equal({
        id: 'a',
        status: 'ignored',
        points: 0,
        held: 0,
        decisions: [],
      })
      expect([count(world, 'event'), count(world, 'seen'), count(world, 'learner')]).to.deep.equal([0, 0, 0])
    })
  })

  it('rejects what is more than ten minutes ahead, so that it may come again', () => {
    inWorld(SEED_RULE, (world) => {
      const ahead = quiz({ time: NOW + 600_001 })
      const result = world.send(ahead, NOW)
      expect(result).to.deep.include({ status: 'rejected', points: 0 })
      expect(result.faults?.[0]).to.deep.include({ pointer: '/time' })
      expect(count(world, 'seen')).to.equal(0)
      expect(told(world.send(ahead, NOW + 1))).to.equal('10')
      expect(told(world.send(quiz({ time: NOW + 600_000, user: '43' }), NOW))).to.equal('10')
    })
  })

  it('keeps of facts what they prove and decides nothing; a requirement sees them later', () => {
    const pack = '- { id: r, event: [login, badge.awarded], points: 1, requires: { badges: ["badge:17"] } }'
    inWorld(pack, (world) => {
      const badge = event('badge.awarded', { object: 'badge:17', factsOnly: true })
      expect(world.send(badge)).to.deep.include({ status: 'recorded', points: 0, decisions: [] })
      expect(entries(world)).to.deep.equal([])
      expect(told(world.send(event('login')))).to.equal('1')
    })
  })

  it('of facts alone takes nothing back', () => {
    inWorld(`${SEED_RULE}  revoke_on: quiz.deleted\n`, (world) => {
      world.send(quiz({ object: 'quiz_attempts:1' }))
      expect(told(world.send(event('quiz.deleted', { object: 'quiz_attempts:1', factsOnly: true })))).to.equal('')
      expect(world.balance().points).to.equal(10)
    })
  })

  it('writes each grant with everything it was for', () => {
    inWorld(SEED_RULE, (world) => {
      const { time, ...given } = quiz({ id: 'a', object: 'quiz_attempts:991', actor: '7', course: '8' })
      world.send({ ...given, time }, NOW + 5_000)
      const [, ...granted] = entries(world)
      expect(granted).to.deep.equal([
        {
          kind: 'grant',
          record: {
            act: 'quiz.graded:quiz_attempts:991',
            activity: 'quiz:123',
            actor: named(world, '7'),
            at: new Date(NOW + 5_000).toISOString(),
            course: '8',
            detail: { data: { score: 90 } },
            event: given.event,
            event_id: 'a',
            object: 'quiz_attempts:991',
            origin: 'web',
            source: 'moodle',
            time: new Date(NOW).toISOString(),
            user_id: '42',
          },
        },
      ])
    })
  })

  it('shows rules who really graded, and keeps of other people their subject alone', () => {
    const pack = `
- { id: theirs, event: quiz.graded, points: 1, conditions: { graded_by: teacher-77, actor: admin-78 } }
- { id: others, event: quiz.graded, points: 1, conditions: { graded_by: "!=teacher-77" } }
- { id: by_hand, event: quiz.graded, points: 1, conditions: { actor: nobody } }
`
    inWorld(pack, (world) => {
      const given = { actor: 'admin-78', data: { score: 90, graded_by: 'teacher-77' } }
      expect(told(world.send(quiz({ id: 'a', ...given })))).to.equal('1, condition_not_met, condition_not_met')
      const [admin, teacher] = [named(world, 'admin-78'), named(world, 'teacher-77')]
      expect(entries(world).at(-1)?.record).to.deep.include({
        actor: admin,
        detail: { data: { score: 90, graded_by: teacher } },
      })
      const [kept] = world.stores.events.latest(world.stores.learners.subjectOf('moodle', '42')!, 1)
      expect(kept?.event).to.deep.include({ actor: admin, data: { score: 90, graded_by: teacher } })
      expect(kept?.decisions?.map(({ reason }) => reason.params.value)).to.deep.equal([undefined, teacher, admin])
      const rows = world.stores.writer.connection.prepare<[], string>('SELECT body || decisions FROM event').pluck()
      expect(rows.all().join()).to.not.match(/"teacher-77"|"admin-78"/)
    })
  })

  it('binds whoever an event names to their id, once, before what the event brings', () => {
    inWorld(SEED_RULE, (world) => {
      const given = { actor: 'admin', data: { score: 90, graded_by: 'teacher' } }
      for (const user of ['42', '43']) world.send(quiz({ user, ...given }))
      // It grants nothing, and is kept all the same.
      world.send(quiz({ user: '44', actor: 'another', data: { score: 1 } }))
      const written = entries(world).map(({ kind, record }) => `${kind} ${record.user_id}`)
      const bound = ['administration admin', 'administration teacher', 'grant 42', 'grant 43', 'administration another']
      expect(written).to.deep.equal(bound)
    })
  })

  it('calls who graded themselves the learner, and leaves words that name nobody', () => {
    inWorld(SEED_RULE, (world) => {
      world.send(quiz({ actor: '42', data: { score: 90, graded_by: 'person' } }))
      expect(entries(world)[0]?.record).to.deep.include({
        actor: 'the learner',
        detail: { data: { score: 90, graded_by: 'person' } },
      })
      expect(count(world, 'learner')).to.equal(1)
    })
  })

  it('keeps every event of a learner with what was decided', () => {
    inWorld(SEED_RULE, ({ send, stores }) => {
      for (const score of [90, 91, 10]) send(quiz({ data: { score } }))
      const subject = stores.learners.subjectOf('moodle', '42')!
      const codes = stores.events.latest(subject, 9).map(({ decisions }) => decisions?.map(({ reason }) => reason.code))
      expect(codes).to.deep.equal([['condition_not_met'], ['frequency'], ['granted']])
    })
  })

  it('bears numbers that a broken sender makes up', () => {
    const pack = '- { id: r, event: login, points: { per: 1, of: words, points: 5 } }'
    inWorld(pack, (world) => {
      expect(told(world.send(event('login', { data: { words: 1e300 } })))).to.equal('1000000')
      expect(world.balance().points).to.equal(1_000_000)
    })
  })
})

describe('a post that is deleted', () => {
  const PACK = '- { id: r, event: forum.post, points: 3, revoke_on: forum.post_deleted }'
  const POST = { object: 'forum_posts:5', activity: 'forum:9' }
  const post = (user: string, given: Given = {}) => event('forum.post', { ...POST, user, ...given })
  const deletion = (user: string, given: Given = {}) => event('forum.post_deleted', { ...POST, user, ...given })

  it('by staff takes the author’s points back: the event is about the author, and staff the actor', () => {
    inWorld(PACK, (world) => {
      world.send(post('author'))
      const result = world.send(deletion('staff'))
      expect(told(result)).to.equal('revoked -3')
      expect(world.balance('author').points).to.equal(0)
      expect(entries(world).at(-1)).to.deep.include({ kind: 'revocation' })
      expect(entries(world).at(-1)?.record).to.include({ user_id: 'author', actor: named(world, 'staff') })
      expect(world.balance('staff').points).to.equal(0)
      const subject = world.stores.learners.subjectOf('moodle', 'author')!
      expect(world.stores.events.latest(subject, 1)[0]?.event).to.include({
        user: 'author',
        actor: named(world, 'staff'),
      })
    })
  })

  it('keeps the actor that the sender names', () => {
    inWorld(PACK, (world) => {
      world.send(post('author'))
      world.send(deletion('staff', { actor: 'admin' }))
      expect(entries(world).at(-1)?.record).to.include({ user_id: 'author', actor: named(world, 'admin') })
    })
  })

  it('by its author is the author’s, also where somebody else’s grant stands for the same object', () => {
    inWorld(PACK, (world) => {
      world.sendAll([post('a'), post('b'), deletion('b')])
      expect([world.balance('a').points, world.balance('b').points]).to.deep.equal([3, 0])
      const later = { time: NOW + 7_200_000 }
      world.sendAll([post('b', later), deletion('a', later)])
      expect([world.balance('a').points, world.balance('b').points]).to.deep.equal([0, 3])
    })
  })

  it('that never earned anything changes nothing', () => {
    inWorld(PACK, (world) => {
      expect(told(world.send(deletion('staff')))).to.equal('')
      expect(entries(world)).to.deep.equal([])
    })
  })
})

describe('an event whose transaction fails', () => {
  it('leaves no balance, no remembered grant and no learner, in memory or on the disk', () => {
    const rocket = openRocket(SEED_RULE)
    const { stores, rules } = rocket.context
    const judge = (sent: LearningEvent) => ingest(stores, rules.current(), sent, NOW)
    const first = quiz({ id: 'a', user: 'new' })
    const undone = () => {
      expect(told(judge(first))).to.equal('10')
      throw new Error('undone')
    }
    expect(() => stores.writer.write(undone)).to.throw('undone')
    const [, rejected] = stores.writer.writeAll([() => judge(quiz({ user: 'other' })), undone])
    expect(rejected?.status).to.equal('rejected')
    expect(stores.learners.subjectOf('moodle', 'new')).to.equal(null)
    expect(told(stores.writer.write(() => judge(first)))).to.equal('10')
    const subject = stores.learners.subjectOf('moodle', 'new')!
    expect(stores.ledger.balance(subject).points).to.equal(10)
    stores.writer.write(() => expect(stores.learners.known(subject).grantsOf(['submit_quiz'])).to.have.length(1))
    rocket.close()
  })
})
