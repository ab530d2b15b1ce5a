/** What a learner has, and why. */
import { worded } from '../actions/ingest.js'
import { standing } from '../actions/tier.js'
import { sums } from '../domain/decision.js'
import { learnerOf } from './auth.js'
import { shownDecision } from './events.js'
import { ledgerEntrySchema } from './ledger.js'
import { Problem } from './problem.js'
import type { Answer, Call, Route } from './route.js'
import {
  cursorQuery,
  decisionSchema,
  integer,
  list,
  nullable,
  reasonSchema,
  record,
  text,
  time,
  userQuery,
} from './schema.js'

const RECENT = 10

const pointsSchema = record({
  user_id: text,
  balance: integer,
  held: integer,
  lifetime: integer,
  tier: nullable('string'),
  next_tier: {
    anyOf: [{ type: 'null' }, record({ id: text, points_needed: integer, locked_because: list(reasonSchema) })],
  },
  as_of: time,
  recent: list(ledgerEntrySchema),
})

const judgedSchema = record({
  event_id: text,
  event: text,
  time,
  course: nullable('string'),
  activity: nullable('string'),
  object: nullable('string'),
  points: integer,
  held: integer,
  decisions: { ...list(decisionSchema), type: ['array', 'null'], description: 'Null once no longer kept.' },
})

export const learnerRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/user/points',
    summary: 'A learner’s balance and latest entries.',
    access: ['learner', 'admin'],
    query: { user_id: userQuery },
    answer: { status: 200, schema: pointsSchema },
    handle: getPoints,
  },
  {
    method: 'get',
    path: '/api/user/decisions',
    summary: 'Why a learner’s latest events did or did not earn, newest first.',
    access: ['learner', 'admin'],
    query: {
      user_id: userQuery,
      limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      cursor: cursorQuery,
    },
    answer: {
      status: 200,
      schema: record({ user_id: text, events: list(judgedSchema), next_cursor: nullable('string') }),
    },
    handle: getDecisions,
  },
]

/** The learner a call is about. One who never did anything has a token of their own, and simply has nothing yet. */
export function subjectFor({ context, principal, query }: Call): { userId: string; subject: string | null } {
  const { user_id: asked } = query as { user_id?: string }
  const userId = learnerOf(principal, asked)
  const subject = context.stores.learners.subjectOf(context.rules.current().settings.source, userId)
  if (subject === null && userId !== principal.sub) {
    throw new Problem('not_found', `Rocket has never heard of a learner ${userId}.`)
  }
  return { userId, subject }
}

function getPoints(call: Call): Answer {
  const { stores, view, now, rules } = call.context
  const { userId, subject } = subjectFor(call)
  const { reached, next } = stores.writer.read(() => standing(stores, rules.current(), subject))
  const tier = reached.at(-1)?.id ?? null
  // A tier that is hidden until it is reached is not announced as the next one either.
  const next_tier =
    next && next.tier.show === 'locked'
      ? { id: next.tier.id, points_needed: next.pointsNeeded, locked_because: next.missing }
      : null
  const { points, held, lifetime } =
    subject === null ? { points: 0, held: 0, lifetime: 0 } : stores.ledger.balance(subject)
  const recent = subject === null ? [] : view.latest(subject, RECENT)
  const as_of = new Date(now()).toISOString()
  return { json: { user_id: userId, balance: points, held, lifetime, tier, next_tier, as_of, recent } }
}

function getDecisions(call: Call): Answer {
  const { limit, cursor } = call.query as unknown as { limit: number; cursor?: string }
  const { userId, subject } = subjectFor(call)
  const { stores, rules } = call.context
  const { civil } = rules.current()
  const before = cursor === undefined ? undefined : Number(cursor)
  // One more than asked for tells whether there is a next page.
  const found = subject === null ? [] : stores.events.latest(subject, limit + 1, before)
  const events = found.slice(0, limit)
  const judged = events.map(({ time: happened, event, decisions }) => {
    const { id, event: name, course, activity, object } = event
    const shown = decisions && worded(decisions, civil)
    return {
      event_id: id,
      event: name,
      time: new Date(happened).toISOString(),
      course,
      activity,
      object,
      ...sums(shown ?? []),
      decisions: shown?.map(shownDecision) ?? null,
    }
  })
  const last = found.length > limit ? events.at(-1) : undefined
  return { json: { user_id: userId, events: judged, next_cursor: last ? String(last.number) : null } }
}
