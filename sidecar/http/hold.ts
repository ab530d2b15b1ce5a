/** What is set aside of a learner's points, for the learner: why, until when, and how to ask for a person. */
import { appeal } from '../actions/review.js'
import { shownHold } from '../actions/shown-review.js'
import { iso } from '../domain/instant.js'
import { learnerOf } from './auth.js'
import { subjectFor } from './learner.js'
import { Problem } from './problem.js'
import type { Answer, Call, Route } from './route.js'
import { integer, list, nullable, nullableTime, reasonSchema, record, text, time, userQuery } from './schema.js'

const MOST_SHOWN = 200

const holdSchema = record({
  id: integer,
  points: integer,
  rule_id: nullable('string'),
  event: nullable('string'),
  course: nullable('string'),
  activity: nullable('string'),
  time,
  reason: reasonSchema,
  release: { ...nullableTime, description: 'When it is released by itself.' },
  appealed: nullableTime,
})

export const holdRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/user/holds',
    summary: 'Points of a learner that are set aside, and why.',
    access: ['learner', 'admin'],
    query: { user_id: userQuery },
    answer: { status: 200, schema: record({ user_id: text, holds: list(holdSchema) }) },
    handle: getHolds,
  },
  {
    method: 'post',
    path: '/api/user/holds/{id}/appeal',
    summary: 'A learner asks for a person to look: the hold goes to the top of the queue.',
    access: ['learner'],
    answer: { status: 200, schema: record({ id: integer, appealed: time }) },
    handle: postAppeal,
  },
]

/** The number of an item of the review queue. @throws Problem 404 */
export function reviewId({ params }: Call): number {
  const { id = '' } = params
  if (/^[1-9][0-9]{0,14}$/.test(id)) return Number(id)
  throw new Problem('not_found', `There is no item ${id} in the review queue.`)
}

function getHolds(call: Call): Answer {
  const { stores, rules, now } = call.context
  const moment = { stores, rules, now: now() }
  const { userId, subject } = subjectFor(call)
  return stores.writer.read(() => {
    const items = subject === null ? [] : stores.reviews.list({ subject, kind: 'hold' }, MOST_SHOWN)
    const holds = items.map((item) => shownHold(moment, item))
    return { json: { user_id: userId, holds } }
  })
}

async function postAppeal(call: Call): Promise<Answer> {
  const { stores, rules, now, committer } = call.context
  const userId = learnerOf(call.principal, undefined)
  const id = reviewId(call)
  const { appealed } = await committer.run(() => appeal({ stores, rules, now: now() }, userId, id))
  return { json: { id, appealed: iso(appealed) } }
}
