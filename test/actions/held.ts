/** What tests of held and flagged points share: a shop with rules that hold and flag, what learners do in it, and decisions. */
import { replayGrants } from '../../sidecar/actions/replay.js'
import { decide, type ReviewDecision } from '../../sidecar/actions/review.js'
import { verifyLedger } from '../../sidecar/actions/verify.js'
import type { LearningEvent } from '../../sidecar/domain/learning-event.js'
import { learningEvent } from '../support.js'
import { APPROVED, inShop, type Shop } from './shop.js'

export const RULES = `
- { id: post, event: forum.post, points: 5, revoke_on: forum.post_deleted, frequency: 3, cooldown: 7d }
- { id: essay, event: assign.submitted, points: 20, review: flag }
- { id: talk, event: custom.talk, points: 8, review: hold, expires: 30d, revoke_on: custom.talk_gone }
`
export const SETTINGS = 'source: moodle\ncustom_events: [custom.talk, custom.talk_gone]\nchecks: { near_copy: on }\n'
export const REWARDS = `rewards: [ { id: mug, title: Mug, category: merchandise, cost: 5, funding: discount, discount: { percent: 5 }, delivery: in_app, ${APPROVED} } ]\n`
export const FILES = { settings: SETTINGS, rules: RULES }

export const event = (name: string, given: Partial<LearningEvent>) =>
  learningEvent({ event: name, activity: null, ...given })
export const post = (n: number, given: Partial<LearningEvent> = {}) =>
  event('\\mod_forum\\event\\post_created', {
    ...{ id: `post ${n}`, object: `forum_posts:${n}`, data: { words: 30, similarity: 90 } },
    ...given,
  })
export const deleted = (n: number, given: Partial<LearningEvent> = {}) =>
  event('\\mod_forum\\event\\post_deleted', { id: `gone ${n}`, object: `forum_posts:${n}`, data: {}, ...given })
export const essay = (n: number) =>
  event('\\mod_assign\\event\\assessable_submitted', {
    ...{ id: `essay ${n}`, object: `assign_submission:${n}`, data: { words: 300 } },
  })
export const removed = (n: number) =>
  event('\\mod_assign\\event\\submission_removed', { id: `away ${n}`, object: `assign_submission:${n}`, data: {} })
export const talk = (n: number, given: Partial<LearningEvent> = {}) =>
  event('custom.talk', { id: `talk ${n}`, object: `talk:${n}`, data: {}, ...given })

export const gone = (n: number) => event('custom.talk_gone', { id: `talk gone ${n}`, object: `talk:${n}`, data: {} })

export const judge = (shop: Shop, decision: ReviewDecision, ...ids: number[]) =>
  shop.at((moment) => decide(moment, ids, { decision, actor: 'moodle:9', reason: 'looked' }))
export const sums = (shop: Shop, user = '42') => shop.stores.ledger.balance(shop.subject(user))
export const problems = (shop: Shop) => [
  ...verifyLedger(shop.opened.connection, { quick: false }).problems,
  ...replayGrants(shop.opened.connection).problems,
]
export const states = (shop: Shop) =>
  shop.stores.reviews.list({ state: 'all' }, 100).map(({ id, state }) => `${id} ${state}`)
/** What a learner is told beside the first word that something is held. */
export const notices = (shop: Shop) => shop.notices().filter(({ code }) => code !== 'hold_made')
export const told = (shop: Shop) => notices(shop).map(({ code }) => code)
/** Runs a test in a shop of its own, with other files where it names some. */
export const open = (test: (shop: Shop) => void | Promise<void>, files = FILES) => inShop(REWARDS, test, files)
