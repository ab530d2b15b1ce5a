/** Activity in. */
import { hash } from 'node:crypto'
import { type IngestResult, ingest } from '../actions/ingest.js'
import { type Fault, readLearningEvent } from '../activity/learning-event.js'
import type { CompiledRules } from '../domain/compile.js'
import type { Decision } from '../domain/decision.js'
import { Problem } from './problem.js'
import type { Answer, Call, Route, Schema } from './route.js'
import { checkpointSchema, decisionSchema, integer, list, nullable, record, text } from './schema.js'

const MOST_EVENTS = 1_000
/** A thousand events of the longest kind that a bridge sends. */
const LARGEST_BATCH = 8 * 1024 * 1024

const faultSchema = record({ pointer: text, message: text })
const resultSchema = record(
  {
    id: nullable('string'),
    status: { type: 'string', enum: ['recorded', 'duplicate', 'ignored', 'rejected'] },
    points: integer,
    held: integer,
    decisions: list(decisionSchema),
    error: record({ code: { type: 'string', enum: ['invalid_event'] }, text, faults: list(faultSchema) }),
  },
  ['error'],
)

const subscriptionsSchema = record({
  events: list(text),
  screen: record({ patterns: list(text), cohorts: list(text), roles: list(text), address_ranges: list(text) }),
})

const batchOf = (events: Schema): Schema => ({ type: 'object', required: ['events'], properties: { events } })

export const eventRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/events',
    summary: 'Judges a batch of events; answers for each, once it is on the disk.',
    access: ['events'],
    bodyLimit: LARGEST_BATCH,
    // Events are checked one by one, so that a bad one is rejected alone.
    body: batchOf({ type: 'array' }),
    documentedBody: batchOf({
      type: 'array',
      maxItems: MOST_EVENTS,
      items: { $ref: '#/components/schemas/LearningEvent' },
      description: 'Each is judged by itself: one that is wrong is rejected alone.',
    }),
    answer: {
      status: 200,
      schema: record({ results: list(resultSchema), checkpoint: checkpointSchema, subscriptions_etag: text }),
    },
    handle: postEvents,
  },
  {
    method: 'get',
    path: '/api/events/subscriptions',
    summary: 'Every event name that something here needs; the bridge sends nothing else.',
    access: ['events'],
    answer: { status: 200, schema: subscriptionsSchema, notModified: true },
    handle: getSubscriptions,
  },
]

async function postEvents({ context, body }: Call): Promise<Answer> {
  const { events } = body as { events: unknown[] }
  if (events.length > MOST_EVENTS) {
    throw new Problem(
      'too_large',
      `A batch holds at most ${MOST_EVENTS} events; this one has ${events.length}. Send fewer at once.`,
    )
  }
  const { stores, rules, now, committer } = context
  const read = events.map(readLearningEvent)
  const results = await committer.run(() => {
    const current = rules.current()
    const instant = now()
    return read.map((one, index) =>
      'event' in one ? ingest(stores, current, one.event, instant) : rejected(events[index], one.faults),
    )
  }, events.length)
  return { json: { results: results.map(shown), checkpoint: null, subscriptions_etag: etagOf(rules.current()) } }
}

function rejected(sent: unknown, faults: readonly Fault[]): IngestResult {
  const id = typeof sent === 'object' && sent !== null && 'id' in sent && typeof sent.id === 'string' ? sent.id : null
  return { id, status: 'rejected', points: 0, held: 0, decisions: [], faults }
}

function shown({ id, status, points, held, decisions, faults }: IngestResult): object {
  const result = { id, status, points, held, decisions: decisions.map(shownDecision) }
  if (!faults) return result
  const sentence = faults.map(({ pointer, message }) => `${pointer || 'the event'} ${message}`).join('; ')
  return { ...result, error: { code: 'invalid_event', text: `The event was not taken: ${sentence}.`, faults } }
}

/** A decision on the wire. */
export const shownDecision = ({ ruleId, outcome, points, held, reason }: Decision): object => ({
  rule_id: ruleId,
  outcome,
  points,
  held,
  reason,
})

function getSubscriptions({ context, request }: Call): Answer {
  const current = context.rules.current()
  const headers = { ETag: etagOf(current) }
  if (request.get('if-none-match') === headers.ETag) return { notModified: true, headers }
  return { json: subscriptionsOf(current), headers }
}

/** Nothing is screened in Moodle before a blacklist says what. */
const subscriptionsOf = (rules: CompiledRules): object => ({
  events: rules.eventNames,
  screen: { patterns: [], cohorts: [], roles: [], address_ranges: [] },
})

const etagOf = (rules: CompiledRules): string =>
  `"${hash('sha256', JSON.stringify(subscriptionsOf(rules)), 'hex').slice(0, 16)}"`
