/** What Rocket knows of one learner when it decides: their grants, their facts, their points. */

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
  /** Whether it was granted to hold. */
  readonly held: boolean
  /** False once revoked. */
  readonly standing: boolean
}

export interface Facts {
  /** `badge:17` → its name, for badges held. */
  readonly badges: ReadonlyMap<string, string>
  /** `course:7`, `activity:quiz:123`. */
  readonly completed: ReadonlySet<string>
  /** `course:7` → percent. */
  readonly completionRate: ReadonlyMap<string, number>
}

/** A learner as the ledger had them before an event. */
export interface Learner {
  readonly lifetime: number
  /** Grants of any of these rules, by time. */
  readonly grantsOf: (rules: readonly string[]) => readonly Granted[]
  readonly facts: Facts
}

/** A course's `course:ID` for the ID number a rule names, where a sender has told it. */
export type CourseNames = (idnumber: string) => string | null
