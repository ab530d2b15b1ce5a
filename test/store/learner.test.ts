import { join } from 'node:path'
import { expect } from 'chai'
import type { Fact } from '../../sidecar/domain/fact.js'
import type { NewGranted } from '../../sidecar/store/learner.js'
import { NOW } from '../support.js'
import { append, inFolder, learnerWith, type Opened, open } from './files.js'

const grant = (seq: number, given: Partial<NewGranted> = {}): NewGranted => {
  const none = { act: null, deed: null, course: null, activity: null, object: null }
  return { seq, rule: 'r', ...none, time: NOW, points: 1, held: false, ...given }
}
const badge = (value: number, time: number): Fact => ({ kind: 'badge', key: 'badge:17', name: 'Explorer', value, time })

describe('Learners', () => {
  let opened: Opened
  const learners = () => opened.stores.learners
  const write = <T>(work: () => T): T => opened.stores.writer.write(work)
  beforeEach(() => {
    opened = open()
  })
  afterEach(() => opened.connection.close())

  it('give each learner of each source one opaque subject', () => {
    const [a, again, b, c] = write(() =>
      [
        ['moodle', '42'],
        ['moodle', '42'],
        ['moodle', '43'],
        ['other', '42'],
      ].map(([source, user]) => learners().enrol(source!, user!)),
    )
    expect(a)
      .to.equal(again)
      .and.to.match(/^[0-9a-f]{24}$/)
    expect(new Set([a, b, c]).size).to.equal(3)
    expect(learners().subjectOf('moodle', '42')).to.equal(a)
    expect(learners().subjectOf('moodle', '44')).to.equal(null)
  })

  it('forget whom they enrolled in work that was undone', () => {
    const enrolled: string[] = []
    const fail = () => {
      enrolled.push(learners().enrol('moodle', '42'))
      learners().nameCourse('PHYS101', '7')
      learners().addFact(enrolled[0]!, badge(1, NOW))
      throw new Error('undone')
    }
    expect(() => write(fail)).to.throw('undone')
    const subject = write(() => learners().enrol('moodle', '42'))
    expect(subject).to.not.equal(enrolled[0])
    expect(learners().subjectOf('moodle', '42')).to.equal(subject)
    expect(learners().courseNamed('PHYS101')).to.equal(null)
    expect(write(() => learners().known(enrolled[0]!)).facts.badges.size).to.equal(0)
    write(() => learners().nameCourse('PHYS101', '7'))
    expect(learners().courseNamed('PHYS101')).to.equal('course:7')
  })

  it('forget grants of work that was undone', () => {
    const subject = learnerWith(opened, '42', 1)
    const add = () => {
      learners().known(subject)
      learners().addGranted(subject, grant(1))
      expect(learners().known(subject).grantsOf(['r'])).to.have.length(1)
    }
    expect(() =>
      write(() => {
        add()
        throw new Error('undone')
      }),
    ).to.throw('undone')
    write(() => expect(learners().known(subject).grantsOf(['r'])).to.have.length(0))
    write(add)
    write(() => expect(learners().known(subject).grantsOf(['r'])).to.have.length(1))
  })

  it('remember grants by rule and time, whatever order they came in, in memory as on the disk', () => {
    const subject = learnerWith(opened, '42', 1, 1, 1, 1)
    const orders = write(() => {
      learners().known(subject)
      for (const [seq, time, rule] of [
        [1, 5, 'r'],
        [2, 3, 's'],
        [3, 1, 'r'],
        [4, 3, 'r'],
      ] as const) {
        learners().addGranted(subject, grant(seq, { rule, time }))
      }
      const read = () =>
        learners()
          .known(subject)
          .grantsOf(['r', 's'])
          .map(({ time }) => time)
      const inMemory = read()
      learners().clear()
      return [
        inMemory,
        read(),
        learners()
          .known(subject)
          .grantsOf(['r'])
          .map(({ seq }) => seq),
      ]
    })
    expect(orders).to.deep.equal([
      [1, 3, 3, 5],
      [1, 3, 3, 5],
      [3, 4, 1],
    ])
  })

  it('know what stands for a deed, and whose it is', () => {
    const [subject, other] = [learnerWith(opened, '42', 1, 1), learnerWith(opened, '43', 1)]
    write(() => {
      learners().addGranted(subject, grant(1, { deed: 'forum.post:forum_posts:1' }))
      learners().addGranted(subject, grant(2, { deed: 'forum.post:forum_posts:2', held: true }))
      learners().addGranted(other, grant(3, { deed: 'forum.post:forum_posts:2' }))
      expect(learners().standingFor(subject, 'forum.post:forum_posts:2')).to.have.length(1)
      expect(learners().ownerOf('forum.post:forum_posts:1', 'moodle', '99')).to.equal('42')
      expect(learners().ownerOf('forum.post:forum_posts:2', 'moodle', '43')).to.equal('43')
      expect(learners().ownerOf('forum.post:forum_posts:2', 'moodle', '42')).to.equal('42')
      expect(learners().ownerOf('forum.post:forum_posts:1', 'other', '99')).to.equal(null)
      learners().revoke(subject, 1)
      expect(learners().standingFor(subject, 'forum.post:forum_posts:1')).to.have.length(0)
      expect(learners().ownerOf('forum.post:forum_posts:1', 'moodle', '99')).to.equal(null)
      expect(
        learners()
          .known(subject)
          .grantsOf(['r'])
          .map(({ standing }) => standing),
      ).to.deep.equal([false, true])
    })
  })

  it('keep the latest word on a fact, whatever order they came in', () => {
    const subject = learnerWith(opened, '42')
    const has = (...facts: Fact[]) =>
      write(() => {
        for (const fact of facts) learners().addFact(subject, fact)
        const inMemory = learners().known(subject).facts.badges.has('badge:17')
        learners().clear()
        expect(learners().known(subject).facts.badges.has('badge:17')).to.equal(inMemory)
        return inMemory
      })
    expect(has(badge(1, 10))).to.equal(true)
    expect(has(badge(0, 9))).to.equal(true)
    expect(has(badge(0, 10))).to.equal(false)
    expect(has(badge(1, 11), badge(0, 5))).to.equal(true)
  })

  it(
    'notice what another process wrote',
    inFolder((folder) => {
      const path = join(folder, 'a.sqlite')
      const [one, other] = [open(path), open(path)]
      const subject = learnerWith(one, '42', 5)
      const see = () =>
        one.stores.writer.write(() => {
          const { grantsOf, facts, lifetime } = one.stores.learners.known(subject)
          return [grantsOf(['r']).length, facts.badges.size, lifetime, one.stores.ledger.head().seq]
        })
      expect(see()).to.deep.equal([0, 0, 5, 1])
      const their = append(other, { subject, points: 7 })
      other.stores.writer.write(() => {
        expect(other.stores.learners.enrol('moodle', '42')).to.equal(subject)
        other.stores.learners.addGranted(subject, grant(their.seq))
        other.stores.learners.addFact(subject, badge(1, NOW))
      })
      expect(see()).to.deep.equal([1, 1, 12, 2])
      append(one)
      append(other)
      expect(append(one).seq).to.equal(5)
      one.connection.close()
      other.connection.close()
    }),
  )
})
