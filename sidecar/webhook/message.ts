/** The messages that partners are sent: their types, their exact text, their schemas. */
import { canonicalJson, type JsonValue } from '../domain/canonical.js'
import type { Offer, PersonalField } from '../domain/reward.js'

/** What a message of each type carries. */
export interface MessageData {
  readonly 'redemption.issued': IssuedData
  readonly 'redemption.cancelled': EndedData
  readonly 'redemption.expired': EndedData
  readonly test: Readonly<Record<string, never>>
}

export type MessageType = keyof MessageData

/** A redemption that the partner is to honour once. */
export interface IssuedData {
  readonly redemption_id: string
  readonly reward_id: string
  readonly title: string
  /** What the learner shows; whoever has it can use it. */
  readonly token: string
  readonly value: Offer['value']
  readonly discount: Offer['discount']
  /** RFC 3339, UTC; null: without end. */
  readonly valid_until: string | null
  /** Only where the partner's `personal` lists it. */
  readonly user_id?: string
}

/** A redemption that the partner is not to honour any more. */
export interface EndedData {
  readonly redemption_id: string
  readonly reward_id: string
}

/**
 * The data of `redemption.issued`, with the personal fields that this partner is sent and no others.
 * @param learner every personal field there is.
 */
export function issuedData(
  redemption: Omit<IssuedData, PersonalField>,
  learner: Readonly<Record<PersonalField, string>>,
  personal: readonly PersonalField[],
): IssuedData {
  return { ...redemption, ...Object.fromEntries(personal.map((field) => [field, learner[field]])) }
}

/**
 * The exact text that is signed and sent: the data's known keys and no others, in the order of canonical JSON. The same
 * input gives the same text, so that an attempt made again is the same to the byte.
 * @param at when what it tells happened, in milliseconds since 1970; not when it is sent.
 */
export function messageText<Type extends MessageType>(type: Type, at: number, data: MessageData[Type]): string {
  const sent = Object.entries(data).filter(([key]) => Object.hasOwn(DATA_PROPERTIES[type], key))
  const text = canonicalJson(Object.fromEntries(sent) as JsonValue)
  return `{"type":"${type}","timestamp":"${new Date(at).toISOString()}","data":${text}}`
}

/** JSON Schema, as the OpenAPI document holds it. */
type Schema = Readonly<Record<string, unknown>>

const id: Schema = { type: 'string', minLength: 1 }
const money: Schema = {
  type: 'object',
  required: ['amount_minor', 'currency'],
  properties: {
    amount_minor: { type: 'integer', minimum: 1, description: "In the currency's smallest unit: pence, cents." },
    currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217.' },
  },
}
const percent: Schema = {
  type: 'object',
  required: ['percent'],
  properties: { percent: { type: 'number', exclusiveMinimum: 0, maximum: 100 } },
}
const orNull = (...schemas: readonly Schema[]): Schema => ({ anyOf: [...schemas, { type: 'null' }] })

const ENDED: Readonly<Record<keyof EndedData, Schema>> = {
  redemption_id: { ...id, description: 'The same in every message about this redemption.' },
  reward_id: { ...id, description: 'As rewards.yaml names it.' },
}
const ISSUED: Readonly<Record<keyof IssuedData, Schema>> = {
  ...ENDED,
  title: { type: 'string' },
  token: { ...id, description: 'What the learner shows at the till. Whoever has it can use it: keep it secret.' },
  value: { ...orNull(money), description: 'What the institution pays.' },
  discount: { ...orNull(percent, money), description: 'What the learner saves.' },
  valid_until: { type: ['string', 'null'], description: 'RFC 3339, UTC; null: without end.' },
  user_id: {
    type: 'string',
    description: 'The learner in Moodle. Sent only to a partner whose `personal` lists it.',
    'x-personal-data': true,
  },
}
const DATA_PROPERTIES: Readonly<Record<MessageType, Readonly<Record<string, Schema>>>> = {
  'redemption.issued': ISSUED,
  'redemption.cancelled': ENDED,
  'redemption.expired': ENDED,
  test: {},
}

const DESCRIPTIONS: Readonly<Record<MessageType, string>> = {
  'redemption.issued':
    'A learner has redeemed a reward: honour it once. No personal data is sent by default; fields marked ' +
    'x-personal-data are sent only where the institution has listed them for this partner.',
  'redemption.cancelled': 'A redemption was cancelled: do not honour it any more.',
  'redemption.expired': 'A redemption was not used in time: do not honour it any more.',
  test: 'Somebody at the institution tries the connection: answer 2xx.',
}

/** The schema of each type of message. Keys may be added: a partner ignores those that it does not know. */
export const WEBHOOK_SCHEMAS: Readonly<Record<MessageType, Schema>> = {
  'redemption.issued': schemaOf('redemption.issued'),
  'redemption.cancelled': schemaOf('redemption.cancelled'),
  'redemption.expired': schemaOf('redemption.expired'),
  test: schemaOf('test'),
}

function schemaOf(type: MessageType): Schema {
  const properties = DATA_PROPERTIES[type]
  const required = Object.keys(properties).filter((key) => !('x-personal-data' in properties[key]!))
  return {
    type: 'object',
    description: DESCRIPTIONS[type],
    required: ['type', 'timestamp', 'data'],
    properties: {
      type: { type: 'string', const: type },
      timestamp: { type: 'string', description: 'When it happened. RFC 3339, UTC.' },
      data: { type: 'object', required, properties },
    },
  }
}

/** The schema of what a partner may answer to `redemption.issued` with a 2xx; an empty body will do. */
export const ANSWER_SCHEMA: Schema = {
  type: 'object',
  properties: {
    code: { type: 'string', minLength: 1, maxLength: 255, description: 'Shown to the learner.' },
    consumed: { type: 'boolean', description: 'true: nothing is left to hand over, the token is used up.' },
  },
}
