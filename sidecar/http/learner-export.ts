/** What everything that is kept about one learner looks like as JSON. */
import { ledgerEntrySchema } from './ledger.js'
import { redemptionSchema } from './redemption.js'
import type { Schema } from './route.js'
import { decisionSchema, integer, list, nullable, nullableTime, reasonSchema, record, text, time } from './schema.js'

const orNull = (schema: Schema, description: string): Schema => ({ anyOf: [{ type: 'null' }, schema], description })
const anything = (description: string): Schema => ({ type: 'object', description })

const entrySchema = record({
  ...(ledgerEntrySchema as { properties: Record<string, Schema> }).properties,
  record: anything('Its private record, whole.'),
})
const eventSchema = record({
  time,
  received: time,
  event: anything('As the LMS sent it.'),
  decisions: { ...list(decisionSchema), type: ['array', 'null'], description: 'Null once no longer kept.' },
})

export const exportSchema: Schema = record({
  user_id: text,
  source: text,
  exported_at: time,
  known: { type: 'boolean', description: 'False: nothing is kept, and every list is empty.' },
  merged_into: { ...nullable('string'), description: 'The account that this one is part of: the one to ask for.' },
  accounts: list(record({ subject: text, source: text, user_id: text })),
  balance: record({ points: integer, held: integer, lifetime: integer }),
  lapsing: list(record({ expires: text, points: integer })),
  frozen: orNull(record({ since: time, reason: text }), 'Since when they earn and redeem nothing, and why.'),
  entries: list(entrySchema),
  events: list(eventSchema),
  facts: list(record({ kind: text, key: text, name: text, value: { type: 'number' }, time })),
  withdrawals: list(record({ deed: text, rule: text, time })),
  redemptions: list(redemptionSchema),
  notices: list(record({ time, ...(reasonSchema as { properties: Record<string, Schema> }).properties })),
  tiers: list(record({ tier: text, time })),
  reviews: list(
    record({
      ...{ kind: text, state: text, seq: nullable('integer'), week: nullable('string'), found_by: text, opened: time },
      ...{ due: nullableTime, appealed: nullableTime, decided: nullableTime },
      evidence: anything('What was found.'),
      opinion: { ...nullable('object'), description: 'What a second opinion said; null: none was asked.' },
    }),
  ),
  hits: list(
    record({
      ...{ check: text, state: text, event: text, time, points: integer },
      ...{ observed: { type: 'number' }, threshold: { type: 'number' } },
    }),
  ),
  traces: list(record({ deed: text, object: text, time, event: text, activity: nullable('string') })),
  weeks: list(
    record({
      week: text,
      features: { type: ['array', 'object'], description: 'The week in numbers.' },
      score: nullable('number'),
      because: { ...nullable('object'), description: 'What stood out.' },
    }),
  ),
  exempt: list(record({ time })),
  calls: list(record({ time, asks: text, answer: anything('What was answered.') })),
  tokens: list(
    record({ id: text, scope: text, name: nullable('string'), created: time, expires: time, revoked: nullableTime }),
  ),
})
