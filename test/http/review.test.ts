import { expect } from 'chai'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
import { get, post, sendEvents } from './calls.js'

const PACK = `
- { id: post, event: forum.post, points: 5 }
- { id: talk, event: custom.talk, points: 8, review: hold }
`
const SETTINGS = 'source: moodle\ncustom_events: [custom.talk]\nchecks: { near_copy: on, same_text: on }\n'

describe('the review queue, over HTTP', () => {
  let rocket: TestRocket
  beforeEach(() => {
    rocket = openRocket(PACK, SETTINGS)
  })
  afterEach(() => rocket.close())

  const posted = (n: number, user: string, data: object) =>
    wireEvent({
      ...{ id: `p${n}`, event: '\\mod_forum\\event\\post_created', object: `forum_posts:${n}`, user, actor: user },
      ...{ activity: 'forum:3', data: { words: 30, ...data } },
    })
  const held = (n: number, user = '42') => posted(n, user, { similarity: 90 })
  const decide = (path: string, body: object, claims: object = { sub: '9' }) =>
    post(rocket, path, JSON.stringify(body), 'review', claims)
  const queue = async (query = '') => (await get(rocket, `/api/review${query}`, 'review')).body
  const holds = async (user = '42') => (await get(rocket, '/api/user/holds', 'learner', { sub: user })).body.holds
  const points = async (user = '42') => {
    const { body } = await get(rocket, '/api/user/points', 'learner', { sub: user })
    return [body.balance, body.held]
  }

  it('shows what was found, with threshold and value, and why', async () => {
    await sendEvents(rocket, [held(1)])
    const { items, waiting, next_cursor } = await queue()
    expect([waiting, next_cursor]).to.deep.equal([1, null])
    expect(items[0]).to.deep.include({
      ...{ id: 1, kind: 'hold', state: 'open', user_id: '42', rule_id: 'post', points: 5, found_by: 'near_copy' },
      ...{ opened: '2026-11-23T09:00:00.000Z', due: '2026-12-07T09:00:00.000Z', appealed: null, opinion: null },
    })
    expect(items[0].evidence.found).to.deep.equal([
      { check: 'near_copy', version: 1, threshold: 80, observed: 90, events: [], others: [] },
    ])
    expect(items[0].reasons.map(({ text }: { text: string }) => text)).to.deep.equal([
      '90 % of the text is like another one',
    ])
  })

  it('is filtered, and comes in pages that leave nothing out', async () => {
    await sendEvents(rocket, [held(1), held(2), held(3, '43'), held(4), held(5)])
    expect((await queue('?user_id=43')).items).to.have.length(1)
    expect((await queue('?user_id=nobody')).items).to.have.length(0)
    expect((await queue('?found_by=same_text')).items).to.have.length(0)
    expect((await queue('?kind=week')).items).to.have.length(0)
    await post(rocket, '/api/user/holds/4/appeal', '{}', 'learner', { sub: '42' })
    const seen: number[] = []
    for (let cursor = ''; ; ) {
      const { items, next_cursor } = await queue(`?limit=2${cursor}`)
      seen.push(...items.map(({ id }: { id: number }) => id))
      if (next_cursor === null) break
      cursor = `&cursor=${next_cursor}`
    }
    expect(seen).to.deep.equal([4, 1, 2, 3, 5])
  })

  it('is decided with the name of whom Moodle says, and a reason', async () => {
    await sendEvents(rocket, [held(1)])
    const { status, body } = await decide('/api/review/1/release', { reason: 'her own words' })
    expect(status).to.equal(200)
    expect(body).to.include({ state: 'released', decided_by: 'moodle:9', reason: 'her own words' })
    expect(await points()).to.deep.equal([5, 0])
    const again = await decide('/api/review/1/confirm', { reason: 'no' })
    expect([again.status, again.body.code]).to.deep.equal([409, 'state_conflict'])
    expect(again.body.decided).to.deep.equal([{ id: 1, state: 'released' }])
  })

  it('decides several at once, all or none', async () => {
    await sendEvents(rocket, [held(1), held(2), held(3)])
    expect((await decide('/api/review/confirm', { ids: [1, 99], reason: 'copied' })).status).to.equal(404)
    const { body } = await decide('/api/review/confirm', { ids: [1, 3], reason: 'copied' })
    expect(body.decided.map(({ id }: { id: number }) => id)).to.deep.equal([1, 3])
    expect(await points()).to.deep.equal([0, 5])
    expect((await decide('/api/review/release', { ids: [], reason: 'x' })).status).to.equal(400)
    expect((await decide('/api/review/release', { ids: [2], reason: '' })).status).to.equal(400)
  })

  it('is for who reviews: a learner, a report and the bridge see nothing of it', async () => {
    await sendEvents(rocket, [held(1)])
    for (const scope of ['learner', 'reports', 'events', 'privacy', 'metrics']) {
      expect((await get(rocket, '/api/review', scope, { sub: '42' })).status, scope).to.equal(403)
      expect((await get(rocket, '/api/review/checks', scope, { sub: '42' })).status, scope).to.equal(403)
      const body = JSON.stringify({ reason: 'mine' })
      expect((await post(rocket, '/api/review/1/release', body, scope, { sub: '42' })).status, scope).to.equal(403)
    }
  })

  it('names others by their ids to who reviews, and never to the learner', async () => {
    await sendEvents(rocket, [posted(1, '777', { text_hash: 'h' }), posted(2, '42', { text_hash: 'h' })])
    const { items } = await queue()
    expect(items[0].evidence.found[0].others).to.deep.equal(['777'])
    expect(JSON.stringify(await holds()))
      .to.include('the same text')
      .and.not.include('777')
  })

  it('tells what each check found, in shadow too', async () => {
    await sendEvents(rocket, [held(1), posted(2, '42', { similarity: 90, items: 10, rapid_items: 9 })])
    const { body } = await get(rocket, '/api/review/checks', 'review')
    const of = (check: string) => body.checks.find(({ id }: { id: string }) => id === check)
    expect(of('near_copy')).to.include({ state: 'on', threshold: 80, open: 2, overturned: null, suggest_off: false })
    expect(of('rapid_answers')).to.include({ state: 'shadow', open: 0 })
    expect(of('rapid_answers').hits.days_7).to.deep.equal({ hits: 1, learners: 1, points: 5 })
  })

  describe('for the learner', () => {
    it('is a list of what is set aside, with the sentence and the date', async () => {
      await sendEvents(rocket, [held(1)])
      const [hold, ...others] = await holds()
      expect(others).to.deep.equal([])
      expect(hold).to.include({
        id: 1,
        points: 5,
        rule_id: 'post',
        release: '2026-12-07T09:00:00.000Z',
        appealed: null,
      })
      expect(hold.reason.text).to.include('not a finding of misconduct')
      expect(await holds('43')).to.deep.equal([])
    })

    it('has an appeal in one click, for own holds alone', async () => {
      await sendEvents(rocket, [held(1), held(2, '43')])
      const appeal = (id: number) => post(rocket, `/api/user/holds/${id}/appeal`, '', 'learner', { sub: '42' })
      const { status, body } = await appeal(1)
      expect([status, body]).to.deep.equal([200, { id: 1, appealed: '2026-11-23T09:00:00.000Z' }])
      expect((await appeal(1)).body).to.deep.equal(body)
      expect((await appeal(2)).status).to.equal(404)
      expect((await holds())[0].appealed).to.equal('2026-11-23T09:00:00.000Z')
    })
  })

  it('exempts a learner from checks of timing without a reason, and ends that', async () => {
    const set = (exempt: boolean) => decide('/api/learners/42/exempt', { exempt })
    expect((await set(true)).body).to.deep.equal({ user_id: '42', exempt: true, changed: true, merged_into: null })
    expect((await set(true)).body.changed).to.equal(false)
    expect((await set(false)).body).to.include({ exempt: false, changed: true })
  })

  it('exempts nobody whose id is none', async () => {
    for (const id of ['x'.repeat(65), 'line%0Abreak']) {
      const { status, body } = await decide(`/api/learners/${id}/exempt`, { exempt: true })
      expect([status, body.code], id).to.deep.equal([400, 'malformed'])
    }
  })
})
