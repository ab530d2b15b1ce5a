/** A person corrects a balance. */
import { adjust } from '../actions/adjust.js'
import { once } from '../actions/once.js'
import { PLAIN } from '../domain/learning-event.js'
import { actorOf } from './auth.js'
import type { Answer, Call, Route } from './route.js'
import { integer, reasonBody, record, text } from './schema.js'

const MOST_POINTS = 1_000_000

export const adjustmentRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/adjustments',
    summary: 'Gives a learner points, or takes some; the balance may go below zero.',
    access: ['admin'],
    idempotent: 'optional',
    body: {
      type: 'object',
      required: ['user_id', 'points', 'reason'],
      properties: {
        user_id: { type: 'string', minLength: 1, maxLength: 64, pattern: PLAIN },
        points: { type: 'integer', minimum: -MOST_POINTS, maximum: MOST_POINTS, not: { const: 0 } },
        reason: reasonBody,
      },
    },
    answer: { status: 201, schema: record({ seq: integer, user_id: text, points: integer, balance: integer }) },
    handle: postAdjustment,
  },
]

async function postAdjustment({ context, principal, key, body }: Call): Promise<Answer> {
  const { user_id: userId, points, reason } = body as { user_id: string; points: number; reason: string }
  const { stores, rules, now, committer } = context
  const call = { caller: 'adjustments', key, asks: JSON.stringify([userId, points, reason]) }
  const json = await committer.run(() => {
    const moment = { stores, rules, now: now() }
    return once(stores, call, moment.now, () => {
      const { seq, balance } = adjust(moment, { userId, points, reason, actor: actorOf(principal) })
      return { seq, user_id: userId, points, balance }
    })
  })
  return { json }
}
