/** What learners and administrators are told without having asked, for Moodle's messages. None holds a token or a code. */
import { reason } from '../domain/reason.js'
import { awaited, resendSchema } from './restore.js'
import type { Answer, Call, Route } from './route.js'
import { integer, limitQuery, list, nullable, reasonSchema, record, time } from './schema.js'

const { properties: reasonKeys } = reasonSchema as { properties: Record<string, object> }

export const noticeRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/notices',
    summary: 'Notices after one, oldest first.',
    access: ['events'],
    query: {
      after: { type: 'integer', minimum: 0, default: 0, description: 'The last id that was seen.' },
      limit: limitQuery,
    },
    answer: {
      status: 200,
      schema: record({
        notices: list(
          record({
            id: integer,
            audience: { type: 'string', enum: ['learner', 'administrators'] },
            user_id: nullable('string'),
            time,
            ...reasonKeys,
          }),
        ),
        after: { ...integer, description: 'Where the next call goes on.' },
        resend: resendSchema,
      }),
    },
    handle: getNotices,
  },
]

function getNotices(call: Call): Answer {
  const { context, query } = call
  const { after, limit } = query as unknown as { after: number; limit: number }
  const { stores, rules } = context
  const { civil } = rules.current()
  const found = stores.notices.after(after, limit)
  const notices = found.map(({ number, audience, userId, time: told, code, params }) => ({
    id: number,
    audience,
    user_id: userId,
    time: new Date(told).toISOString(),
    ...reason(code, params, civil),
  }))
  return { json: { notices, after: found.at(-1)?.number ?? after, resend: awaited(call) } }
}
