import { expect } from 'chai'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
import { get, sendEvents } from './calls.js'

const PACK = `
- { id: graded, event: quiz.graded, conditions: { score: ">=50" }, points: 10, title: { en: A quiz, de: Ein Test } }
- { id: posted, event: forum.post, points: 3, review: hold }
- { id: gone, event: forum.post, points: 2, revoke_on: forum.post_deleted }
`

describe('what a learner has', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(PACK)
  })
  afterEach(() => rocket.close())

  const points = (query = '', scope = 'learner', claims: object = { sub: '42' }) =>
    get(rocket, `/api/user/points${query}`, scope, claims)
  const decisions = (query = '') => get(rocket, `/api/user/decisions${query}`, 'learner', { sub: '42' })
  const attempt = (n: number, data: object = { score: 85 }) =>
    wireEvent({ id: `a${n}`, object: `quiz_attempts:${n}`, data })

  it('is a balance, what is held, the lifetime, and when that was so', async () => {
    await sendEvents(rocket, [
      attempt(1),
      wireEvent({ event: 'forum.post', object: 'forum_posts:1', activity: 'forum:1' }),
      wireEvent({ event: 'forum.post_deleted', object: 'forum_posts:1', activity: 'forum:1' }),
    ])
    const { status, body } = await points()
    expect(status).to.equal(200)
    const { recent, ...rest } = body
    expect(rest).to.deep.equal({
      user_id: '42',
      balance: 10,
      held: 3,
      lifetime: 10,
      tier: null,
      tier_title: null,
      tier_points: 0,
      next_tier: null,
      as_of: '2026-11-23T09:00:00.000Z',
    })
    expect(recent.map((entry: { kind: string }) => entry.kind)).to.deep.equal(['revocation', 'grant', 'hold', 'grant'])
  })

  it('names the tier and the next step of the ladder in the learner’s language', async () => {
    const rewards = `
tiers:
  - { id: bronze, title: { en: Bronze, de: Bronzen }, points: 10 }
  - { id: silver, title: Silver, points: 50, show: locked }
`
    const ladder = openRocket(PACK, 'source: moodle\n', rewards)
    await sendEvents(ladder, [attempt(1)])
    const { body } = await get(ladder, '/api/user/points?lang=de', 'learner', { sub: '42' })
    ladder.close()
    expect(body).to.include({ tier: 'bronze', tier_title: 'Bronzen', tier_points: 10 })
    expect(body.next_tier).to.include({ id: 'silver', title: 'Silver', points: 50, points_needed: 40 })
  })

  it('comes with the ten latest entries, newest first, as the ledger shows them', async () => {
    await sendEvents(
      rocket,
      Array.from({ length: 12 }, (_, n) => attempt(n)),
    )
    const { recent } = (await points()).body
    const ids = recent.map((entry: { event_id: string }) => entry.event_id)
    expect(ids).to.deep.equal([11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `a${n}`))
    const { entries } = (await get(rocket, '/api/rewards/ledger?user_id=42')).body
    expect(recent).to.deep.equal(entries.slice(-10).reverse())
  })

  it('is nothing yet, for a learner who never did anything', async () => {
    const { status, body } = await points('', 'learner', { sub: 'new' })
    expect([status, body.user_id, body.balance, body.recent]).to.deep.equal([200, 'new', 0, []])
    const judged = await get(rocket, '/api/user/decisions', 'learner', { sub: 'new' })
    expect(judged.body).to.deep.equal({ user_id: 'new', events: [], next_cursor: null })
  })

  it('is for an administrator to ask about anybody Rocket has heard of', async () => {
    await sendEvents(rocket, [attempt(1)])
    const { status, body } = await points('?user_id=42', 'admin', {})
    expect([status, body.user_id, body.balance]).to.deep.equal([200, '42', 10])
    for (const path of ['/api/user/points', '/api/user/decisions']) {
      const { status, body } = await get(rocket, `${path}?user_id=nobody`, 'admin')
      expect([status, body.code]).to.deep.equal([404, 'not_found'])
    }
  })

  it('needs to know which learner', async () => {
    const { status, body } = await points('', 'admin', {})
    expect([status, body.code]).to.deep.equal([400, 'malformed'])
    expect((await points('', 'learner', {})).status).to.equal(400)
  })

  for (const query of ['?user_id=', `?user_id=${'4'.repeat(65)}`, '?user_id=42&user_id=43']) {
    it(`answers 400 to ${query.slice(0, 30)}, and says where the fault is`, async () => {
      const { status, body } = await points(query, 'admin', {})
      expect([status, body.faults[0].pointer]).to.deep.equal([400, '/user_id'])
    })
  }

  describe('and why', () => {
    it('is one answer for each event, newest first, with a sentence for each rule', async () => {
      await sendEvents(rocket, [attempt(1, { score: 20 }), attempt(2, {}), attempt(3)])
      const { body } = await decisions()
      expect(body.events.map((event: { event_id: string }) => event.event_id)).to.deep.equal(['a3', 'a2', 'a1'])
      const [granted, waiting, refused] = body.events
      expect(granted).to.deep.include({
        event: '\\mod_quiz\\event\\attempt_graded',
        time: '2026-11-23T09:00:00.000Z',
        course: '7',
        activity: 'quiz:123',
        object: 'quiz_attempts:3',
        points: 10,
        held: 0,
      })
      expect(granted.decisions).to.deep.equal([
        {
          rule_id: 'graded',
          outcome: 'granted',
          points: 10,
          held: 0,
          title: 'A quiz',
          reason: { code: 'granted', params: granted.decisions[0].reason.params, text: 'You earned 10 points.' },
        },
      ])
      const { body: german } = await decisions('?lang=de')
      expect(german.events[0].decisions[0].title).to.equal('Ein Test')
      expect(waiting.decisions[0].reason.code).to.equal('waiting_for_grade')
      expect(refused.decisions[0]).to.include({ outcome: 'refused', points: 0 })
      expect(refused.decisions[0].reason.code).to.equal('condition_not_met')
    })

    it('is read page by page, nothing missing and nothing twice', async () => {
      await sendEvents(
        rocket,
        Array.from({ length: 25 }, (_, n) => attempt(n)),
      )
      const seen: string[] = []
      const sizes: number[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { body } = await decisions(`?limit=10${cursor && `&cursor=${cursor}`}`)
        sizes.push(body.events.length)
        seen.push(...body.events.map((event: { event_id: string }) => event.event_id))
        cursor = body.next_cursor
      }
      expect(sizes).to.deep.equal([10, 10, 5])
      expect(seen).to.deep.equal(Array.from({ length: 25 }, (_, n) => `a${24 - n}`))
    })

    it('ends with the last full page', async () => {
      await sendEvents(rocket, [attempt(1), attempt(2)])
      const { body } = await decisions('?limit=2')
      expect([body.events.length, body.next_cursor]).to.deep.equal([2, null])
    })

    it('stays away from other learners', async () => {
      await sendEvents(rocket, [attempt(1), wireEvent({ id: 'other', user: '43' })])
      const { events } = (await decisions()).body
      expect(events.map((event: { event_id: string }) => event.event_id)).to.deep.equal(['a1'])
    })

    it('is no longer there when its time of keeping is over, though the event is', async () => {
      await sendEvents(rocket, [attempt(1)])
      rocket.context.stores.events.deleteDecisions(0, 1_000)
      const [event] = (await decisions()).body.events
      expect([event.event_id, event.decisions]).to.deep.equal(['a1', null])
    })

    for (const query of ['limit=0', 'limit=201', 'limit=1.5', 'limit=ten', 'limit=', 'cursor=-1', 'cursor=abc']) {
      it(`answers 400 to ${query}`, async () => {
        const { status, body } = await decisions(`?${query}`)
        expect([status, body.code]).to.deep.equal([400, 'malformed'])
        expect(body.faults[0].pointer).to.equal(`/${query.split('=')[0]}`)
      })
    }
  })
})
