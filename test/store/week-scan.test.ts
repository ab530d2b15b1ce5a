import { expect } from 'chai'
import { databasePath } from '../../sidecar/home.js'
import { openForReading } from '../../sidecar/store/database.js'
import { WeekScan } from '../../sidecar/store/week-scan.js'
import { sendEvents } from '../http/calls.js'
import { openRocket, type TestRocket, wireEvent } from '../support.js'

const PACK = `
- { id: quiz, event: quiz.graded, points: 5 }
- { id: post, event: forum.post, points: 1, revoke_on: forum.post_deleted }
`
const at = (time: string) => Date.parse(`2026-11-16T${time}Z`)
const FROM = at('00:00:00')
const TO = at('23:00:00')

describe('the events of a week, put aside', () => {
  let rocket: TestRocket
  let scan: WeekScan
  beforeEach(() => {
    rocket = openRocket(PACK)
    scan = new WeekScan(rocket.context.reader)
  })
  afterEach(() => {
    scan.close()
    rocket.close()
  })

  const send = async (events: readonly Record<string, unknown>[]) => {
    const { body } = await sendEvents(
      rocket,
      events.map((event) => wireEvent(event)),
    )
    expect(body.results.map(({ status }: { status: string }) => status)).to.deep.equal(events.map(() => 'recorded'))
    scan.collect(0, 1_000, TO)
  }
  const subject = (user: string) => rocket.context.stores.ledger.subjects.of('moodle', user)!
  const quiz = (user: string, time: string, data: object = {}) => ({
    user,
    time: new Date(at(time)).toISOString(),
    data: { score: 90, ...data },
  })
  const post = (user: string, time: string, id: string, data: object = {}, event = 'forum.post') => ({
    ...quiz(user, time, { words: 20, ...data }),
    ...{ event, activity: 'forum:1', object: `forum_posts:${id}` },
  })

  it('are those that happened before an instant, by learner, with what came of them', async () => {
    await send([
      post('1', '09:00:00', 'a'),
      quiz('2', '10:00:00', { score: 50 }),
      post('1', '11:00:00', 'a', {}, 'forum.post_deleted'),
      quiz('3', '23:00:00'),
    ])
    expect(scan.subjects(FROM, TO)).to.deep.equal([subject('1'), subject('2')].sort())
    const found = scan.eventsOf(subject('1'), FROM, TO)
    expect(found.map(({ event, earned, tookBack }) => [event.event, earned, tookBack])).to.deep.equal([
      ['\\mod_forum\\event\\post_created', true, 0],
      ['\\mod_forum\\event\\post_deleted', false, 1],
    ])
    expect(scan.eventsOf(subject('1'), FROM, at('11:00:00'))).to.have.length(1)
    expect([scan.nextAt(FROM), scan.nextAt(at('10:00:01')), scan.nextAt(TO)]).to.deep.equal([
      at('09:00:00'),
      at('11:00:00'),
      null,
    ])
  })

  it('tell who was near, within the week alone', async () => {
    await send([quiz('1', '09:00:00', { ip_hash: 'x' }), quiz('2', '09:05:00'), quiz('3', '09:05:01')])
    const { near } = scan.around(FROM, TO)
    const found = near('quiz:123', at('08:55:00'), at('09:05:00'))
    expect(found).to.deep.equal([
      { subject: subject('1'), time: at('09:00:00'), address: 'x' },
      { subject: subject('2'), time: at('09:05:00'), address: null },
    ])
    expect(near('quiz:9', FROM, TO)).to.deep.equal([])
    expect(scan.around(at('09:01:00'), at('09:05:00')).near('quiz:123', FROM, TO)).to.deep.equal([])
  })

  it('tell how many share an address in a course, and how much somebody did', async () => {
    await send([
      quiz('1', '09:00:00', { ip_hash: 'x' }),
      quiz('1', '10:00:00', { ip_hash: 'x' }),
      quiz('2', '10:00:00', { ip_hash: 'x' }),
      { ...quiz('3', '10:00:00', { ip_hash: 'x' }), course: '8' },
    ])
    const around = scan.around(FROM, TO)
    expect([around.sharing('7', 'x'), around.sharing('8', 'x'), around.sharing('7', 'y')]).to.deep.equal([2, 1, 0])
    expect([around.weightOf(subject('1')), around.weightOf('nobody')]).to.deep.equal([2, 0])
  })

  it('tell who wrote a post, also one that earned nothing, and who answered which', async () => {
    await send([
      post('1', '09:00:00', 'a', { words: 0 }),
      post('2', '10:00:00', 'b', { reply_to: 'forum_posts:a' }),
      post('3', '11:00:00', 'a', {}, 'forum.post_deleted'),
    ])
    const around = scan.around(FROM, TO)
    expect([around.authorOf('forum_posts:a'), around.authorOf('forum_posts:z')]).to.deep.equal([subject('1'), null])
    expect(around.answeredBy(subject('2'))).to.deep.equal(['forum_posts:a'])
  })

  it('tell what time a quiz takes, from five who took it', async () => {
    const took = (user: string, duration: number) => quiz(user, '09:00:00', { items: 10, duration_seconds: duration })
    await send([took('1', 100), took('2', 200), took('3', 300), took('4', 400), took('4', 90)])
    expect(scan.around(FROM, TO).pace('quiz:123')).to.equal(null)
    await sendEvents(rocket, [wireEvent(took('5', 500))])
    const again = new WeekScan(rocket.context.reader)
    again.collect(0, 1_000, TO)
    expect(again.around(FROM, TO).pace('quiz:123')).to.equal(20)
  })

  it('leave nothing in the database', async () => {
    await send([quiz('1', '09:00:00')])
    const other = openForReading(databasePath(rocket.home))
    const tables = other.prepare("SELECT name FROM sqlite_master WHERE name LIKE 'week_event%'").all()
    other.close()
    expect(tables).to.deep.equal([])
  })
})
