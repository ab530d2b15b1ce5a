import type { Stores } from '../store/stores.js'
import { Refusal } from './refusal.js'

export interface Call {
  /** Whose idempotency keys these are. */
  readonly caller: string
  /** Null: every call counts. */
  readonly key: string | null
  /** What the call asks for, as one text. */
  readonly asks: string
}

/**
 * Does something once for each idempotency key, and answers a retry as it did the first time. Inside a transaction only.
 * @throws Refusal where the key was used for another call.
 */
export function once<T extends object>(
  { idempotency }: Pick<Stores, 'idempotency'>,
  { caller, key, asks }: Call,
  now: number,
  work: () => T,
): T {
  if (key === null) return work()
  const before = idempotency.answered(caller, key)
  if (before && before.fingerprint !== asks) {
    throw new Refusal('key_reused', 'This Idempotency-Key was used for another call. Use a new one for each.')
  }
  if (before) return JSON.parse(before.answer)
  const answer = work()
  idempotency.keep(caller, key, { fingerprint: asks, answer: JSON.stringify(answer) }, now)
  return answer
}
