/** Schemas that several routes share. */
import { reasonCodes } from '../domain/reason.js'
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
export const checkpointSchema: Schema = { type: ['string', 'null'], description: 'The newest signed checkpoint.' }
