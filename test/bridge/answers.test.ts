/**
 * What the sidecar answers to the bridge, as golden JSON that the bridge's own tests draw pages from. Where an answer
 * changes, this test says so: write it anew with UPDATE_GOLDEN=1, and look at what the bridge makes of it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { firedRules, ruleSentence, surpriseSentence } from '../../sidecar/domain/anomaly.js'
import { patternKey } from '../../sidecar/domain/blacklist.js'
import { FEATURE_IDS, type WeekFeatures } from '../../sidecar/domain/week-feature.js'
import { get, post, sendEvents } from '../http/calls.js'
import { NOW, openRocket, type TestRocket, wireEvent } from '../support.js'
import { BRIDGE } from './php.js'

const GOLDEN = join(BRIDGE, 'local_rocket/tests/fixtures/answers.json')
const RULES = `
- { id: quiz, event: quiz.graded, conditions: { score: ">=80" }, points: 40, title: { en: A good quiz, de: Ein gutes Quiz } }
- { id: post, event: forum.post, points: 5, review: hold }
- { id: badge, event: badge.awarded, points: 25, frequency: 1 }
`
const APPROVED = 'approved: { by: Head, on: 2026-08-20 }'
const REWARDS = `
currency: GBP
tiers:
  - { id: bronze, title: Bronze, points: 50 }
  - { id: silver, title: Silver, points: 200, show: locked }
budgets: [{ id: main, monthly: 500 }]
rewards:
  - { id: coffee, title: A coffee, cost: 20, funding: institution, value: 2.50, budget: main, delivery: in_app, cancel_within: 24h, instructions: Show it at the till., ${APPROVED} }
  - { id: books, title: 10 % off books, cost: 30, funding: discount, discount: { percent: 10 }, delivery: in_app, ${APPROVED} }
  - { id: trip, title: A trip, cost: 120, tier: silver, funding: institution, value: 40, budget: main, delivery: in_app, requires: { badges: [badge:99] }, ${APPROVED} }
  - { id: saver, title: A saver, funding: hybrid, savings: [{ points: 10, percent: 5 }, { points: 60, percent: 20 }], delivery: in_app, ${APPROVED} }
`

async function answers(): Promise<object> {
  const rocket: TestRocket = openRocket(RULES, 'source: moodle\n', REWARDS)
  try {
    const quiz = (n: number, score?: number) =>
      wireEvent({ id: `q${n}`, object: `quiz_attempts:${n}`, data: score === undefined ? {} : { score } })
    await sendEvents(rocket, [
      quiz(1, 85),
      quiz(2, 60),
      quiz(3),
      wireEvent({ id: 'p', event: 'forum.post', object: 'forum_posts:1', activity: 'forum:9', data: { words: 12 } }),
      wireEvent({ id: 'b', event: 'badge.awarded', object: 'badge:17', activity: null, data: { badge: 'Lab' } }),
    ])
    const body = JSON.stringify({ expected_cost: 20 })
    const redeemed = await post(rocket, '/api/rewards/coffee/redeem', body, 'learner', { sub: '42' }).set(
      'Idempotency-Key',
      'k',
    )
    const locked = await post(rocket, '/api/rewards/trip/redeem', '{"expected_cost":120}', 'learner', {
      sub: '42',
    }).set('Idempotency-Key', 'l')
    const read = async (path: string) => (await get(rocket, path, 'learner', { sub: '42' })).body
    return {
      points: await read('/api/user/points'),
      rewards: await read('/api/rewards'),
      decisions: await read('/api/user/decisions'),
      redemptions: await read('/api/user/redemptions'),
      redeemed: redeemed.body,
      locked: locked.body,
    }
  } finally {
    rocket.close()
  }
}

const FAIR_PLAY = `
source: moodle
checks: { rapid_answers: on, same_text: on, burst: off }
blacklist: [{ id: filler, patterns: ["*lorem ipsum*"], outcome: hold, because: it looks like filler text }]
`
const FAIR_RULES = `
- { id: quiz, event: quiz.graded, points: 40 }
- { id: post, event: forum.post, points: 5, title: A forum post }
- { id: work, event: assign.submitted, points: 15, review: hold }
- { id: badge, event: badge.awarded, points: 25, review: flag }
`

/** A queue with each kind of item, an appeal, and a decision. */
async function fairPlay(): Promise<object> {
  const rocket: TestRocket = openRocket(FAIR_RULES, FAIR_PLAY)
  try {
    const { stores } = rocket.context
    const forumPost = (id: string, user: string, data: object) =>
      wireEvent({ id, user, event: 'forum.post', object: `forum_posts:${id}`, activity: 'forum:9', data })
    const text_hash = 'a'.repeat(43)
    await sendEvents(rocket, [
      forumPost('1', '43', { words: 12, text_hash }),
      forumPost('2', '42', { words: 12, text_hash }),
      wireEvent({ id: 'q', object: 'quiz_attempts:1', data: { score: 90, items: 10, rapid_items: 4 } }),
      forumPost('3', '44', { words: 12, screen: `pattern:${patternKey('*lorem ipsum*')}` }),
      wireEvent({
        id: 'w',
        user: '44',
        event: 'assign.submitted',
        object: 'assign_submission:5',
        activity: 'assign:8',
      }),
      wireEvent({ id: 'b', event: 'badge.awarded', object: 'badge:17', activity: null, data: { badge: 'Lab' } }),
    ])
    const features = Object.fromEntries(FEATURE_IDS.map((id) => [id, 0])) as unknown as WeekFeatures
    const subject = stores.learners.subjectOf('moodle', '42')!
    const other = stores.learners.subjectOf('moodle', '43')!
    const fired = firedRules({ ...features, mutual: 4 }, { mutual: other })
    const rare = { feature: 'point_events', value: 44, reach: 2, of: 3_732, usual: 9, usualOf: 'learner' } as const
    rocket.context.stores.writer.write(() =>
      stores.reviews.add({
        ...{ kind: 'week', subject, seq: null, week: '2026-11-09', foundBy: 'anomaly', course: null },
        ...{ opened: NOW, due: null, rank: 12 },
        evidence: {
          reference: { from: 'shipped', weeks: 3_732 },
          found: fired.map(({ rule, observed }) => ({
            ...{ check: rule.id, version: 1, threshold: rule.at, observed, events: [], others: [other] },
          })),
          sentences: [surpriseSentence(rare), ...fired.map(ruleSentence)],
        },
      }),
    )
    const read = async (path: string, scope = 'review') => (await get(rocket, path, scope, { sub: '42' })).body
    const decide = async (path: string, body: object) =>
      (await post(rocket, path, JSON.stringify(body), 'review', { sub: '7' })).body
    const holds = await read('/api/user/holds', 'learner')
    const { id } = holds.holds[0]
    const appealed = await post(rocket, `/api/user/holds/${id}/appeal`, '{}', 'learner', { sub: '42' })
    const queue = await read('/api/review')
    const theirs = queue.items.filter((item: { user_id: string }) => item.user_id === '44')
    const ids = theirs.map((item: { id: number }) => item.id)
    return {
      holds,
      appealed: appealed.body,
      appealedholds: await read('/api/user/holds', 'learner'),
      queue,
      decided: await decide('/api/review/release', { ids: ids.slice(0, 1), reason: 'A quotation' }),
      conflict: await decide('/api/review/confirm', { ids, reason: 'Again' }),
      queuedecided: await read('/api/review?state=decided&user_id=44'),
      checks: await read('/api/review/checks'),
      exempt: await decide('/api/learners/44/exempt', { exempt: true }),
    }
  } finally {
    rocket.close()
  }
}

/** What differs from run to run: random ids, tokens, and the hashes over them. */
const masked = (json: string): string =>
  json
    .replace(/rdm_[0-9a-f]+/g, 'rdm_0123456789abcdef01234567')
    .replace(/"[0-9a-f]{64}"/g, `"${'0'.repeat(64)}"`)
    .replace(/\b(?:[0-9A-Z]{4}-){6}[0-9A-Z*~$=]/g, '2RPM-G3R2-R1M1-A801-9HYT-J91C-3')
    .replace(/ROCKET:[0-9A-Z*~$=]+/g, 'ROCKET:2RPMG3R2R1M1A8019HYTJ91C3')

describe('what the sidecar answers to the bridge', () => {
  it('is what the bridge’s own tests draw their pages from', async () => {
    const all = { ...(await answers()), review: await fairPlay() }
    const now = masked(`${JSON.stringify(all, null, 2)}\n`)
    if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, now)
    expect(now).to.equal(readFileSync(GOLDEN, 'utf8'))
  })
})
