/** What Moodle is to hand over: the bridge fetches it, and says by redemption id what came of it. */
import { answerDelivery } from '../actions/moodle-delivery.js'
import { receiptFor, receiptSchema } from './restore.js'
import type { Answer, Call, Route } from './route.js'
import { limitQuery, list, nullable, record, stateSchema, text, time } from './schema.js'

const actionSchema = {
  anyOf: [
    record({ enrol: record({ course: text, days: { ...nullable('integer'), description: 'null: without end' } }) }),
    record({ badge: text }),
    record({ cohort: text }),
  ],
}

export const moodleDeliveryRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/deliveries',
    summary: 'What Moodle is to do for learners, oldest first, until each is answered.',
    access: ['events'],
    query: { limit: limitQuery },
    answer: {
      status: 200,
      schema: record({
        deliveries: list(record({ redemption_id: text, user_id: text, action: actionSchema, created_at: time })),
      }),
    },
    handle: getDeliveries,
  },
  {
    method: 'post',
    path: '/api/deliveries/{id}',
    summary: 'It is done, or cannot be: then its points go back. The same answer again changes nothing.',
    access: ['events'],
    body: {
      type: 'object',
      required: ['status'],
      properties: {
        status: { type: 'string', enum: ['done', 'refused'] },
        reason: { type: 'string', maxLength: 500, description: 'Why it was refused, for people in charge.' },
      },
    },
    answer: { status: 200, schema: record({ redemption_id: text, status: stateSchema, receipt: receiptSchema }) },
    handle: postDelivery,
  },
]

function getDeliveries({ context, query }: Call): Answer {
  const { limit } = query as unknown as { limit: number }
  const deliveries = context.stores.redemptions.forMoodle(limit).map(({ id, userId, created, detail }) => ({
    redemption_id: id,
    user_id: userId,
    action: detail.terms.moodle,
    created_at: new Date(created).toISOString(),
  }))
  return { json: { deliveries } }
}

async function postDelivery(call: Call): Promise<Answer> {
  const { context, params, body } = call
  const { status, reason = null } = body as { status: 'done' | 'refused'; reason?: string }
  const { stores, rules, now, committer } = context
  const { id, state } = await committer.run(() =>
    answerDelivery({ stores, rules, now: now() }, params.id!, { status, reason }),
  )
  return { json: { redemption_id: id, status: state, receipt: receiptFor(call, id) } }
}
