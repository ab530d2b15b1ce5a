/** Something that was asked for and cannot be done as things stand. Nothing was changed. */

export type RefusalCode =
  | 'malformed'
  | 'not_found'
  | 'price_changed'
  | 'reward_locked'
  | 'state_conflict'
  | 'token_unknown'
  | 'token_mistyped'
  | 'token_consumed'
  | 'token_lapsed'
  | 'too_late'
  | 'key_reused'
  | 'redeeming_paused'
  | 'legal_hold'

export class Refusal extends Error {
  /** @param message what a person reads. @param members what a program needs besides. */
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
  }
}
