/** What tests of learners' rights share: a shop in which learners are frozen, merged and erased, and its ledger verified. */
import { type Erasure, erase } from '../../sidecar/actions/erase.js'
import { type FreezeState, freeze, unfreeze } from '../../sidecar/actions/freeze.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { type Merge, merge } from '../../sidecar/actions/merge.js'
import { type Verification, verifyLedger } from '../../sidecar/actions/verify.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { learningEvent } from '../support.js'
import { APPROVED, type Shop } from './shop.js'

export const REWARDS = `
currency: GBP
tiers: [{ id: silver, title: Silver, points: 100 }]
budgets: [{ id: main, monthly: 100.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: gift, title: Gift, cost: 10, value: 1.00, budget: main, stock: 9, limit: { count: 1, per: month }, cancel_within: 24h, ${APPROVED} }
  - { id: tea, title: { en: A tea, de: Ein Tee }, cost: 5, token_ttl: 30d, on_expiry: forfeit, ${APPROVED} }
  - { id: ride, title: Ride, cost: 5, value: 2.00, budget: main, delivery: shop, ${APPROVED} }
  - { id: pool, title: Pool, cost: 5, delivery: codes, ${APPROVED} }
  - { id: course, title: Course, cost: 5, delivery: moodle, moodle: { cohort: lounge }, ${APPROVED} }
`
export const RULES = `
- { id: post, event: forum.post, points: 3, revoke_on: forum.post_deleted }
- { id: essay, event: assign.submitted, points: 7, review: hold, revoke_on: assign.removed }
- { id: quiz, event: quiz.graded, points: 20, frequency: 1, cooldown: 7d, expires: 30d }
- { id: done, event: activity.completed, points: 4 }
`
export const FILES = { rules: RULES }

const asked = { actor: 'it', reason: 'asked for' }

export const eraseIn = (shop: Shop, userId: string): Erasure => shop.at((moment) => erase(moment, { userId, ...asked }))
export const mergeIn = (shop: Shop, userId: string, into: string): Merge =>
  shop.at((moment) => merge(moment, { userId, into, ...asked }))
export const freezeIn = (shop: Shop, userId: string): FreezeState =>
  shop.at((moment) => freeze(moment, { userId, ...asked }))
export const unfreezeIn = (shop: Shop, userId: string): FreezeState =>
  shop.at((moment) => unfreeze(moment, { userId, ...asked }))

export const verified = ({ opened }: Shop): Verification => verifyLedger(opened.connection, { quick: false })
export const problems = (shop: Shop): string[] => verified(shop).problems.map(({ message }) => message)

type Given = Parameters<typeof learningEvent>[0]
export const event = (name: string, user: string, given: Given = {}) =>
  learningEvent({ event: canonicalName(name)!, user, ...given })
export const post = (user: string, id: number, given: Given = {}) =>
  event('forum.post', user, { object: `forum_posts:${id}`, activity: 'forum:9', ...given })

/** What is told about an event: its status, and the codes of the decisions. */
export function sent(shop: Shop, what: ReturnType<typeof learningEvent>): string[] {
  const { status, decisions } = shop.at(({ stores, rules, now }) => ingest(stores, rules.current(), what, now))
  return [status, ...decisions.map(({ reason }) => reason.code)]
}
