import type { Reason } from './reason.js'

/** The pure answer for one event and one rule: what it grants or takes back, or the reason it does not. */
export interface Decision {
  readonly ruleId: string
  readonly outcome: 'granted' | 'held' | 'refused' | 'revoked'
  /** Signed change of the spendable balance. */
  readonly points: number
  /** Signed change of the held balance. */
  readonly held: number
  readonly reason: Reason
}

/** What a granting decision adds for the ledger. */
export interface Grant extends Decision {
  readonly outcome: 'granted' | 'held'
  readonly version: string
  readonly expires: string | null
  /** The rule asks for a person's eye without holding the points. */
  readonly flagged: boolean
  /** What holds the points: `rule`, `blacklist:ID`, or the check that found something; null: nothing does. */
  readonly heldBy: string | null
}

/** A decision that takes a standing grant back. */
export interface TakenBack extends Decision {
  readonly outcome: 'revoked'
  readonly version: string
  /** The entry of the grant. */
  readonly ref: number
}

export type Outcome = Decision | Grant | TakenBack

export const isGrant = (decision: Outcome): decision is Grant =>
  decision.outcome === 'granted' || decision.outcome === 'held'

/** What several decisions change together. */
export function sums(decisions: readonly Decision[]): { points: number; held: number } {
  let points = 0
  let held = 0
  for (const decision of decisions) {
    points += decision.points
    held += decision.held
  }
  return { points, held }
}

/** A decision as JSON. */
export const shownDecision = ({ ruleId, outcome, points, held, reason }: Decision): object => ({
  rule_id: ruleId,
  outcome,
  points,
  held,
  reason,
})
