/** A rule as an institution wrote it, read and checked: names resolved, durations in milliseconds, tests parsed. */
import type { Listening } from './meaning.js'

export interface Rule {
  readonly id: string
  /** First 12 hex digits of the hash of the rule as written: what stands on the ledger beside the id. */
  readonly version: string
  /** Ids this rule had before; its limits go on counting under them. */
  readonly was: readonly string[]
  readonly listens: readonly Listening[]
  readonly conditions: Condition | null
  readonly unless: Condition | null
  readonly points: Points
  readonly frequency: Frequency | null
  readonly oncePer: Scope | null
  readonly caps: readonly Cap[]
  readonly window: Window | null
  readonly requires: Requirement | null
  readonly revokeOn: readonly Revocation[]
  readonly expires: Expiry | null
  readonly review: 'hold' | 'flag' | null
  readonly active: boolean
  readonly title: Text | null
  readonly description: Text | null
}

/** What a learner reads: one string, or one for each language. */
export type Text = string | Readonly<Record<string, string>>

export type Scope = 'course' | 'activity' | 'object'

/** A tree of tests. A map of fields is `all` of them. */
export type Condition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'test'; readonly field: string; readonly test: Test; readonly written: string }

/** One test of one value. `written` beside it is what the author wrote, for messages. */
export type Test =
  | { readonly op: '>=' | '>' | '<=' | '<'; readonly value: number }
  | { readonly op: '=' | '!='; readonly value: number | boolean | string }
  | { readonly op: 'between'; readonly low: number; readonly high: number }
  | { readonly op: 'in'; readonly values: readonly (number | boolean | string)[] }
  | { readonly op: 'like'; readonly pattern: string }
  | { readonly op: 'present' | 'absent' }

export type Points =
  | { readonly kind: 'fixed'; readonly points: number }
  | { readonly kind: 'bands'; readonly by: string; readonly bands: readonly Band[] }
  | {
      readonly kind: 'rate'
      readonly per: number
      readonly of: string
      readonly points: number
      readonly max: number | null
    }

/** Bands are tried in the order written; the first that fits pays. */
export interface Band {
  readonly test: Test
  readonly written: string
  readonly points: number
}

/** At most `count` grants in every window of `milliseconds` (null: ever), counted for each `per`. */
export interface Frequency {
  readonly count: number
  readonly milliseconds: number | null
  readonly per: 'learner' | Scope
}

export type CivilPeriod = 'day' | 'week' | 'month' | 'term' | 'ever'

/** At most this many points, or grants, in a civil period or in every window of a length in milliseconds. */
export interface Cap {
  readonly unit: 'points' | 'grants'
  readonly limit: number
  readonly per: CivilPeriod | number
  /** As written, for messages: `day`, `48h`. */
  readonly written: string
}

/** In the institution's zone. `to` includes its day. */
export interface Window {
  /** First and last civil day, `YYYY-MM-DD`. */
  readonly from: string | null
  readonly to: string | null
  /** 1 Monday … 7 Sunday. */
  readonly days: readonly number[] | null
  /** Minutes of the day; where `end` is not after `start` the window crosses midnight, into the next day. */
  readonly hours: { readonly start: number; readonly end: number } | null
}

export type Requirement =
  | { readonly kind: 'all'; readonly of: readonly Requirement[] }
  | { readonly kind: 'any'; readonly of: readonly Requirement[] }
  /** `badge:17`, or its exact name. */
  | { readonly kind: 'badge'; readonly badge: string }
  /** A grant of this rule that still stands. */
  | { readonly kind: 'rule'; readonly rule: string }
  /** `course:7`, a course's ID number, or `activity:quiz:123`. */
  | { readonly kind: 'completed'; readonly target: string }
  | { readonly kind: 'completion_rate'; readonly course: string; readonly atLeast: number }
  /** Lifetime points: spending never shuts a door. */
  | { readonly kind: 'points'; readonly points: number }
  /** At least this tier. */
  | { readonly kind: 'tier'; readonly tier: string }

/**
 * An event that takes the grant for the same deed back. `conditions` null: any such event does, except where the rule
 * itself listens to the event (a regrade): then only if the rule's own conditions no longer hold.
 */
export interface Revocation {
  readonly listens: Listening
  readonly conditions: Condition | null
}

/** How long points live: a length in milliseconds, until the end of the term, or a civil day on which they lapse. */
export type Expiry =
  | { readonly kind: 'after'; readonly milliseconds: number }
  | { readonly kind: 'on'; readonly day: string }
  | { readonly kind: 'term' }
