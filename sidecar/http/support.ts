/** Redemptions for people in charge: all of them, and what can be done about one. No token and no code is shown here. */
import { supportView } from '../actions/shown-redemption.js'
import { type Asked, cancel, extend, reissue, replay } from '../actions/support.js'
import { untilOf } from '../domain/instant.js'
import { actorOf } from './auth.js'
import { pageOf } from './page.js'
import { Problem } from './problem.js'
import { receiptFor, receiptSchema } from './restore.js'
import type { Answer, Call, Route, Schema } from './route.js'
import {
  cursorQuery,
  idSchema,
  integer,
  limitQuery,
  list,
  nullable,
  nullableTime,
  reasonedBody,
  record,
  stateSchema,
  text,
  time,
  userQuery,
} from './schema.js'

const messageSchema = record({
  type: text,
  state: { type: 'string', enum: ['pending', 'done', 'dead', 'dropped'] },
  attempts: integer,
  next_at: { ...nullableTime, description: 'When it is tried next; null: no more.' },
  outcome: nullable('string'),
})

const redemptionFields = {
  redemption_id: text,
  seq: integer,
  user_id: text,
  reward_id: text,
  title: text,
  status: stateSchema,
  delivery: text,
  partner: nullable('string'),
  cost: integer,
  budget: nullable('string'),
  amount_minor: nullable('integer'),
  currency: nullable('string'),
  created_at: time,
  expires_at: nullableTime,
  consumed_at: nullableTime,
  consumed_by: nullable('string'),
  reference: nullable('string'),
  messages: list(messageSchema),
} as const
const redemptionSchema = record(redemptionFields)

const action = (
  name: string,
  summary: string,
  handle: Route['handle'],
  more: Readonly<Record<string, Schema>> = {},
): Route => ({
  method: 'post',
  path: `/api/redemptions/{id}/${name}`,
  summary,
  access: ['admin'],
  body: reasonedBody(more),
  answer: { status: 200, schema: record({ ...redemptionFields, receipt: receiptSchema }) },
  handle,
})

export const supportRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/redemptions',
    summary: 'Every redemption, newest first.',
    access: ['admin'],
    query: {
      state: { type: 'string', enum: stateSchema.enum },
      reward: idSchema,
      user_id: { ...userQuery, description: 'The learner.' },
      partner: idSchema,
      limit: limitQuery,
      cursor: cursorQuery,
    },
    answer: { status: 200, schema: record({ redemptions: list(redemptionSchema), next_cursor: nullable('string') }) },
    handle: getRedemptions,
  },
  action('cancel', 'Ends a redemption; points and money go back.', (call) => act(call, cancel)),
  action('reissue', 'A new token in place of a lost one, or another code for one the shop refused.', (call) =>
    act(call, reissue),
  ),
  action('replay', 'Sends its partner again what could not be sent.', (call) =>
    act(call, (moment, id, asked) => void replay(moment, id, asked)),
  ),
  action('extend', 'More time for an unused token.', postExtend, {
    until: { ...text, description: 'RFC 3339 with Z, or a date: the end of that day in the institution’s zone.' },
  }),
]

type Action = (moment: Parameters<typeof cancel>[0], id: string, asked: Asked) => unknown

async function act(call: Call, action: Action): Promise<Answer> {
  const { context, principal, params, body } = call
  const { reason } = body as { reason: string }
  const { stores, rules, now, committer } = context
  const asked = { actor: actorOf(principal), reason }
  await committer.run(() => action({ stores, rules, now: now() }, params.id!, asked))
  const shown = supportView(context, stores.redemptions.byId(params.id!)!)
  return { json: { ...shown, receipt: receiptFor(call, shown.redemption_id) } }
}

function postExtend(call: Call): Promise<Answer> {
  const { until } = call.body as { until: string }
  const instant = untilOf(until, call.context.rules.current().civil)
  if (instant === null)
    throw new Problem('malformed', 'until is neither a date nor a time.', [
      { pointer: '/until', message: 'is not a time' },
    ])
  return act(call, (moment, id, asked) => extend(moment, id, instant, asked))
}

interface ListQuery {
  readonly state?: string
  readonly reward?: string
  readonly user_id?: string
  readonly partner?: string
  readonly limit: number
  readonly cursor?: string
}

function getRedemptions({ context, query }: Call): Answer {
  const { state, reward, user_id: userId, partner, limit, cursor } = query as unknown as ListQuery
  const { stores, rules } = context
  const subject = stores.learners.filterBy(rules.current().settings.source, userId)
  const before = cursor === undefined ? undefined : Number(cursor)
  const found = stores.redemptions.list({ state, reward, subject, partner, before }, limit + 1)
  const { page, next_cursor } = pageOf(found, limit, ({ seq }) => seq)
  return { json: { redemptions: page.map((redemption) => supportView(context, redemption)), next_cursor } }
}
