/** A Rocket with one reward of each kind, and the calls that learners, tills and people in charge make there. */
import { randomBytes } from 'node:crypto'
import type { Test } from 'supertest'
import { recordAdministration } from '../../sidecar/actions/administer.js'
import { issueToken } from '../../sidecar/actions/token.js'
import { openRocket, SEED_RULE, type TestRocket } from '../support.js'
import { post, postAs } from './calls.js'

export const REWARDS = `
currency: GBP
tiers:
  - { id: bronze, title: Bronze, points: 50 }
  - { id: silver, title: Silver, points: 900, requires: { badges: [badge:17] } }
budgets:
  - { id: main, monthly: 50.00 }
partners:
  - { id: shop, url: "http://127.0.0.1:9/rocket", secret_env: SHOP_SECRET, allow_private: true }
  - { id: canteen }
  - { id: museum }
rewards:
  - id: mug
    title: { en: A mug, de: Eine Tasse }
    instructions: Show it at the desk.
    cost: 50
    value: 5.00
    budget: main
    stock: 4
    cancel_within: 24h
    approved: &approval { by: Head of student life, on: 2026-08-20 }
  - { id: lunch, title: Lunch, cost: 20, partner: canteen, token_ttl: 2d, on_expiry: forfeit, approved: *approval }
  - { id: book, title: A book, cost: 30, value: 7.00, budget: main, delivery: shop, approved: *approval }
  - { id: cinema, title: A cinema ticket, cost: 10, delivery: codes, limit: { count: 3, per: month }, approved: *approval }
  - id: lab
    title: The lab course
    cost: 10
    delivery: moodle
    moodle: { enrol: { course: PHYS101, days: 90 } }
    approved: *approval
  - { id: badge, title: A badge, cost: 0, delivery: moodle, moodle: { badge: "17" }, approved: *approval }
  - id: discount
    title: Off your bill
    funding: hybrid
    savings: [{ points: 50, percent: 10 }, { points: 120, percent: 25 }]
    approved: *approval
  - { id: trip, title: A trip, cost: 40, tier: silver, show: locked, approved: *approval }
  - { id: secret, title: A secret, cost: 40, tier: silver, show: hidden, approved: *approval }
  - { id: unsigned, title: Nobody agreed, cost: 1 }
  - { id: off, title: Off, cost: 1, active: false, approved: *approval }
`

export const CODES = ['CINE-AAA-1', 'CINE-BBB-2', 'CINE-CCC-3']

/** The clock stands on Monday 2026-11-23, 09:00 UTC. */
export function openShop(rewards = REWARDS, settings = 'source: moodle\ntimezone: Europe/London\n'): TestRocket {
  return openRocket({ 'rules/pack.yaml': SEED_RULE, 'rewards.yaml': rewards }, settings)
}

export const momentOf = ({ context: { stores, rules, now } }: TestRocket) => ({ stores, rules, now: now() })

/** Puts codes into the pool of a reward. */
export function addCodes(rocket: TestRocket, reward = 'cinema', all: readonly string[] = CODES): void {
  const { stores, rules } = rocket.context
  const { writer, codes, ledger } = stores
  const { now } = rocket.clock
  const id = `batch_${randomBytes(6).toString('hex')}`
  const batch = { id, reward, imported: now, file: 'codes.csv' }
  writer.write(() => {
    codes.addBatch(batch)
    const detail = { batch: id, reward, file: batch.file, imported: new Date(now).toISOString(), codes: all.length }
    recordAdministration(ledger, rules.current(), { actor: 'test', reason: 'codes imported', detail, now })
    for (const [index, code] of all.entries()) codes.add(batch, index + 2, code, '2027-06-30')
  })
}

/** A token of the issued kind that speaks for a partner. */
export function partnerToken(rocket: TestRocket, partner: string | null): string {
  const { stores, rules, secrets } = rocket.context
  const order = { userId: null, name: null, ttl: 3_600_000, actor: 'test', now: rocket.clock.now }
  return stores.writer.write(() =>
    issueToken(stores, rules.current(), secrets(), { ...order, scopes: ['partner'], partner }),
  ).token
}

/** A call with a key of its own, made by a person whom Moodle names. */
const keyed = (call: Test, key: string | null): Test => (key === null ? call : call.set('Idempotency-Key', key))

export const redeem = (rocket: TestRocket, user: string, reward: string, cost: number, key: string | null): Test =>
  keyed(asLearner(rocket, user, `/api/rewards/${reward}/redeem`, { expected_cost: cost }), key)

export const asLearner = (rocket: TestRocket, user: string, path: string, body: object | null = null): Test =>
  post(rocket, path, body === null ? '' : JSON.stringify(body), 'learner', { sub: user })

export const asAdmin = (rocket: TestRocket, path: string, body: object, key: string | null = null): Test =>
  keyed(post(rocket, path, JSON.stringify(body), 'admin', { sub: 'boss' }), key)

/** At a till: with a partner's token, or, without one, at the counter in Moodle. */
export function atTill(
  rocket: TestRocket,
  what: 'verify' | 'consume' | 'reverse',
  body: object,
  { till = null, key = null }: { till?: string | null; key?: string | null } = {},
): Test {
  const path = `/api/tokens/${what}`
  const call = till === null ? asAdmin(rocket, path, body) : postAs(rocket, path, JSON.stringify(body), till)
  return keyed(call, key)
}

export const give = async (rocket: TestRocket, user: string, points: number): Promise<void> => {
  const { status, text } = await asAdmin(rocket, '/api/adjustments', { user_id: user, points, reason: 'for a test' })
  if (status !== 201) throw new Error(text)
}

let nextKey = 0

/** What a learner got for it; fails where they did not. */
export async function redeemed(
  rocket: TestRocket,
  user: string,
  reward: string,
  cost: number,
): Promise<Record<string, string>> {
  const { status, body, text } = await redeem(rocket, user, reward, cost, `key-${++nextKey}`)
  if (status !== 201) throw new Error(text)
  return body
}
