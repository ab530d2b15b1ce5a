/** What Rocket knows of one learner when it decides: their grants, their facts, their points. */
import type { Scope } from './rule.js'

/** A grant (or a hold) as limits see it: what it paid for, when that happened, whether it still stands. */
export interface Granted {
  /** The ledger entry. */
  readonly seq: number
  /** The rule's id, whatever its version. */
  readonly rule: string
  readonly act: string | null
  readonly course: string | null
  readonly activity: string | null
  readonly object: string | null
  /** When the event happened, epoch milliseconds. */
  readonly time: number
  /** Points and held points together. */
  readonly points: number
  /** Whether it is held: until it is released, or for ever once it is void. */
  readonly held: boolean
  /** False once revoked. */
  readonly standing: boolean
  /** A hold that a person confirmed: it goes on counting, and nothing of it is left to take back. */
  readonly voided: boolean
}

export interface Facts {
  /** `badge:17` → its name, for badges held. */
  readonly badges: ReadonlyMap<string, string>
  /** `course:7`, `activity:123`. */
  readonly completed: ReadonlySet<string>
  /** `course:7` → percent. */
  readonly completionRate: ReadonlyMap<string, number>
}

/** Whether two are of the same course, activity or object. Activities are the same by course module alone. */
export function sameScope(a: Pick<Granted, Scope>, b: Pick<Granted, Scope>, scope: Scope): boolean {
  const key = (of: Pick<Granted, Scope>) => (scope === 'activity' ? of.activity?.split(':').at(-1) : of[scope])
  return key(a) === key(b)
}

/** A learner as the ledger had them before an event. */
export interface Learner {
  readonly lifetime: number
  /** Earns and redeems nothing for the time being. */
  readonly frozen: boolean
  /** Grants of any of these rules, by time. */
  readonly grantsOf: (rules: readonly string[]) => readonly Granted[]
  readonly facts: Facts
}

/** A course's `course:ID` for the ID number a rule names, where a sender has told it. */
export type CourseNames = (idnumber: string) => string | null
