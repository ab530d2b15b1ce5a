/** What learners and administrators are told without having asked, for Moodle's messages. None holds a token or a code. */
import { reason } from '../domain/reason.js'
import type { Notice } from '../store/notice.js'
import { awaited, receiptFor, resendSchema } from './restore.js'
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
            receipt: {
              ...nullable('string'),
              description:
                'Of the redemption that it is about, as it stands now, beside the first notice to its learner: see /api/receipts. For Moodle alone.',
            },
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
  const seen = new Set<string>()
  const firstOf = ({ userId, params: { redemption } }: Notice): string | null => {
    if (userId === null || typeof redemption !== 'string' || seen.has(redemption)) return null
    seen.add(redemption)
    return redemption
  }
  const notices = found.map((notice) => ({
    id: notice.number,
    audience: notice.audience,
    user_id: notice.userId,
    time: new Date(notice.time).toISOString(),
    ...reason(notice.code, notice.params, civil),
    receipt: receiptFor(call, firstOf(notice)),
  }))
  return { json: { notices, after: found.at(-1)?.number ?? after, resend: awaited(call) } }
}
