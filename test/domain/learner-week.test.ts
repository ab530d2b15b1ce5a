import { expect } from 'chai'
import fc from 'fast-check'
import type { Around, Nearby, WeekEvent } from '../../sidecar/domain/learner-week.js'
import { FEATURE_IDS, FEATURES, firedIn } from '../../sidecar/domain/week-feature.js'
import { ALONE, at, counted, every, features, HOUR, MINUTE, SECOND, START } from './weeks.js'

const GRADED = '\\mod_quiz\\event\\attempt_graded'
const POST = '\\mod_forum\\event\\post_created'
const of = (events: readonly WeekEvent[], given: Parameters<typeof counted>[1] = {}) => counted(events, given).features
const rules = (events: readonly WeekEvent[], given: Parameters<typeof counted>[1] = {}) =>
  firedIn(of(events, given)).map(({ id }) => id)

/** As people come and go: never twice at the same distance. */
const nowAndThen = (count: number, given: Parameters<typeof at>[1] = {}) =>
  Array.from({ length: count }, (_, index) => at(index * HOUR + index * index * 7 * SECOND, given))

describe('the volume of a week', () => {
  it('is what learners did themselves: not what staff or Moodle did for them', () => {
    const events = [
      at(0),
      at(1, { actor: 'subject:a1' }),
      at(2, { actor: '42' }),
      at(3, { origin: 'cli' }),
      at(4, { origin: 'restore' }),
    ]
    expect(of(events)).to.include({ events: 2 })
  })

  it('is the most within any ten minutes, and the eleventh minute is outside', () => {
    expect(of(every(MINUTE, 30))).to.include({ burst: 10 })
    expect(of(every(10 * MINUTE, 30))).to.include({ burst: 1 })
  })

  it('is the longest time without a break of half an hour, in minutes', () => {
    const evening = [0, 20, 49, 60, 91, 110].map((minute) => at(minute * MINUTE))
    expect(of(evening)).to.include({ session: 60 })
  })

  it('counts what earned, whoever caused it', () => {
    expect(of([at(0, {}, { earned: true }), at(1, { actor: 'subject:a1' }, { earned: true }), at(2)])).to.include({
      point_events: 2,
    })
  })

  it('stands beside the learner’s own usual week and ten more, from two earlier weeks on', () => {
    expect(of(every(HOUR, 60), { before: [5] })).to.include({ own_ratio: null })
    expect(of(every(HOUR, 60), { before: [5, 90, 20] })).to.include({ own_ratio: 2 })
    expect(of(every(HOUR, 60), { before: [0, 0] })).to.include({ own_ratio: 6 })
  })
})

describe('the rhythm of a week', () => {
  it('of a script is regular, and a rule says so', () => {
    const week = of(every(20 * SECOND, 40))
    expect(week).to.include({ equal_run: 40, even_gaps: 100, regularity: 10 })
    expect(rules(every(20 * SECOND, 40))).to.include.members(['regular_clicks', 'even_clicks'])
  })

  it('of a script whose gaps differ by a tenth is still even, though no run is equal', () => {
    const jittered = Array.from({ length: 40 }, (_, index) => at(index * 60 * SECOND + (index % 2) * 2 * SECOND))
    expect(of(jittered)).to.include({ even_gaps: 100, equal_run: 2 })
    expect(rules(jittered)).to.deep.equal(['even_clicks'])
  })

  it('of a person is neither', () => {
    const gaps = [
      4, 31, 9, 120, 15, 62, 7, 240, 33, 18, 90, 5, 44, 12, 200, 27, 8, 71, 3, 150, 19, 36, 11, 84, 6, 55, 14,
    ]
    let time = 0
    const events = gaps.map((gap) => {
      time += gap * SECOND
      return at(time)
    })
    expect(of(events).even_gaps).to.be.below(20)
    expect(of(events).regularity).to.be.below(2)
    expect(rules(events)).to.deep.equal([])
  })

  it('is not known where times lie on whole minutes alone', () => {
    const whole = every(MINUTE, 40).map((one) => ({ ...one, event: { ...one.event, time: one.event.time - SECOND } }))
    expect(of(whole)).to.include({ regularity: null, even_gaps: null, equal_run: null, burst: 10 })
    expect(rules(whole)).to.deep.equal([])
  })
})

describe('the night', () => {
  it('is from one to five on the institution’s clock', () => {
    const hours = ['00:59', '01:00', '04:59', '05:00'].map((time) => at(Date.parse(`2026-11-03T${time}:00Z`) - START))
    expect(counted(hours).features).to.include({ night: 2 })
    expect(counted(hours, {}, 'Asia/Muscat').features).to.include({ night: 1 })
  })

  it('never counts alone, and neither does the volume', () => {
    expect(firedIn(features({ night: 200 }))).to.deep.equal([])
    expect(firedIn(features({ burst: 90, session: 400, events: 900 }))).to.deep.equal([])
    expect(firedIn(features({ night: 40, attempts: 8 })).map(({ id }) => id)).to.deep.equal(['night', 'many_attempts'])
    expect(firedIn(features({ night: 39, attempts: 8 })).map(({ id }) => id)).to.deep.equal(['many_attempts'])
  })
})

describe('the quizzes of a week', () => {
  const attempt = (after: number, object: string, data: object = {}, activity = 'quiz:1') =>
    at(after, { event: GRADED, object, activity, data: { ...data } })

  it('count each attempt once, however often it is told of, by quiz', () => {
    const events = [
      at(0, { event: '\\mod_quiz\\event\\attempt_submitted', object: 'quiz_attempts:1', activity: 'quiz:1' }),
      attempt(1, 'quiz_attempts:1'),
      attempt(HOUR, 'quiz_attempts:2'),
      attempt(2 * HOUR, 'quiz_attempts:3', {}, 'quiz:2'),
      at(3 * HOUR, { event: '\\mod_quiz\\event\\attempt_regraded', object: 'quiz_attempts:0', activity: 'quiz:1' }),
    ]
    expect(of(events)).to.include({ attempts: 2, quick_attempts: 0 })
  })

  it('are hammered from eight attempts on, or four that come within two minutes', () => {
    const slow = (count: number) =>
      Array.from({ length: count }, (_, n) => attempt(n * HOUR + n * n * SECOND * 7, `quiz_attempts:${n}`))
    expect(rules(slow(7))).to.deep.equal([])
    expect(rules(slow(8))).to.deep.equal(['many_attempts'])
    const quick = (count: number) =>
      Array.from({ length: count }, (_, n) => attempt(n * (70 + n) * SECOND, `quiz_attempts:${n}`))
    expect(rules(quick(4))).to.deep.equal([])
    expect(rules(quick(5))).to.deep.equal(['quick_attempts'])
  })

  it('are guessed where more than a tenth of the items is not read, few items counting less', () => {
    expect(of([attempt(0, 'a', { items: 5, rapid_items: 1 })])).to.include({ rapid_share: 10 })
    expect(rules([attempt(0, 'a', { items: 5, rapid_items: 1 })])).to.deep.equal([])
    expect(rules([attempt(0, 'a', { items: 20, rapid_items: 3 })])).to.deep.equal(['rapid_answers'])
    expect(of([attempt(0, 'a')])).to.include({ rapid_share: null })
    expect(of([])).to.include({ rapid_share: 0 })
  })

  it('are right and very fast beside others who took the same quiz, where that is known', () => {
    const events = [attempt(0, 'a', { items: 10, score: 80, duration_seconds: 70 })]
    const beside = (pace: number | null) => ({ around: { ...ALONE, pace: () => pace } })
    expect(of(events, beside(30))).to.include({ right_and_fast: 8 })
    expect(rules(events, beside(30))).to.deep.equal(['right_and_fast'])
    expect(of(events, beside(28))).to.include({ right_and_fast: 0 })
    expect(of(events, beside(null))).to.include({ right_and_fast: null })
  })
})

describe('the posts of a week', () => {
  const post = (after: number, data: object = {}) =>
    at(after, { event: POST, object: `forum_posts:${after}`, data: { ...data } })

  it('are blank below five words, unless files came with them', () => {
    const four = [0, 1, 2, 3].map((n) => post(n * HOUR, { words: n + 1 }))
    expect(rules(four)).to.deep.equal(['few_words'])
    expect(rules(four.slice(1))).to.deep.equal([])
    const submission = { event: '\\mod_assign\\event\\assessable_submitted', data: { words: 0, files: 1 } }
    expect(of([at(0, submission), post(HOUR, { words: 5 })])).to.include({ blank_texts: 0, posts: 1 })
    expect(of([post(0)])).to.include({ blank_texts: null, near_copies: null })
  })

  it('are copies where they are like an earlier one', () => {
    const copies = [
      { text_hash: 'a' },
      { text_hash: 'a' },
      { text_hash: 'b', similarity: 50 },
      { text_hash: 'c', similarity: 49 },
    ]
    expect(of(copies.map((data, n) => post(n * HOUR, data)))).to.include({ near_copies: 2 })
    expect(rules([...copies, { text_hash: 'a' }].map((data, n) => post(n * HOUR, data)))).to.deep.equal(['near_copies'])
    const submission = { event: '\\mod_assign\\event\\assessable_submitted', data: { similarity: 90 } }
    expect(of([at(0, submission)])).to.include({ near_copies: 0 })
  })

  it('are quick less than a minute after the last', () => {
    const posts = [0, 59, 119, 170, 200].map((second) => post(second * SECOND))
    expect(of(posts)).to.include({ quick_posts: 3 })
    expect(rules([...posts, post(HOUR, { seconds_since_last: 30 })])).to.deep.equal(['quick_posts'])
  })

  it('are deleted after they earned', () => {
    const deleted = (count: number) =>
      Array.from({ length: count }, (_, n) =>
        at(n * HOUR, { event: '\\mod_forum\\event\\post_deleted' }, { tookBack: 1 }),
      )
    expect(of(deleted(3))).to.include({ taken_back: 3, posts: 0 })
    expect(rules(deleted(3))).to.deep.equal(['deleted_after_earning'])
    expect(rules(deleted(2))).to.deep.equal([])
  })
})

describe('a ring', () => {
  /** A peer does the same so long after each of the learner's events. */
  const shadowed = (events: readonly WeekEvent[], lag: number, address: string | null, sharing = 2): Around => {
    const theirs = events.map(({ event }): Nearby & { activity: string | null } => ({
      subject: 'peer',
      time: event.time + lag,
      address,
      activity: event.activity,
    }))
    return {
      ...ALONE,
      near: (activity, from, to) =>
        theirs.filter((one) => one.activity === activity && one.time >= from && one.time <= to),
      weightOf: () => theirs.length,
      sharing: () => sharing,
    }
  }
  const together = (count: number) => nowAndThen(count, { data: { ip_hash: 'flat' } })

  it('keeps step within five minutes on the same activity, and says with whom', () => {
    const events = together(5)
    const near = counted(events, { around: shadowed(events, 5 * MINUTE, null) })
    expect(near.features).to.include({ sync: 5, sync_share: 100, sync_address: 0 })
    expect(near.peers).to.deep.equal({ sync: 'peer', sync_share: 'peer' })
    const late = counted(events, { around: shadowed(events, 5 * MINUTE + 1, null) })
    expect(late.features).to.include({ sync: 0, sync_share: 0 })
    expect(late.peers).to.deep.equal({})
  })

  it('from an address that few use is looked at from four events on; a whole campus is not', () => {
    const events = together(4)
    expect(rules(events, { around: shadowed(events, MINUTE, 'flat', 5) })).to.deep.equal(['ring_address'])
    expect(rules(events, { around: shadowed(events, MINUTE, 'flat', 6) })).to.deep.equal([])
    expect(rules(events, { around: shadowed(events, MINUTE, 'other') })).to.deep.equal([])
    expect(rules(together(3), { around: shadowed(together(3), MINUTE, 'flat') })).to.deep.equal([])
    expect(of(every(HOUR, 3))).to.include({ sync_address: null })
  })

  it('in step all week counts only with an answer to and fro: a class in the lab is in step too', () => {
    const events = together(8)
    const around = shadowed(events, MINUTE, null)
    expect(rules(events, { around })).to.deep.equal([])
    const answers = [...events, at(9 * HOUR, { event: POST, data: { reply_to: 'forum_posts:p' } })]
    const authorOf = (post: string) => (post === 'forum_posts:p' ? 'peer' : 'me')
    const back = (posts: string[]) => ({ around: { ...around, authorOf, answeredBy: () => posts } })
    expect(rules(answers, back(['forum_posts:m']))).to.deep.equal(['ring'])
    expect(rules(answers, back([]))).to.deep.equal([])
  })

  it('answers to and fro: the smaller number of the two directions, from four on', () => {
    const answers = nowAndThen(6, { event: POST, data: { reply_to: 'forum_posts:p' } })
    const back = (count: number) => ({
      around: {
        ...ALONE,
        authorOf: (post: string) => (post === 'forum_posts:p' ? 'peer' : 'me'),
        answeredBy: () => Array(count).fill('forum_posts:m'),
      },
    })
    expect(counted(answers, back(4)).peers).to.deep.equal({ mutual: 'peer' })
    expect(rules(answers, back(4))).to.deep.equal(['reply_ring'])
    expect(rules(answers, back(3))).to.deep.equal([])
  })
})

describe('a learner who is exempt from what goes by the clock', () => {
  it('has no such feature, and all others', () => {
    const events = every(20 * SECOND, 80)
    const week = of(events, { exempt: true })
    for (const id of FEATURE_IDS) if (FEATURES[id].timing) expect(week[id], id).to.equal(null)
    expect(week).to.include({ events: 80, posts: 0 })
    expect(rules(events, { exempt: true })).to.deep.equal([])
    expect(rules(events)).not.to.deep.equal([])
  })
})

describe('the numbers of a week', () => {
  const anything = fc.array(
    fc.record({
      after: fc.integer({ min: 0, max: 6 * 24 * HOUR }),
      event: fc.constantFrom(
        GRADED,
        POST,
        '\\mod_page\\event\\course_module_viewed',
        '\\mod_forum\\event\\post_deleted',
      ),
      object: fc.constantFrom(null, 'x:1', 'x:2'),
      data: fc.record(
        {
          words: fc.nat(50),
          items: fc.nat(30),
          rapid_items: fc.nat(30),
          score: fc.nat(100),
          text_hash: fc.constantFrom('a', 'b'),
        },
        { requiredKeys: [] },
      ),
    }),
    { maxLength: 60 },
  )

  it('are finite, never below zero, in a fixed order, and the same for the same week', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const events = given
          .toSorted((a, b) => a.after - b.after)
          .map(({ after, event, object, data }, index) => at(after, { id: `e${index}`, event, object, data }))
        const week = of(events)
        expect(Object.keys(week)).to.deep.equal(FEATURE_IDS)
        for (const value of Object.values(week))
          expect(value === null || (Number.isFinite(value) && value >= 0)).to.equal(true)
        expect(JSON.stringify(of(events))).to.equal(JSON.stringify(week))
      }),
    )
  })
})
