import { expect } from 'chai'
import type { Decision } from '../../sidecar/domain/decision.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { createStores } from '../../sidecar/store/stores.js'
import { learningEvent, NOW } from '../support.js'
import { type Opened, open } from './files.js'

const decision: Decision = {
  ruleId: 'r',
  outcome: 'granted',
  points: 10,
  held: 0,
  reason: { code: 'granted', params: { points: 10 }, text: 'You earned 10 points.' },
}

describe('Events', () => {
  let opened: Opened
  const events = () => opened.stores.events
  const add = (event: LearningEvent, now = NOW, decisions = [decision]) =>
    opened.stores.writer.write(() => events().add(events().idKey('moodle', event.id), 'subject', event, decisions, now))
  const seen = (id: string) => events().seen(events().idKey('moodle', id))
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())

  it('know an id of a source once it came', () => {
    expect(seen('a')).to.equal(null)
    add(learningEvent({ id: 'a' }))
    expect(seen('a')).to.equal(1)
    expect(events().seen(events().idKey('other', 'a'))).to.equal(null)
    expect(events().idKey('a', 'b\nc')).to.not.deep.equal(events().idKey('a\nb', 'c '))
  })

  it('keep ids so that nobody can read or guess them without the secret', () => {
    add(learningEvent({ id: 'secret-id' }))
    const key = opened.connection.prepare<[], Buffer>('SELECT key FROM seen').pluck().get()!
    expect(key).to.have.length(16)
    expect(
      createStores(opened.connection, { eventKey: 'another secret', redemptionKey: 'test' }).events.idKey(
        'moodle',
        'secret-id',
      ),
    ).to.not.deep.equal(key)
  })

  it('refuse to take an id twice', () => {
    add(learningEvent({ id: 'a' }))
    expect(() => add(learningEvent({ id: 'a' }))).to.throw(/UNIQUE/)
    expect(opened.connection.prepare('SELECT count(*) FROM event').pluck().get()).to.equal(1)
  })

  it('keep an event and what was decided, without its sentence', () => {
    const event = learningEvent({ id: 'a', data: { score: 85, late: false }, actor: 'Zoë' })
    add(event)
    expect(events().byNumber(1)).to.deep.equal({
      number: 1,
      time: event.time,
      event,
      decisions: [
        { ruleId: 'r', outcome: 'granted', points: 10, held: 0, reason: { code: 'granted', params: { points: 10 } } },
      ],
    })
    expect(events().byNumber(2)).to.equal(null)
  })

  it('list a learner’s latest first, page after page', () => {
    for (let i = 1; i <= 5; i++) add(learningEvent({ id: `${i}` }))
    const numbers = (...range: [number, number?]) =>
      events()
        .latest('subject', ...range)
        .map(({ number }) => number)
    expect(numbers(2)).to.deep.equal([5, 4])
    expect(numbers(2, 4)).to.deep.equal([3, 2])
    expect(numbers(9, 2)).to.deep.equal([1])
    expect(events().latest('other', 5)).to.deep.equal([])
  })

  it('find the border of what was received before an instant', () => {
    expect(events().receivedBefore(NOW)).to.deep.equal({ first: 0, end: 0 })
    for (let i = 1; i <= 20; i++) add(learningEvent(), NOW + Math.floor(i / 3) * 1_000)
    opened.connection.exec('DELETE FROM event WHERE number IN (1, 2, 5, 6, 7, 13)')
    for (let second = -1; second < 9; second++) {
      const { first, end } = events().receivedBefore(NOW + second * 1_000)
      const inside = 'SELECT count(*) FROM event WHERE number >= ? AND number < ?'
      const before = 'SELECT count(*) FROM event WHERE received < ?'
      expect(opened.connection.prepare(inside).pluck().get(first, end)).to.equal(
        opened.connection
          .prepare(before)
          .pluck()
          .get(NOW + second * 1_000),
      )
    }
  })

  it('forget decisions before events, and never an id', () => {
    for (const id of ['a', 'b', 'c']) add(learningEvent({ id }))
    expect(events().deleteDecisions(1, 3)).to.equal(2)
    expect(events().deleteDecisions(1, 3)).to.equal(0)
    expect(events().byNumber(2)?.decisions).to.equal(null)
    expect(events().byNumber(3)?.decisions).to.have.length(1)
    expect(events().deleteEvents(1, 3)).to.equal(2)
    expect(events().byNumber(2)).to.equal(null)
    expect(['a', 'b', 'c'].map(seen)).to.deep.equal([1, 2, 3])
  })
})
