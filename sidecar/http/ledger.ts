/** The ledger, to read: pages of JSON, or everything as CSV; and what proves it, in the formats of C2SP. */

import type { Context } from '../context.js'
import type { Civil } from '../domain/civil.js'
import { KINDS } from '../domain/entry.js'
import { instantOf } from '../domain/instant.js'
import type { LedgerFilter, LedgerRow } from '../store/ledger-view.js'
import { learnerOf } from './auth.js'
import { ifSigned } from './checkpoint.js'
import { pageOf } from './page.js'
import { Problem } from './problem.js'
import type { Answer, Call, Route } from './route.js'
import { checkpointSchema, cursorQuery, integer, list, nullable, record, text, userQuery } from './schema.js'

const hex: Record<string, unknown> = { type: 'string', pattern: '^[0-9a-f]{64}$' }

export const ledgerEntrySchema = record({
  user_id: { ...nullable('string'), description: 'The learner; erased once erased; null where none is concerned.' },
  event_id: nullable('string'),
  points: { ...integer, description: 'Signed change of the spendable balance.' },
  rule_id: nullable('string'),
  timestamp: { ...nullable('string'), description: 'When it was written, RFC 3339, UTC; null once erased.' },
  source: text,
  seq: integer,
  kind: { type: 'string', enum: KINDS },
  held: { ...integer, description: 'Signed change of the held balance.' },
  event: nullable('string'),
  course: nullable('string'),
  activity: nullable('string'),
  reward_id: nullable('string'),
  budget_id: nullable('string'),
  amount_minor: nullable('integer'),
  currency: nullable('string'),
  expires: { ...nullable('string'), description: 'The civil date on which these points lapse.' },
  ref: { ...nullable('integer'), description: 'The seq this entry answers.' },
  hash: hex,
  prev_hash: hex,
})

const entryNumber = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }
const slug = { type: 'string', minLength: 1, maxLength: 128 }
const when = { type: 'string', description: 'RFC 3339 with Z, or a bare date: midnight in the institution’s zone.' }

export const ledgerRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/rewards/ledger',
    summary: 'Entries, newest last. With Accept: text/csv or format=csv, all of them as CSV.',
    access: ['reports', 'admin'],
    query: {
      from: { ...when, description: `From here on. ${when.description}` },
      to: { ...when, description: `Before this. ${when.description}` },
      since_seq: { type: 'integer', minimum: 0 },
      user_id: { ...userQuery, description: 'The learner.' },
      rule_id: slug,
      source: slug,
      kind: { type: 'string', enum: KINDS },
      course: slug,
      limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
      cursor: cursorQuery,
      format: { type: 'string', enum: ['json', 'csv'] },
    },
    answer: {
      status: 200,
      csv: true,
      schema: record({
        entries: list(ledgerEntrySchema),
        next_cursor: nullable('string'),
        checkpoint: checkpointSchema,
      }),
    },
    handle: getLedger,
  },
  {
    method: 'get',
    path: '/api/ledger/checkpoint',
    summary: 'The newest checkpoint, signed: how many entries there are, and the root that stands for all of them.',
    access: ['learner', 'reports', 'admin'],
    answer: { status: 200, type: 'text/plain', schema: text },
    handle: getCheckpoint,
  },
  {
    method: 'get',
    path: '/api/ledger/inclusion',
    summary:
      'A receipt (c2sp.org/tlog-proof@v1): the proof that an entry is under the newest checkpoint. A learner’s own only.',
    access: ['learner', 'reports', 'admin'],
    query: { seq: { ...entryNumber, description: 'The entry.' } },
    required: ['seq'],
    answer: { status: 200, type: 'text/plain', schema: text },
    handle: getInclusion,
  },
  {
    method: 'get',
    path: '/api/ledger/consistency',
    summary:
      'The proof that the ledger continues an earlier one, as the body of C2SP add-checkpoint: old size, hashes, an empty line, the checkpoint.',
    access: ['learner', 'reports', 'admin'],
    query: {
      from: { ...entryNumber, description: 'How many entries the earlier checkpoint has.' },
      to: { ...entryNumber, description: 'How many the later one has; all of them where this is missing.' },
    },
    required: ['from'],
    answer: { status: 200, type: 'text/plain', schema: text },
    handle: getConsistency,
  },
]

interface LedgerQuery {
  readonly from?: string
  readonly to?: string
  readonly since_seq?: number
  readonly user_id?: string
  readonly rule_id?: string
  readonly source?: string
  readonly kind?: string
  readonly course?: string
  readonly limit: number
  readonly cursor?: string
  readonly format?: 'json' | 'csv'
}

async function getLedger({ context, query, request }: Call): Promise<Answer> {
  const { limit, cursor, format, ...asked } = query as unknown as LedgerQuery
  const { civil } = context.rules.current()
  const filter: LedgerFilter = {
    sinceSeq: asked.since_seq,
    from: timeOf('from', asked.from, civil),
    to: timeOf('to', asked.to, civil),
    userId: asked.user_id,
    ruleId: asked.rule_id,
    source: asked.source,
    kind: asked.kind,
    course: asked.course,
  }
  const wantsCsv = format === 'csv' || (format === undefined && request.accepts(['json', 'csv']) === 'csv')
  if (wantsCsv) {
    // Before the entries are read: they are all under it.
    const headers = { 'Content-Disposition': 'attachment; filename="rocket-ledger.csv"', ...checkpointHeader(context) }
    return { stream: context.view.csv(filter), type: 'text/csv; charset=utf-8; header=present', headers }
  }
  const rows: LedgerRow[] = []
  for (const found of context.view.page(filter, Number(cursor ?? 0), limit + 1)) {
    rows.push(...found)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { page: entries, next_cursor } = pageOf(rows, limit, ({ seq }) => seq)
  return { json: { entries, next_cursor, checkpoint: ifSigned(context, () => context.notary.newest()) } }
}

/** A note has several lines, a header has one. */
function checkpointHeader(context: Context): Record<string, string> {
  const note = ifSigned(context, () => context.notary.newest())
  return note === null ? {} : { 'Rocket-Checkpoint': Buffer.from(note).toString('base64') }
}

const plain = (body: string): Answer => ({ stream: [body], type: 'text/plain; charset=utf-8' })

function getCheckpoint({ context }: Call): Answer {
  const note = context.notary.newest()
  if (note === null) throw new Problem('not_found', 'The ledger is not signed yet.')
  return plain(note)
}

function getInclusion({ context, query, principal }: Call): Answer {
  const { seq } = query as unknown as { seq: number }
  const { learners, ledger } = context.stores
  if (!principal.scopes.has('reports') && !principal.scopes.has('admin')) {
    const { source } = context.rules.current().settings
    const subject = learners.subjectOf(source, learners.merged.currentId(source, learnerOf(principal, undefined)))
    const owner = ledger.subjectOf(seq)
    // The same answer whether it is somebody else's or there is none.
    if (subject === null || owner === null || !learners.merged.subjectsOf(subject).includes(owner))
      throw new Problem('forbidden', `Entry ${seq} is not one of this learner’s.`)
  }
  return plain(context.notary.receipt(seq))
}

function getConsistency({ context, query }: Call): Answer {
  const { notary, stores } = context
  const { from, to = stores.ledger.head().seq } = query as unknown as { from: number; to?: number }
  const hashes = notary.consistency(from, to)
  return plain(`${[`old ${from}`, ...hashes].join('\n')}\n\n${notary.at(to)}`)
}

/** @throws Problem 400 where the text is neither a time nor a date. */
function timeOf(name: string, written: string | undefined, civil: Civil): number | undefined {
  if (written === undefined) return undefined
  const instant = instantOf(written, civil)
  if (instant !== null) return instant
  throw new Problem('malformed', `${name} is neither a date (2026-11-23) nor a time (2026-11-23T09:00:00Z).`, [
    { pointer: `/${name}`, message: 'is not a time' },
  ])
}
