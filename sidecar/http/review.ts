/** What waits for a person, and what they decide. */

import { setExempt } from '../actions/exempt.js'
import { decide, type ReviewDecision } from '../actions/review.js'
import { shownChecks, shownReview } from '../actions/shown-review.js'
import { CHECK_IDS } from '../domain/check.js'
import { REVIEW_KINDS, type ReviewFilter } from '../store/review.js'
import { actorOf } from './auth.js'
import { reviewId } from './hold.js'
import { userOf } from './learner-rights.js'
import { pageOf } from './page.js'
import { Problem } from './problem.js'
import type { Answer, Call, Route, Schema } from './route.js'
import {
  cursorQuery,
  integer,
  limitQuery,
  list,
  nullable,
  nullableTime,
  reasonedBody,
  reasonSchema,
  record,
  text,
  time,
  userQuery,
} from './schema.js'

const MOST_AT_ONCE = 200

const itemSchema = record({
  id: integer,
  kind: { type: 'string', enum: REVIEW_KINDS, description: 'Points that are held; a grant that is flagged; a week.' },
  state: { type: 'string', enum: ['open', 'released', 'confirmed', 'lapsed', 'withdrawn'] },
  user_id: nullable('string'),
  seq: { ...nullable('integer'), description: 'The hold, or the grant that is flagged.' },
  week: { ...nullable('string'), description: 'Its first day.' },
  rule_id: nullable('string'),
  event: nullable('string'),
  course: nullable('string'),
  activity: nullable('string'),
  object: nullable('string'),
  points: integer,
  found_by: { ...text, description: '`rule`, `blacklist:ID`, a check, or `anomaly`.' },
  opened: time,
  due: { ...nullableTime, description: 'When a hold is released by itself.' },
  appealed: nullableTime,
  decided: nullableTime,
  decided_by: nullable('string'),
  reason: nullable('string'),
  reasons: list(reasonSchema),
  evidence: {
    type: 'object',
    description: 'Findings with thresholds and observed values; of a week, what stands out.',
  },
  opinion: { ...nullable('object'), description: 'What a second opinion said.' },
})
const decidedSchema = record({ decided: list(record({ id: integer, points: integer, seq: integer })) })

const tally = record({ hits: integer, learners: integer, points: integer })
const checkSchema = record({
  id: { type: 'string', enum: CHECK_IDS },
  kind: { type: 'string', enum: ['floor', 'likeness', 'timing', 'conduct'] },
  version: integer,
  counts: text,
  state: { type: 'string', enum: ['on', 'shadow', 'off'] },
  threshold: integer,
  hits: record({ days_7: tally, days_28: tally }),
  open: integer,
  released: integer,
  confirmed: integer,
  lapsed: integer,
  overturned: { type: ['number', 'null'], description: 'The share of decisions by people that released.' },
  suggest_off: { type: 'boolean', description: 'More than half of at least five decisions released.' },
})

const access = ['review', 'admin'] as const

export const reviewRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/review',
    summary: 'What waits for a person: appeals first, then what stands out most, then what has waited longest.',
    access,
    query: {
      state: { type: 'string', enum: ['open', 'decided', 'all'], default: 'open' },
      kind: { type: 'string', enum: REVIEW_KINDS },
      found_by: { type: 'string', maxLength: 100 },
      user_id: userQuery,
      course: { type: 'string', maxLength: 64 },
      rule_id: { type: 'string', maxLength: 64 },
      limit: limitQuery,
      cursor: cursorQuery,
    },
    answer: {
      status: 200,
      schema: record({
        items: list(itemSchema),
        waiting: integer,
        exempt: {
          type: ['boolean', 'null'],
          description: 'Whether the learner who was asked for is exempt from checks of timing; null: nobody was.',
        },
        next_cursor: nullable('string'),
      }),
    },
    handle: getQueue,
  },
  {
    method: 'get',
    path: '/api/review/checks',
    summary: 'Each check: what it found, in shadow too, and what people made of that.',
    access,
    answer: { status: 200, schema: record({ checks: list(checkSchema) }) },
    handle: getChecks,
  },
  bulk('release', 'Decides in the learners’ favour: all of these, or none.'),
  bulk('confirm', 'Confirms what was found: all of these, or none.'),
  single('release', 'Decides in the learner’s favour.'),
  single('confirm', 'Confirms what was found: held points are not given, a flagged grant is taken back.'),
  {
    method: 'post',
    path: '/api/learners/{id}/exempt',
    summary: 'Nothing is held against a learner by the clock, or is again. Nobody has to say why.',
    access,
    body: { type: 'object', required: ['exempt'], properties: { exempt: { type: 'boolean' } } },
    answer: {
      status: 200,
      schema: record({
        user_id: text,
        exempt: { type: 'boolean' },
        changed: { type: 'boolean' },
        merged_into: nullable('string'),
      }),
    },
    handle: postExempt,
  },
]

function single(decision: ReviewDecision, summary: string): Route {
  const answer = { status: 200, schema: itemSchema } as const
  return {
    ...{ method: 'post', path: `/api/review/{id}/${decision}`, summary, access, answer, body: reasonedBody({}) },
    handle: async (call) => {
      const id = reviewId(call)
      await settle(call, [id], decision)
      const { stores, rules, now } = call.context
      return { json: shownReview({ stores, rules, now: now() }, stores.reviews.get(id)!) }
    },
  }
}

function bulk(decision: ReviewDecision, summary: string): Route {
  const ids: Schema = { type: 'array', items: { type: 'integer', minimum: 1 }, minItems: 1, maxItems: MOST_AT_ONCE }
  return {
    ...{ method: 'post', path: `/api/review/${decision}`, summary, access, body: reasonedBody({ ids }) },
    answer: { status: 200, schema: decidedSchema },
    handle: async (call) => {
      const { ids: asked } = call.body as { ids: number[] }
      return { json: { decided: await settle(call, asked, decision) } }
    },
  }
}

function settle({ context, body, principal }: Call, ids: readonly number[], decision: ReviewDecision) {
  const { stores, rules, now, committer } = context
  const { reason } = body as { reason: string }
  const by = { decision, actor: actorOf(principal), reason }
  return committer.run(() => decide({ stores, rules, now: now() }, ids, by), ids.length)
}

function getQueue({ context, query }: Call): Answer {
  const { stores, rules, now } = context
  const moment = { stores, rules, now: now() }
  const { limit, cursor, user_id: user, found_by: foundBy, rule_id: ruleId, ...rest } = query as unknown as Query
  const { source } = rules.current().settings
  return stores.writer.read(() => {
    const subject = stores.learners.filterBy(source, user)
    const after = cursor === undefined ? undefined : stores.reviews.placeOf(Number(cursor))
    if (after === null)
      throw new Problem('malformed', 'The item at which the page before ended is gone: begin with the first page.')
    const found = stores.reviews.list({ ...rest, foundBy, ruleId, subject, after }, limit + 1)
    const { page, next_cursor } = pageOf(found, limit, ({ id }) => id)
    const items = page.map((item) => shownReview(moment, item))
    const exempt = subject === undefined ? null : stores.exempt.has(subject)
    return { json: { items, waiting: stores.reviews.waiting(), exempt, next_cursor } }
  })
}

type Query = Pick<ReviewFilter, 'state' | 'kind' | 'course'> & {
  readonly limit: number
  readonly cursor?: string
  readonly user_id?: string
  readonly found_by?: string
  readonly rule_id?: string
}

function getChecks({ context: { stores, rules, now } }: Call): Answer {
  return { json: { checks: stores.writer.read(() => shownChecks({ stores, rules, now: now() })) } }
}

async function postExempt(call: Call): Promise<Answer> {
  const { stores, rules, now, committer } = call.context
  const { exempt } = call.body as { exempt: boolean }
  const userId = userOf(call)
  const asked = { userId, actor: actorOf(call.principal), exempt }
  const done = await committer.run(() => setExempt({ stores, rules, now: now() }, asked))
  return { json: { user_id: userId, exempt: done.exempt, changed: done.changed, merged_into: done.mergedInto } }
}
