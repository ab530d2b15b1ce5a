import { expect } from 'chai'
import { anomaly, scoredWeeks } from '../../sidecar/actions/anomaly.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { applyRetention } from '../../sidecar/actions/retention.js'
import { LEFT_AFTER } from '../../sidecar/actions/review.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { runJob } from '../../sidecar/jobs.js'
import { readShippedReference } from '../../sidecar/store/shipped-reference.js'
import { learningEvent, NOW, openRocket, SEED_RULE, type TestRocket } from '../support.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** The week before the test's clock: Monday 16 November, in UTC. */
const LAST_WEEK = Date.parse('2026-11-16T00:00:00Z')
const SETTLED = Date.parse('2026-11-25T00:00:00Z')

const PACK = `${SEED_RULE}
- { id: view, event: [activity.viewed], points: 1 }
- { id: post, event: forum.post, points: 1 }
`
const VIEW = '\\mod_page\\event\\course_module_viewed'
const POST = '\\mod_forum\\event\\post_created'

describe('the nightly score', () => {
  let rocket: TestRocket
  const open = (pack = PACK, settings?: string) => {
    rocket = openRocket(pack, settings)
  }
  beforeEach(() => open())
  afterEach(() => rocket.close())

  const take = (events: readonly LearningEvent[]) => {
    const { stores, rules } = rocket.context
    for (let from = 0; from < events.length; from += 200) {
      stores.writer.write(() => {
        for (const event of events.slice(from, from + 200)) {
          expect(ingest(stores, rules.current(), event, rocket.clock.now).status).to.equal('recorded')
        }
      })
    }
  }
  const view = (user: string, after: number, given: Partial<LearningEvent> = {}, week = LAST_WEEK) =>
    learningEvent({ event: VIEW, user, time: week + after, object: null, activity: 'page:1', ...given })
  /** Learners with some views each, at times of their own. @param offset of the first one's number. */
  const quietWeeks = (count: number, week = LAST_WEEK, offset = 0) =>
    Array.from({ length: count }, (_, index) => index + offset).flatMap((number) =>
      Array.from({ length: 1 + (number % 5) }, (_, n) =>
        view(`quiet-${number}`, (n * 20 + (number % 17)) * HOUR + number * 7_013, { activity: `page:${number}` }, week),
      ),
    )
  const run = () => runJob(rocket.context, 'anomaly')
  const weeks = (user: string | null = null, week: string | null = null) =>
    scoredWeeks(rocket.context, { week, user, limit: 10_000 })
  const queue = () =>
    rocket.context.stores.writer.connection
      .prepare<
        [],
        { subject: string; week: string; rank: number; evidence: string; kind: string; found_by: string; due: number }
      >('SELECT subject, week, rank, evidence, kind, found_by, due FROM review ORDER BY id')
      .all()

  it('counts a week two days after it ended, and not before', async () => {
    take([view('1', HOUR), view('1', 7 * DAY)])
    rocket.clock.now = SETTLED - 1
    expect((await run()).message).to.contain('0 weeks of learners counted')
    rocket.clock.now = SETTLED
    expect((await run()).message).to.contain('1 weeks of learners counted, 1 scored beside')
    expect(weeks().map(({ user_id, week }) => [user_id, week])).to.deep.equal([['1', '2026-11-16']])
  })

  it('counts it by the institution’s zone and first day of the week', async () => {
    rocket.close()
    open(PACK, 'source: moodle\ntimezone: Asia/Muscat\nweek_starts: sunday\n')
    take([view('1', -5 * HOUR), view('1', -1 * HOUR), view('2', 6 * DAY - 5 * HOUR), view('2', 6 * DAY - 1 * HOUR)])
    rocket.clock.now = SETTLED + 30 * DAY
    await run()
    expect(weeks('1').map(({ week, features }) => [week, features.events])).to.deep.equal([['2026-11-15', 2]])
    expect(
      weeks('2')
        .map(({ week }) => week)
        .sort(),
    ).to.deep.equal(['2026-11-15', '2026-11-22'])
  })

  it('counts it once: what comes later changes nothing, but for learners of whom nothing was known', async () => {
    take([view('1', HOUR)])
    rocket.clock.now = SETTLED
    await run()
    const before = JSON.stringify(weeks('1'))
    take([view('1', 2 * HOUR), view('1', 3 * HOUR), view('2', HOUR)])
    rocket.clock.now += DAY
    expect((await run()).message).to.contain('1 weeks of learners counted')
    expect(JSON.stringify(weeks('1'))).to.equal(before)
    expect(weeks('2')[0]?.features.events).to.equal(1)
  })

  it('counts the next week when it is over, beside those before it', async () => {
    const nextWeek = (n: number) => view('1', n * 3 * HOUR, {}, LAST_WEEK + n * 7 * DAY)
    for (let n = 0; n < 4; n++) {
      rocket.clock.now = SETTLED + n * 7 * DAY
      take([
        nextWeek(n),
        ...(n === 3 ? [0, 1, 2].map((more) => view('1', (50 + more * 5) * HOUR, {}, LAST_WEEK + 21 * DAY)) : []),
      ])
      expect((await run()).message).to.contain('1 weeks of learners counted')
    }
    const [last] = weeks('1', '2026-12-07')
    expect(last?.features).to.include({ events: 4, own_ratio: 0.36 })
    expect(weeks('1', '2026-11-16')[0]?.features.own_ratio).to.equal(null)
  })

  it('scores beside the public data while the site has few weeks of its own', async () => {
    take(Array.from({ length: 200 }, (_, n) => view('busy', n * 30_011)).concat(view('quiet', HOUR)))
    rocket.clock.now = SETTLED
    await run()
    const [busy, quiet] = weeks()
    expect(busy?.user_id).to.equal('busy')
    expect(busy?.reference).to.deep.equal({ from: 'shipped', weeks: readShippedReference().weeks })
    expect(busy?.sentences[0]?.text).to.equal(
      `200 events in the week; none of ${readShippedReference().weeks.toLocaleString('en-GB')} weeks reaches this; a usual week of anybody has 7`,
    )
    expect(busy!.score).to.be.greaterThan(quiet!.score! + 10)
  })

  it('scores nothing where the site subscribes to what the public data do not know, before it has 500 weeks of its own', async function () {
    this.timeout(20_000)
    rocket.close()
    open(`${PACK}- { id: dive, event: \\mod_wreck\\event\\dive_logged, points: 1 }\n`)
    take(quietWeeks(499))
    rocket.clock.now = SETTLED
    expect((await run()).message).to.match(/^499 weeks of learners counted, none is scored before there are 500/)
    expect(weeks()).to.deep.equal([])
    take(quietWeeks(1, LAST_WEEK + 7 * DAY))
    rocket.clock.now = SETTLED + 7 * DAY
    expect((await run()).message).to.contain('1 weeks of learners counted, 500 scored beside 500 of this site')
    expect(weeks()).to.have.length(500)
    expect(weeks()[0]?.reference).to.deep.equal({ from: 'own', weeks: 500 })
  })

  it('queues the top one in a hundred of all weeks ever scored, and moves no points', async function () {
    this.timeout(20_000)
    take(quietWeeks(398))
    const busy = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((user, index) =>
      Array.from({ length: 30 + index * 12 }, (_, n) =>
        view(user, 9 * HOUR + n * 61_007, { activity: `page:${user}` }),
      ),
    )
    take(busy)
    const { stores } = rocket.context
    const entries = stores.ledger.head().seq
    rocket.clock.now = SETTLED
    expect((await run()).message).to.contain('4 put into the review queue')
    expect(queue().map(({ subject }) => stores.learners.userOf(subject))).to.have.members(['f', 'e', 'd', 'c'])
    expect(stores.ledger.head().seq).to.equal(entries)
    for (const { kind, found_by, week, rank, evidence, due } of queue()) {
      expect({ kind, found_by, week, due }).to.deep.equal({
        kind: 'week',
        found_by: 'anomaly',
        week: '2026-11-16',
        due: SETTLED + LEFT_AFTER,
      })
      expect(rank).to.be.greaterThan(5)
      const [sentence] = JSON.parse(evidence).sentences
      expect(sentence.text).to.match(/; (\d+|none) of [\d,]+ weeks reach(es)? this; a usual week of anybody has \d+/)
    }
    rocket.clock.now += DAY
    expect((await run()).message).to.contain('0 put into the review queue')
    rocket.clock.now = SETTLED + 7 * DAY
    take(quietWeeks(100, LAST_WEEK + 7 * DAY, 1_000))
    expect((await run()).message).to.contain('1 put into the review queue')
    expect(queue()).to.have.length(5)
  })

  it('says with whom somebody is in a ring, to people in charge', async () => {
    const answer = (user: string, after: number, own: string, to: string | null) =>
      view(user, after, {
        event: POST,
        activity: 'forum:1',
        object: own,
        data: { words: 30, ...(to ? { reply_to: to } : {}) },
      })
    const talk = Array.from({ length: 5 }, (_, n) => [
      answer('ann', n * HOUR + n * n * 1_000, `forum_posts:a${n}`, n > 0 ? `forum_posts:b${n - 1}` : null),
      answer('bob', n * HOUR + n * n * 1_000 + 60_000, `forum_posts:b${n}`, `forum_posts:a${n}`),
    ]).flat()
    take([...talk, view('eve', HOUR)])
    rocket.clock.now = SETTLED
    await run()
    const [ann] = weeks('ann')
    expect(ann?.features).to.include({ mutual: 4, sync: 5, posts: 5 })
    expect(ann?.found.map(({ check, observed, others }) => [check, observed, others])).to.deep.equal([
      ['reply_ring', 4, ['bob']],
    ])
    expect(ann?.sentences.at(-1)?.text).to.contain('4 answers to and fro with the same other person')
    expect(weeks('eve')[0]?.found).to.deep.equal([])
    const kept = rocket.context.stores.learnerWeeks.list(null, null, 9).map(({ because }) => JSON.stringify(because))
    expect(kept.join()).not.to.match(/ann|bob/)
  })

  it('has nothing by the clock of who is exempt from that', async () => {
    const { stores, rules } = rocket.context
    const clicks = (user: string) =>
      Array.from({ length: 40 }, (_, n) => view(user, n * 20_000 + 1_000, { activity: `page:${user}` }))
    take([...clicks('exempt'), ...clicks('other')])
    const subject = stores.ledger.subjects.of(rules.current().settings.source, 'exempt')!
    stores.writer.write(() => stores.exempt.add(subject, NOW))
    rocket.clock.now = SETTLED
    await run()
    expect(weeks('other')[0]?.found.map(({ check }) => check)).to.deep.equal(['even_clicks', 'regular_clicks'])
    expect(weeks('exempt')[0]?.found).to.deep.equal([])
    expect(weeks('exempt')[0]!.score).to.be.lessThan(weeks('other')[0]!.score!)
  })

  it('says the same, to the byte, of the same activity', async () => {
    const once = async () => {
      let id = 0
      const lab = Array.from({ length: 60 }, (_, n) => view(`lab-${n % 12}`, Math.floor(n / (2 + (n % 3))) * 90_001))
      // Several stand equally near to each of them, and have done more or less besides.
      const besides = Array.from({ length: 66 }, (_, n) => n % 12).map((k, n) =>
        view(`lab-${k}`, 3 * DAY + (n % (k + 1)) * HOUR, { activity: `page:own-${k}` }),
      )
      rocket.clock.now = SETTLED
      take([...quietWeeks(120), ...lab, ...besides].map((event) => ({ ...event, id: `same-${++id}` })))
      await run()
      return JSON.stringify(weeks().sort((a, b) => (a.user_id < b.user_id ? -1 : 1)))
    }
    const first = await once()
    rocket.close()
    open()
    expect(await once()).to.equal(first)
  })

  it('goes on where it was stopped', async () => {
    take(quietWeeks(50))
    rocket.clock.now = SETTLED
    const stopping = new AbortController()
    const progress: string[] = []
    const watching = {
      stopped: stopping.signal,
      onProgress: ({ what, done }: { what: string; done: number }) => {
        progress.push(`${done} ${what}`)
        if (what === 'weeks') stopping.abort(new Error('enough'))
      },
    }
    const failed = await anomaly(rocket.context, watching).catch((error: Error) => error.message)
    expect(failed).to.equal('enough')
    expect(progress.at(-1)).to.equal('20 weeks')
    expect((await run()).message).to.contain('30 weeks of learners counted, 50 scored')
  })

  it('forgets the numbers of a week a year after they were taken', async () => {
    take([view('1', HOUR)])
    rocket.clock.now = SETTLED
    await run()
    rocket.clock.now = SETTLED + 366 * DAY
    await applyRetention(rocket.context)
    expect(weeks()).to.have.length(1)
    rocket.clock.now += 1
    await applyRetention(rocket.context)
    expect(weeks()).to.have.length(0)
  })
})
