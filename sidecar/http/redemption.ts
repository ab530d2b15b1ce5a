/** A learner's own redemptions. */
import { ownView, shownSecrets } from '../actions/shown-redemption.js'
import { cancelOwn } from '../actions/support.js'
import { learnerOf } from './auth.js'
import { subjectFor } from './learner.js'
import { pageOf } from './page.js'
import { receiptFor, receiptSchema } from './restore.js'
import type { Answer, Call, Route } from './route.js'
import {
  cursorQuery,
  discountSchema,
  integer,
  languageQuery,
  limitQuery,
  list,
  nullable,
  nullableTime,
  record,
  stateSchema,
  text,
  time,
  userQuery,
  valueSchema,
} from './schema.js'

export const redemptionSchema = record({
  redemption_id: text,
  reward_id: text,
  title: text,
  instructions: nullable('string'),
  terms: nullable('string'),
  status: stateSchema,
  cost: integer,
  value: valueSchema,
  discount: discountSchema,
  created_at: time,
  expires_at: nullableTime,
  consumed_at: nullableTime,
  cancellable_until: {
    ...nullableTime,
    description: 'Its learner may cancel it until then; null: not, or not any more.',
  },
  token: { ...nullable('string'), description: 'While unused, and for its learner alone.' },
  qr: nullable('string'),
  code: { ...nullable('string'), description: 'A shop’s code, for its learner alone.' },
  code_expires: nullable('string'),
})

export const redemptionRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/user/redemptions',
    summary: 'A learner’s redemptions, newest first; their tokens and codes only for themselves.',
    access: ['learner', 'admin'],
    query: { user_id: userQuery, limit: limitQuery, cursor: cursorQuery, lang: languageQuery },
    answer: {
      status: 200,
      schema: record({ user_id: text, redemptions: list(redemptionSchema), next_cursor: nullable('string') }),
    },
    handle: getRedemptions,
  },
  {
    method: 'post',
    path: '/api/user/redemptions/{id}/cancel',
    summary: 'Cancels one’s own redemption while its token is unused, for as long as its reward allows.',
    access: ['learner'],
    answer: {
      status: 200,
      schema: record({ redemption_id: text, status: stateSchema, balance: integer, receipt: receiptSchema }),
    },
    handle: postCancel,
  },
]

function getRedemptions(call: Call): Answer {
  const { limit, cursor, lang } = call.query as unknown as { limit: number; cursor?: string; lang: string }
  const { stores, now } = call.context
  const { userId, subject } = subjectFor(call)
  const before = cursor === undefined ? undefined : Number(cursor)
  const found = subject === null ? [] : stores.redemptions.list({ subject, before }, limit + 1)
  const own = call.principal.scopes.has('learner') && call.principal.sub === userId
  const { page, next_cursor } = pageOf(found, limit, ({ seq }) => seq)
  const redemptions = page.map((redemption) =>
    ownView(redemption, now(), lang, own ? shownSecrets(stores, redemption) : {}),
  )
  return { json: { user_id: userId, redemptions, next_cursor } }
}

async function postCancel(call: Call): Promise<Answer> {
  const { context, principal, params } = call
  const { stores, rules, now, committer } = context
  const userId = learnerOf(principal, undefined)
  const { id, state, subject } = await committer.run(() => cancelOwn({ stores, rules, now: now() }, userId, params.id!))
  return {
    json: {
      redemption_id: id,
      status: state,
      balance: stores.ledger.balance(subject).points,
      receipt: receiptFor(call, id),
    },
  }
}
