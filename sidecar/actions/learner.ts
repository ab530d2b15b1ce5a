/** Whom something is asked for. */
import type { Moment } from './moment.js'

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
