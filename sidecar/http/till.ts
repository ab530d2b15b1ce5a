/** Tokens at a till: what one is worth, used once, taken back; and what a partner has to settle. */
import { Refusal } from '../actions/refusal.js'
import {
  consumeToken,
  reverseToken,
  stateOf,
  type Till,
  type TokenState,
  type Use,
  verifyToken,
} from '../actions/till.js'
import { readToken } from '../domain/token-code.js'
import { pageOf } from './page.js'
import { Problem } from './problem.js'
import { receiptFor, receiptSchema } from './restore.js'
import type { Answer, Call, Route } from './route.js'
import {
  cursorQuery,
  discountSchema,
  idSchema,
  limitQuery,
  list,
  nullable,
  nullableTime,
  record,
  stateSchema,
  text,
  time,
  valueSchema,
} from './schema.js'

const token = {
  status: stateSchema,
  reward_id: text,
  title: text,
  value: valueSchema,
  discount: discountSchema,
  valid_until: nullableTime,
  consumed_at: nullableTime,
} as const

const body = {
  type: 'object',
  required: ['token'],
  properties: {
    token: { type: 'string', minLength: 1, maxLength: 500, description: 'As typed or scanned.' },
    reference: { type: 'string', minLength: 1, maxLength: 128, description: 'What the till writes down: a receipt.' },
  },
}

/** What only the counter is told. */
const usedAt = {
  consumed_by: { ...nullable('string'), description: 'Where it was used: `counter`, or a partner; for admin only.' },
  reference: { ...nullable('string'), description: 'What was written down there; for admin only.' },
} as const

/** For Moodle to keep, where it was the one that used the token. */
const kept = { redemption_id: text, receipt: receiptSchema } as const

const tillRoute = (name: string, summary: string, handle: Route['handle'], idempotent = true): Route => ({
  method: 'post',
  path: `/api/tokens/${name}`,
  summary,
  access: ['partner', 'admin'],
  ...(idempotent ? { idempotent: 'optional' } : {}),
  body,
  answer: {
    status: 200,
    schema: record({ ...token, ...usedAt, ...kept }, [...Object.keys(usedAt), ...Object.keys(kept)]),
  },
  handle,
})

export const tillRoutes: readonly Route[] = [
  tillRoute('verify', 'What a token is worth, and whether it is used; never whose it is.', postVerify, false),
  tillRoute('consume', 'Uses a token, exactly once.', postConsume),
  tillRoute('reverse', 'Takes a consumption back, for a sale that was voided within 24 hours.', postReverse),
  {
    method: 'get',
    path: '/api/partner/redemptions',
    summary: 'A partner’s settlement list, newest first: what was delivered to it, and what it consumed.',
    access: ['partner', 'admin'],
    query: {
      partner: { ...idSchema, description: 'The partner; admin only.' },
      state: { type: 'string', enum: stateSchema.enum },
      limit: limitQuery,
      cursor: cursorQuery,
    },
    answer: {
      status: 200,
      schema: record({
        partner: text,
        redemptions: list(
          record({
            redemption_id: text,
            ...token,
            created_at: time,
            consumed_by: nullable('string'),
            reference: nullable('string'),
            amount_minor: { ...nullable('integer'), description: 'What the institution pays.' },
            currency: nullable('string'),
          }),
        ),
        next_cursor: nullable('string'),
      }),
    },
    handle: getSettlement,
  },
]

/** @throws Problem 403 where a partner's token names no partner. */
function tillOf({ principal, context }: Call): Till {
  const { scopes, partner } = principal
  if (scopes.has('admin')) return null
  if (partner !== null && !context.rules.current().catalogue.partners.some(({ id }) => id === partner))
    throw new Problem('forbidden', `${partner} is no partner of this institution any more.`)
  if (partner !== null) return { partner }
  throw new Problem('forbidden', 'This token names no partner: make one with `token --scope partner --partner ID`.')
}

function postVerify(call: Call): Answer {
  const { stores, rules, now } = call.context
  const { token: written } = call.body as { token: string }
  const till = tillOf(call)
  return { json: limited(call, () => verifyToken({ stores, rules, now: now() }, till, written)) }
}

function postConsume(call: Call): Promise<Answer> {
  return use(call, consumeToken)
}

function postReverse(call: Call): Promise<Answer> {
  return use(call, reverseToken)
}

async function use(call: Call, action: typeof consumeToken): Promise<Answer> {
  const { stores, rules, now, committer } = call.context
  const { token: written, reference = null } = call.body as { token: string; reference?: string }
  const till = tillOf(call)
  const asked: Use = { token: written, reference, key: call.key }
  const work = (): TokenState => action({ stores, rules, now: now() }, till, asked)
  const state = await committer.run(() => limited(call, work))
  return { json: { ...state, ...(till === null ? receiptOf(call, written) : {}) } }
}

/** What Moodle keeps of a token that was used at its counter. */
function receiptOf(call: Call, written: string): object {
  const { stores } = call.context
  const read = readToken(written)
  const redemption = 'token' in read ? stores.redemptions.byToken(stores.vault.digest('token', read.token)) : null
  return redemption ? { redemption_id: redemption.id, receipt: receiptFor(call, redemption.id) } : {}
}

/** Wrong tokens that a caller may try in a minute: enough for a bad day at the till, nothing for who guesses. */
const MOST_MISSES = 30
const MINUTE = 60_000
const misses = new Map<string, { since: number; count: number }>()

/**
 * Nothing is awaited between the question and the count, so that trying many at once is no faster.
 * @throws Problem 429 after too many tokens that were none.
 */
function limited<T>({ principal, context }: Call, work: () => T): T {
  const now = context.now()
  const before = misses.get(principal.id)
  const recent = before && now - before.since < MINUTE ? before : { since: now, count: 0 }
  if (recent.count >= MOST_MISSES) {
    const retry_after = Math.ceil((recent.since + MINUTE - now) / 1_000)
    throw new Problem('too_many', 'Too many tokens that are none. Wait a minute.', [], { retry_after })
  }
  try {
    return work()
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'token_unknown' || error.code === 'token_mistyped')) {
      misses.set(principal.id, { since: recent.since, count: recent.count + 1 })
    }
    throw error
  }
}

interface SettlementQuery {
  readonly partner?: string
  readonly state?: string
  readonly limit: number
  readonly cursor?: string
}

function getSettlement(call: Call): Answer {
  const { context, query } = call
  const { partner: asked, state, limit, cursor } = query as unknown as SettlementQuery
  const till = tillOf(call)
  const partner = till?.partner ?? asked
  if (partner === undefined) throw new Problem('malformed', 'Say which partner: ?partner=ID.')
  if (asked !== undefined && asked !== partner) throw new Problem('forbidden', 'This token speaks for another partner.')
  const { stores, now } = context
  const before = cursor === undefined ? undefined : Number(cursor)
  const found = stores.redemptions.list({ partner, state, before }, limit + 1)
  const { page, next_cursor } = pageOf(found, limit, ({ seq }) => seq)
  const redemptions = page.map((redemption) => ({
    redemption_id: redemption.id,
    ...stateOf(redemption, now()),
    created_at: new Date(redemption.created).toISOString(),
    consumed_by: redemption.consumedBy,
    reference: redemption.reference,
    amount_minor: redemption.amountMinor,
    currency: redemption.currency,
  }))
  return { json: { partner, redemptions, next_cursor } }
}
