/**
 * What the sidecar answers to the bridge, as golden JSON that the bridge's own tests draw pages from. Where an answer
 * changes, this test says so: write it anew with UPDATE_GOLDEN=1, and look at what the bridge makes of it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { get, post, sendEvents } from '../http/calls.js'
import { openRocket, type TestRocket, wireEvent } from '../support.js'
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

/** What differs from run to run: random ids, tokens, and the hashes over them. */
const masked = (json: string): string =>
  json
    .replace(/rdm_[0-9a-f]+/g, 'rdm_0123456789abcdef01234567')
    .replace(/"[0-9a-f]{64}"/g, `"${'0'.repeat(64)}"`)
    .replace(/\b(?:[0-9A-Z]{4}-){6}[0-9A-Z*~$=]/g, '2RPM-G3R2-R1M1-A801-9HYT-J91C-3')
    .replace(/ROCKET:[0-9A-Z*~$=]+/g, 'ROCKET:2RPMG3R2R1M1A8019HYTJ91C3')

describe('what the sidecar answers to the bridge', () => {
  it('is what the bridge’s own tests draw their pages from', async () => {
    const now = masked(`${JSON.stringify(await answers(), null, 2)}\n`)
    if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, now)
    expect(now).to.equal(readFileSync(GOLDEN, 'utf8'))
  })
})
