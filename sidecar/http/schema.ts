/** Schemas that several routes share. */
import { reasonCodes } from '../domain/reason.js'
import { STATES } from '../domain/redemption.js'
import type { Schema } from './route.js'

export const text: Schema = { type: 'string' }
export const integer: Schema = { type: 'integer' }
export const nullable = (type: string): Schema => ({ type: [type, 'null'] })
export const time: Schema = { type: 'string', description: 'RFC 3339, UTC.' }
export const list = (items: Schema): Schema => ({ type: 'array', items })

/** An object with exactly these keys, all of them present. */
export const record = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  properties,
})

export const reasonSchema: Schema = record({
  code: { type: 'string', enum: reasonCodes },
  params: { type: 'object' },
  text: { type: 'string', description: 'The English sentence.' },
})

export const decisionSchema: Schema = record({
  rule_id: text,
  outcome: { type: 'string', enum: ['granted', 'held', 'refused', 'revoked'] },
  points: integer,
  held: integer,
  reason: reasonSchema,
})

export const cursorQuery: Schema = {
  type: 'string',
  pattern: '^[0-9]{1,16}$',
  description: 'next_cursor of the page before.',
}
export const userQuery: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  description: 'The learner; admin only.',
}
export const checkpointSchema: Schema = {
  type: ['string', 'null'],
  description: 'The newest signed checkpoint (C2SP tlog-checkpoint); null before the first key came into use.',
}

/** Who signs the ledger. */
export const ledgerKeysSchema: Schema = {
  ...list(text),
  description: 'The public keys that sign checkpoints now, the newest first, each as a C2SP vkey.',
}

const money: Schema = record({ amount_minor: integer, currency: { type: 'string', pattern: '^[A-Z]{3}$' } })
const orNull = (...schemas: readonly Schema[]): Schema => ({ anyOf: [{ type: 'null' }, ...schemas] })

export const nullableTime: Schema = { type: ['string', 'null'], description: 'RFC 3339, UTC.' }
export const valueSchema: Schema = { ...orNull(money), description: 'What the institution pays, in minor units.' }
export const discountSchema: Schema = orNull(record({ percent: { type: 'number' } }), money)
export const idSchema: Schema = { type: 'string', minLength: 1, maxLength: 64 }
export const limitQuery: Schema = { type: 'integer', minimum: 1, maximum: 1_000, default: 100 }
export const reasonBody: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 500,
  description: 'Why; it stands on the ledger.',
}

/** The body of what is done for a reason, and whatever else it takes. */
export const reasonedBody = (more: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  required: ['reason', ...Object.keys(more)],
  properties: { reason: reasonBody, ...more },
})

/** Where a redemption stands. */
export const stateSchema = { type: 'string', enum: STATES } as const
/** What a learner reads is in this language where the files have it, else in English. */
export const languageQuery: Schema = { type: 'string', pattern: '^[a-z]{2,3}([_-][A-Za-z0-9]+)*$', default: 'en' }
