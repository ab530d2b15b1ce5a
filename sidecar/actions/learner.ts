/** Whom something is asked for. */
import { subjectIn } from '../domain/person.js'
import { heldFor } from './legal-hold.js'
import type { Moment } from './moment.js'
import { Refusal } from './refusal.js'

/** What a person asks for one learner. */
export interface AskedFor {
  /** The learner in the LMS. */
  readonly userId: string
  readonly actor: string
  readonly reason: string
}

/** The account that one is part of now; null: it stands for itself. What is asked of it would befall the other one. */
export function mergedAway({ stores, rules }: Moment, userId: string): string | null {
  const current = stores.learners.merged.currentId(rules.current().settings.source, userId)
  return current === userId ? null : current
}

/** What a person types may be a slip. @throws Refusal where Rocket knows nobody under this id. */
export function requireKnown({ stores, rules }: Moment, userId: string): void {
  if (stores.learners.subjectOf(rules.current().settings.source, userId) !== null) return
  throw new Refusal('not_found', `Rocket knows nobody under ${userId}: nothing was done.`)
}

/** How somebody stands on the ledger. */
export interface Shown {
  /** Null: they are erased, or nobody knows them. */
  readonly user_id: string | null
  /** Null: Rocket knows nobody of that name. */
  readonly subject: string | null
  /** The account that this one is part of. */
  readonly merged_into: string | null
  /** Why they earn and redeem nothing; null: they do. */
  readonly frozen: string | null
  /** Why they must not be erased; null: they may be. */
  readonly legal_hold: string | null
}

/** @param asked an id in the LMS, or `subject:` and a subject. */
export function showLearner(moment: Moment, asked: string): Shown {
  const { learners, erased } = moment.stores
  const given = subjectIn(asked)
  const user_id = given === null ? asked : learners.userOf(given)
  const subject = learners.subjectOf(moment.rules.current().settings.source, user_id)
  if (subject === null) {
    const known = given !== null && erased.has(given)
    return { user_id: null, subject: known ? given : null, merged_into: null, frozen: null, legal_hold: null }
  }
  return {
    user_id,
    subject,
    merged_into: mergedAway(moment, user_id),
    frozen: learners.frozen.of(subject)?.reason ?? null,
    legal_hold: heldFor(moment, subject),
  }
}
