/** Errors as RFC 9457 problems, with a stable code for programs and a sentence for people. */
import type { Fault } from '../activity/learning-event.js'

const STATUS = {
  malformed: 400,
  token_mistyped: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  token_unknown: 404,
  paired_with_another: 409,
  price_changed: 409,
  reward_locked: 409,
  state_conflict: 409,
  token_consumed: 409,
  token_lapsed: 409,
  too_late: 409,
  redeeming_paused: 409,
  legal_hold: 409,
  too_large: 413,
  unsupported_encoding: 415,
  key_reused: 422,
  too_many: 429,
  internal: 500,
  unavailable: 503,
} as const

export type ProblemCode = keyof typeof STATUS

/** Thrown anywhere below a route; one handler turns it into the answer. */
export class Problem extends Error {
  readonly status: number

  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly faults: readonly Fault[] = [],
    /** What a program needs besides; RFC 9457 calls them extension members. They cannot take the place of its own. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail)
    this.status = STATUS[code]
  }

  toJSON(): object {
    const { code, status, message, faults, members } = this
    const title = code.replaceAll('_', ' ')
    return {
      ...members,
      type: 'about:blank',
      title,
      status,
      code,
      detail: message,
      ...(faults.length > 0 ? { faults } : {}),
    }
  }
}

export const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(STATUS) },
    detail: { type: 'string', description: 'What is wrong and what to do next.' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'message'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer of what is wrong.' },
          message: { type: 'string' },
        },
      },
    },
  },
} as const
