/** Real exports, and what the owner of a database could make of them. */
import { erase } from '../sidecar/actions/erase.js'
import { ingest } from '../sidecar/actions/ingest.js'
import { merge } from '../sidecar/actions/merge.js'
import type { Moment } from '../sidecar/actions/moment.js'
import { redeem } from '../sidecar/actions/redeem.js'
import { cancel } from '../sidecar/actions/support.js'
import { commitment, entryHash, GENESIS } from '../sidecar/domain/entry.js'
import { learningEvent, openRocket, SEED_RULE } from './support.js'

/** A line of an export. */
export interface Line {
  body: string
  hash: string
  salt: string | null
  data: string | null
}

const REWARDS = `
currency: GBP
budgets: [{ id: main, monthly: 10.00 }]
rewards: [{ id: pen, title: A pen, cost: 4, value: 1.50, budget: main, approved: { by: test, on: 2026-11-01 } }]
`

/** A ledger with several learners, grants, a hold, a revocation, redemptions and a refund; and each learner's balance. */
export function realExport(withRights = false): { lines: Line[]; balances: string[] } {
  const rocket = openRocket(
    `${SEED_RULE}
- id: post
  event: forum.post
  points: 3
  revoke_on: forum.post_deleted
- id: essay
  event: assign.submitted
  points: 5
  review: hold
`,
    'source: moodle\n',
    REWARDS,
  )
  try {
    const { stores, rules, view } = rocket.context
    const happens = (event: string, user: string, object: string, score?: number) =>
      stores.writer.write(() =>
        ingest(
          stores,
          rules.current(),
          learningEvent({ event, user, object, data: score === undefined ? {} : { score } }),
          rocket.clock.now,
        ),
      )
    happens('\\mod_forum\\event\\post_created', '42', 'forum_posts:1')
    happens('\\mod_forum\\event\\post_created', 'zoë “é” 學', 'forum_posts:2')
    happens('\\mod_quiz\\event\\attempt_graded', '42', 'quiz_attempts:1', 85)
    happens('\\mod_assign\\event\\assessable_submitted', '42', 'assign_submission:1')
    happens('\\mod_quiz\\event\\attempt_graded', '7', 'quiz_attempts:2', 99)
    happens('\\mod_forum\\event\\post_deleted', '42', 'forum_posts:1')
    const moment: Moment = { stores, rules, now: rocket.clock.now }
    const redeemed = (key: string) =>
      stores.writer.write(() => redeem(moment, { userId: '7', reward: 'pen', expectedCost: 4, key }))
    redeemed('kept')
    const { redemption_id: id } = redeemed('cancelled')
    stores.writer.write(() => cancel(moment, id, { actor: 'test', reason: 'test' }))
    const gone = withRights ? rights(moment, happens) : []
    const lines = [...view.jsonl({})].join('').trimEnd().split('\n')
    const learners = ['42', 'zoë “é” 學', '7']
      .filter((user) => !gone.includes(user))
      .map((user) => {
        const { points, held } = stores.ledger.balance(stores.learners.subjectOf('moodle', user)!)
        return `${user} ${points} ${held}`
      })
    return { lines: lines.map((line) => JSON.parse(line) as Line), balances: learners.sort() }
  } finally {
    rocket.close()
  }
}

/** 42 becomes part of 7, to whom a grant of 42 is taken back and a redemption refunded; the third is erased. @returns who is gone. */
function rights(moment: Moment, happens: (event: string, user: string, object: string) => void): string[] {
  const { stores } = moment
  const asked = { actor: 'test', reason: 'test' }
  happens('\\mod_forum\\event\\post_created', '42', 'forum_posts:9')
  const { redemption_id: id } = stores.writer.write(() =>
    redeem(moment, { userId: '42', reward: 'pen', expectedCost: 4, key: 'of 42' }),
  )
  const third = 'zoë “é” 學'
  stores.writer.write(() => merge(moment, { userId: '42', into: '7', ...asked }))
  happens('\\mod_forum\\event\\post_deleted', '7', 'forum_posts:9')
  stores.writer.write(() => cancel(moment, id, asked))
  stores.writer.write(() => erase(moment, { userId: third, ...asked }))
  return ['42', third]
}

/** What the owner of a database could do: change one entry, and make every hash from there on anew. */
export function restamped(
  lines: readonly Line[],
  index: number,
  changeBody: (body: string) => string,
  changeData: (data: string) => string = (data) => data,
): Line[] {
  let prev = GENESIS
  return lines.map(({ body, salt, data }, place) => {
    const record = place === index && data !== null ? changeData(data) : data
    const priv = salt === null || record === null ? null : commitment(salt, record)
    const chained = body
      .replace(/"prev":"[0-9a-f]*"/, `"prev":"${prev}"`)
      .replace(/"priv":"[0-9a-f]*"/, (old) => (priv === null ? old : `"priv":"${priv}"`))
    const text = place === index ? changeBody(chained) : chained
    prev = entryHash(text)
    return { body: text, hash: prev, salt, data: record }
  })
}
