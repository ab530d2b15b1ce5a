/** A small ledger on which everything happened once, for tests that look at every table. */
import { adjust } from '../../sidecar/actions/adjust.js'
import { recordAdministration } from '../../sidecar/actions/administer.js'
import { erase } from '../../sidecar/actions/erase.js'
import { setExempt } from '../../sidecar/actions/exempt.js'
import { freeze } from '../../sidecar/actions/freeze.js'
import { importCodes } from '../../sidecar/actions/import-codes.js'
import { ingest } from '../../sidecar/actions/ingest.js'
import { merge } from '../../sidecar/actions/merge.js'
import type { Moment } from '../../sidecar/actions/moment.js'
import { pauseRedeeming } from '../../sidecar/actions/pause.js'
import { redeem } from '../../sidecar/actions/redeem.js'
import { decide } from '../../sidecar/actions/review.js'
import { cancel } from '../../sidecar/actions/support.js'
import { consumeToken } from '../../sidecar/actions/till.js'
import { issueToken } from '../../sidecar/actions/token.js'
import { keepCheckpoint } from '../../sidecar/checkpoint-files.js'
import { canonicalName } from '../../sidecar/domain/meaning.js'
import { groupedToken } from '../../sidecar/domain/token-code.js'
import { learningEvent, type TestRocket } from '../support.js'

export const RULES = `
- { id: quiz, event: quiz.graded, points: 90, expires: 90d, revoke_on: quiz.deleted }
- { id: essay, event: assign.submitted, points: 7, review: hold }
`
const APPROVED = 'approved: { by: Dean, on: 2026-01-01 }'
export const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 100.00 }]
partners: [{ id: shop, url: "https://shop.example/rocket", secret_env: SHOP_SECRET }]
rewards:
  - { id: mug, title: A mug, cost: 5, value: 2.00, budget: main, stock: 9, ${APPROVED} }
  - { id: card, title: A card, cost: 5, delivery: codes, ${APPROVED} }
  - { id: ride, title: A ride, cost: 5, delivery: shop, ${APPROVED} }
`
const MINUTE = 60_000

/** A ledger on which everything happened once. */
export async function live(rocket: TestRocket): Promise<void> {
  const { context, clock } = rocket
  const { stores, rules } = context
  context.notary.keys.begin()
  const asked = { actor: 'moodle:boss', reason: 'asked for' }
  const at = <T>(work: (moment: Moment) => T): T => {
    clock.now += MINUTE
    return stores.writer.write(() => work({ stores, rules, now: clock.now }))
  }
  const send = (name: string, user: string, id: number) => {
    const given = { event: canonicalName(name)!, user, object: `attempts:${id}`, course: '7', data: { score: 90 } }
    at(({ now }) => ingest(stores, rules.current(), learningEvent({ ...given, time: now }), now))
  }
  for (const [n, user] of ['a', 'b', 'c', 'd', 'gone', 'other'].entries()) send('quiz.graded', user, n)
  for (let n = 10; n < 30; n++) send('quiz.graded', 'a', n)
  send('assign.submitted', 'a', 100)
  send('assign.submitted', 'b', 101)
  send('quiz.deleted', 'c', 2)
  const order = { reward: 'card', file: 'codes.csv', text: 'code\nAAA-111\nBBB-222\n', actor: 'it', dryRun: false }
  await importCodes({ stores, rules, now: () => clock.now }, order)
  let key = 0
  const buy = (userId: string, reward: string) =>
    at((moment) => redeem(moment, { userId, reward, expectedCost: 5, key: `key ${key++}` })).redemption_id
  const use = (id: string) => {
    const token = groupedToken(stores.vault.open(stores.redemptions.byId(id)!.tokenCopy!, id))
    at((moment) => consumeToken(moment, null, { token, reference: 'till 1', key: null }))
  }
  use(buy('a', 'mug'))
  buy('a', 'mug')
  buy('a', 'card')
  buy('b', 'ride')
  const cancelled = buy('b', 'mug')
  at((moment) => cancel(moment, cancelled, asked))
  use(buy('gone', 'mug'))
  at((moment) => adjust(moment, { userId: 'b', points: 1, ...asked }))
  const [{ id = 0 } = {}] = stores.reviews.list({}, 1)
  at((moment) => decide(moment, [id], { decision: 'release', ...asked }))
  at((moment) => setExempt(moment, { userId: 'c', actor: 'it', exempt: true }))
  at((moment) => freeze(moment, { userId: 'd', ...asked }))
  at((moment) => merge(moment, { userId: 'other', into: 'a', ...asked }))
  const give = (userId: string | null) => {
    const scopes = [userId === null ? 'reports' : 'learner'] as const
    const terms = { userId, scopes, name: 'BI', partner: null, ttl: 90 * 86_400_000, actor: 'it' }
    return at(({ now }) => issueToken(stores, rules.current(), context.secrets(), { ...terms, now })).id
  }
  const takeBack = (token: string) =>
    at(({ now }) => {
      stores.tokens.revoke(token, now)
      recordAdministration(stores.ledger, rules.current(), { ...asked, detail: { token }, now })
    })
  for (const userId of [null, 'b', 'gone']) give(userId)
  for (const userId of [null, 'b']) takeBack(give(userId))
  at((moment) => erase(moment, { userId: 'gone', ...asked }))
  at((moment) => pauseRedeeming(moment, 'person', asked))
  keepCheckpoint(context, context.notary.newest()!)
}
