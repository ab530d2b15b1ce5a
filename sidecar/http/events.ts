/** Activity in. */
import { hash } from 'node:crypto'
import { type IngestResult, ingest } from '../actions/ingest.js'
import { Rehearsed, rehearse } from '../actions/rehearse.js'
import { type Fault, readLearningEvent } from '../activity/learning-event.js'
import { type Screen, screenOf } from '../domain/blacklist.js'
import type { CompiledRules } from '../domain/compile.js'
import { shownDecision } from '../domain/decision.js'
import type { LearningEvent } from '../domain/learning-event.js'
import { mostMinorFor } from '../domain/worth.js'
import { ifSigned } from './checkpoint.js'
import { Problem } from './problem.js'
import { awaited, resendSchema } from './restore.js'
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
  etag: text,
  events: list(text),
  audit_contact: { ...nullable('string'), description: 'Whom the bridge mails the newest checkpoint, nightly.' },
  custom_events: { ...list(text), description: 'Declared, and paid for by a rule: what a person may award.' },
  screen: {
    ...record({ patterns: list(text), cohorts: list(text), roles: list(text), address_ranges: list(text) }),
    description:
      'What to look for and to say in `data.screen`, separated by spaces: `cohort:`, `role:`, `address:` with the name as it stands here, `pattern:` with the first 8 hex digits of the pattern’s SHA-256.',
  },
})

const LONGEST_NOTE = 4_096
const batchOf = (events: Schema): Schema => ({
  type: 'object',
  required: ['events'],
  properties: {
    events,
    checkpoint: {
      type: ['string', 'null'],
      maxLength: LONGEST_NOTE,
      description: 'The checkpoint that the sender kept last, to be shown that the ledger continues it.',
    },
  },
})

const batch: Pick<Route, 'method' | 'access' | 'bodyLimit' | 'body' | 'documentedBody'> = {
  method: 'post',
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
}

export const eventRoutes: readonly Route[] = [
  {
    ...batch,
    path: '/api/events',
    summary: 'Judges a batch of events; answers for each, once it is on the disk.',
    answer: {
      status: 200,
      schema: record({
        results: list(resultSchema),
        checkpoint: checkpointSchema,
        consistency: {
          type: ['array', 'null'],
          items: text,
          description:
            'RFC 6962 hashes (base64) from the checkpoint that was sent to this one; null where none was sent, or no proof can be given.',
        },
        subscriptions_etag: text,
        resend: resendSchema,
      }),
    },
    handle: postEvents,
  },
  {
    ...batch,
    path: '/api/events/simulate',
    summary:
      'What a batch would grant now, without a trace. Limits are those of one learner: send all of a learner’s events at once.',
    answer: {
      status: 200,
      schema: record({
        results: list(resultSchema),
        worth: {
          ...nullable('object'),
          description: 'The most money that these points could be turned into by what is offered now.',
          properties: { amount_minor: integer, currency: text },
        },
      }),
    },
    handle: postRehearsal,
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

async function postEvents({ context, body, principal }: Call): Promise<Answer> {
  const { stores, rules, now, committer, notary } = context
  const read = readBatch(body)
  const results = await committer.run(() => {
    const current = rules.current()
    const instant = now()
    return read.map((one) => ('event' in one ? ingest(stores, current, one.event, instant) : one.rejected))
  }, read.length)
  const { checkpoint: held } = body as { checkpoint?: string | null }
  // The proof first: it may give the ledger another name. Moodle's word alone can do that.
  const consistency = held && principal.signedBy !== null ? ifSigned(context, () => notary.follow(held)) : null
  const checkpoint = ifSigned(context, () => notary.newest())
  const json = { results: results.map(shown), checkpoint, consistency }
  return { json: { ...json, subscriptions_etag: etagOf(rules.current()), resend: awaited({ context, principal }) } }
}

async function postRehearsal({ context, body }: Call): Promise<Answer> {
  const { stores, rules, now, committer } = context
  const read = readBatch(body)
  const events = read.flatMap((one) => ('event' in one ? [one.event] : []))
  const current = rules.current()
  const judged = await committer
    .run(() => rehearse(stores, current, events, now()), read.length)
    .catch((thrown: unknown) => {
      if (thrown instanceof Rehearsed) return [...thrown.results]
      throw thrown
    })
  const results = read.map((one) => ('event' in one ? judged.shift()! : one.rejected))
  const points = results.reduce((sum, result) => sum + result.points + result.held, 0)
  const { currency } = current.catalogue
  const amount_minor = mostMinorFor(points, current.catalogue)
  const worth = amount_minor === null || currency === null ? null : { amount_minor, currency }
  return { json: { results: results.map(shown), worth } }
}

type Read = { readonly event: LearningEvent } | { readonly rejected: IngestResult }

/** @throws Problem 413 */
function readBatch(body: unknown): Read[] {
  const { events } = body as { events: unknown[] }
  if (events.length > MOST_EVENTS) {
    throw new Problem(
      'too_large',
      `A batch holds at most ${MOST_EVENTS} events; this one has ${events.length}. Send fewer at once.`,
    )
  }
  return events.map((sent) => {
    const read = readLearningEvent(sent)
    return 'event' in read ? read : { rejected: rejected(sent, read.faults) }
  })
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

function getSubscriptions({ context, request }: Call): Answer {
  const current = context.rules.current()
  const etag = etagOf(current)
  const headers = { ETag: etag }
  if (request.get('if-none-match') === etag) return { notModified: true, headers }
  return { json: { etag, ...subscriptionsOf(current) }, headers }
}

const subscriptionsOf = ({ eventNames, listeners, settings }: CompiledRules): object => ({
  events: eventNames,
  audit_contact: settings.auditContact,
  custom_events: settings.customEvents.filter((name) => listeners.has(name)),
  screen: shownScreen(screenOf(settings.blacklist)),
})

const shownScreen = ({ patterns, cohorts, roles, addressRanges }: Screen): object => ({
  patterns,
  cohorts,
  roles,
  address_ranges: addressRanges,
})

const etagOf = (rules: CompiledRules): string =>
  `"${hash('sha256', JSON.stringify(subscriptionsOf(rules)), 'hex').slice(0, 16)}"`
