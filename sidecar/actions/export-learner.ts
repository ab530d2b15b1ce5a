/** Everything that is kept about one learner, for them to have. */
import type { Kept } from '../store/kept-about.js'
import type { Redemption } from '../store/redemption.js'
import { recordAdministration } from './administer.js'
import { mergedAway } from './learner.js'
import type { Moment } from './moment.js'

export interface LearnerExport {
  /** Null: nothing is kept of them under this id. */
  readonly subject: string | null
  /** The account that this one is part of since they were merged: the one to ask for. */
  readonly mergedInto: string | null
  readonly kept: Kept | null
  readonly redemptions: readonly Redemption[]
}

/**
 * That it was made stands on the ledger, and so in the export too. Inside a transaction only: it is of one instant, or
 * there is none.
 * @throws where anything of it cannot be read.
 */
export function exportLearner(moment: Moment, { userId, actor }: { userId: string; actor: string }): LearnerExport {
  const { stores, rules, now } = moment
  const current = rules.current()
  const mergedInto = mergedAway(moment, userId)
  const subject = mergedInto === null ? stores.learners.subjectOf(current.settings.source, userId) : null
  if (subject === null) return { subject, mergedInto, kept: null, redemptions: [] }
  const reason = 'personal-data export'
  recordAdministration(stores.ledger, current, { actor, reason, detail: {}, now, about: { subject, userId } })
  const kept = stores.keptAbout.read(stores.learners.merged.subjectsOf(subject))
  const redemptions = stores.redemptions.list({ subject }, Number.MAX_SAFE_INTEGER)
  return { subject, mergedInto, kept, redemptions }
}
