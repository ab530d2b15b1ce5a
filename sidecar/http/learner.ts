/** What a learner has, and why. */
import { worded } from '../actions/ingest.js'
import { standing } from '../actions/tier.js'
import { type Decision, shownDecision, sums } from '../domain/decision.js'
import { inLanguage } from '../domain/reward.js'
import { learnerOf } from './auth.js'
import { ledgerEntrySchema } from './ledger.js'
import { pageOf } from './page.js'
import { Problem } from './problem.js'
import type { Answer, Call, Route } from './route.js'
import {
  cursorQuery,
  decisionSchema,
  integer,
  languageQuery,
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
  tier_title: nullable('string'),
  tier_points: { ...integer, description: 'Lifetime points at which the tier begins; 0 below the first.' },
  next_tier: {
    anyOf: [
      { type: 'null' },
      record({ id: text, title: text, points: integer, points_needed: integer, locked_because: list(reasonSchema) }),
    ],
  },
  as_of: time,
  recent: list(ledgerEntrySchema),
})

const titledSchema = {
  ...decisionSchema,
  properties: {
    ...(decisionSchema.properties as object),
    title: { ...nullable('string'), description: 'What learners read of the rule, while it is in force.' },
  },
}

const judgedSchema = record({
  event_id: text,
  event: text,
  time,
  course: nullable('string'),
  activity: nullable('string'),
  object: nullable('string'),
  points: integer,
  held: integer,
  decisions: { ...list(titledSchema), type: ['array', 'null'], description: 'Null once no longer kept.' },
})

export const learnerRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/user/points',
    summary: 'A learner’s balance and latest entries.',
    access: ['learner', 'admin'],
    query: { user_id: userQuery, lang: languageQuery },
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
      lang: languageQuery,
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
  const { lang } = call.query as unknown as { lang: string }
  const { userId, subject } = subjectFor(call)
  const { reached, next } = stores.writer.read(() => standing(stores, rules.current(), subject))
  const top = reached.at(-1)
  const tier = {
    tier: top?.id ?? null,
    tier_title: top ? inLanguage(top.title, lang) : null,
    tier_points: top?.points ?? 0,
  }
  // A tier that is hidden until it is reached is not announced as the next one either.
  const next_tier =
    next && next.tier.show === 'locked'
      ? {
          id: next.tier.id,
          title: inLanguage(next.tier.title, lang),
          points: next.tier.points,
          points_needed: next.pointsNeeded,
          locked_because: next.missing,
        }
      : null
  const { points, held, lifetime } =
    subject === null ? { points: 0, held: 0, lifetime: 0 } : stores.ledger.balance(subject)
  const recent = subject === null ? [] : view.latest(subject, RECENT)
  const as_of = new Date(now()).toISOString()
  return { json: { user_id: userId, balance: points, held, lifetime, ...tier, next_tier, as_of, recent } }
}

function getDecisions(call: Call): Answer {
  const { limit, cursor, lang } = call.query as unknown as { limit: number; cursor?: string; lang: string }
  const { userId, subject } = subjectFor(call)
  const { stores, rules } = call.context
  const { civil, rules: inForce } = rules.current()
  const titles = new Map(inForce.map(({ rule }) => [rule.id, rule.title]))
  const titled = (decision: Decision): object => {
    const title = titles.get(decision.ruleId)
    return { ...shownDecision(decision), title: title ? inLanguage(title, lang) : null }
  }
  const before = cursor === undefined ? undefined : Number(cursor)
  const found = subject === null ? [] : stores.events.latest(subject, limit + 1, before)
  const { page, next_cursor } = pageOf(found, limit, ({ number }) => number)
  const judged = page.map(({ time: happened, event, decisions }) => {
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
      decisions: shown?.map(titled) ?? null,
    }
  })
  return { json: { user_id: userId, events: judged, next_cursor } }
}
