import { expect } from 'chai'
import { FEATURE_IDS } from '../../sidecar/domain/week-feature.js'
import type { Because } from '../../sidecar/store/learner-week.js'
import { features } from '../domain/weeks.js'
import { NOW, openRocket, type TestRocket } from '../support.js'

const NOTHING: Because = { reference: null, found: [], sentences: [] }
const WHY: Because = { ...NOTHING, reference: { from: 'own', weeks: 500 } }

describe('the weeks of learners that are kept', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket()
  })
  afterEach(() => rocket.close())

  const weeks = () => rocket.context.stores.learnerWeeks
  const add = (subject: string, week: string, events: number, now = NOW) =>
    weeks().add({ subject, week, features: features({ events, night: null }), because: NOTHING }, now)
  const days = (count: number) =>
    Array.from({ length: count }, (_, n) => new Date(NOW - n * 7 * 86_400_000).toISOString().slice(0, 10))

  it('come back as they were, what is not known included', () => {
    add('a', '2026-11-16', 5)
    expect(weeks().unscored({ week: '', subject: '' }, 9)).to.deep.equal([
      {
        subject: 'a',
        week: '2026-11-16',
        features: features({ events: 5, night: null }),
        score: null,
        because: NOTHING,
      },
    ])
    expect([weeks().has('2026-11-16', 'a'), weeks().has('2026-11-09', 'a')]).to.deep.equal([true, false])
  })

  it('are counted once', () => {
    add('a', '2026-11-16', 5)
    expect(() => add('a', '2026-11-16', 6)).to.throw(/UNIQUE/)
  })

  it('know of a learner the 26 weeks before one, newest first', () => {
    for (const [n, day] of days(40).entries()) add('a', day, n)
    add('b', days(3)[2]!, 99)
    const before = weeks().before('a', days(6)[5]!)
    expect(before.map(({ events }) => events)).to.deep.equal(Array.from({ length: 26 }, (_, n) => n + 6))
  })

  it('are read from the latest on, in pages, and no more than asked for', () => {
    for (const day of days(5)) for (const subject of ['a', 'b', 'c']) add(subject, day, Date.parse(day))
    const pages = [...weeks().latest(7, 3)]
    expect(pages.map((page) => page.length)).to.deep.equal([3, 3, 1])
    expect(new Set(pages.flat().map(({ events }) => events))).to.deep.equal(
      new Set(days(3).map((day) => Date.parse(day))),
    )
    expect([...weeks().latest(100, 4)].flat()).to.have.length(15)
  })

  it('that a version counted which knew fewer features have the others unknown', () => {
    rocket.context.stores.writer.connection
      .prepare(
        "INSERT INTO learner_week (subject, week, features, because, counted) VALUES ('a', '2026-11-16', '[7]', ?, 0)",
      )
      .run(JSON.stringify(NOTHING))
    const [week] = weeks().unscored({ week: '', subject: '' }, 1)
    expect(week?.features).to.deep.equal(Object.fromEntries(FEATURE_IDS.map((id) => [id, id === 'events' ? 7 : null])))
  })

  it('are listed by score, and say which are in the queue', () => {
    for (const [n, subject] of ['a', 'b', 'c'].entries()) {
      add(subject, '2026-11-16', n)
      if (subject !== 'c') weeks().setScore({ subject, week: '2026-11-16' }, 10 + n, WHY)
    }
    rocket.context.stores.reviews.add({
      ...{ kind: 'week', subject: 'b', seq: null, week: '2026-11-16', foundBy: 'anomaly', course: null },
      ...{ opened: NOW, due: null, rank: 11, evidence: WHY },
    })
    expect(
      weeks()
        .top(5)
        .map(({ subject, queued }) => [subject, queued]),
    ).to.deep.equal([
      ['b', true],
      ['a', false],
    ])
    expect([weeks().scored(), weeks().count(), weeks().queued()]).to.deep.equal([2, 3, 1])
    expect(
      weeks()
        .list(null, 'a', 9)
        .map(({ score, because }) => [score, because]),
    ).to.deep.equal([[10, WHY]])
    expect(weeks().list('2026-11-09', null, 9)).to.deep.equal([])
  })

  it('are forgotten by when they were counted, however old the week is', () => {
    add('a', '2017-01-02', 1, NOW)
    add('b', '2017-01-02', 1, NOW - 1)
    expect(weeks().deleteBefore('2026-01-01', NOW, 10)).to.equal(1)
    expect([weeks().has('2017-01-02', 'a'), weeks().has('2017-01-02', 'b')]).to.deep.equal([true, false])
  })
})
