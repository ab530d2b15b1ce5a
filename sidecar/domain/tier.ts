/** Tiers: a ladder by lifetime points, with whatever else an institution asks for. Spending never demotes. */
import type { Learner } from './learner.js'
import { alone, type Reason, type Wording } from './reason.js'
import { type Directory, missing, type Names } from './requirement.js'
import { inLanguage, type Tier } from './reward.js'
import type { Requirement } from './rule.js'

/** Where a learner stands on the ladder. */
export interface Standing {
  /** The tiers reached, from the lowest. */
  readonly reached: readonly Tier[]
  /** The next step, and what is missing for it; null at the top. */
  readonly next: { readonly tier: Tier; readonly pointsNeeded: number; readonly missing: readonly Reason[] } | null
}

export function standingOf(tiers: readonly Tier[], learner: Learner, names: Names, wording: Wording): Standing {
  const { lifetime, ...known } = once(learner)
  for (const [index, tier] of tiers.entries()) {
    const open = missing(requirementOf([tier]), { lifetime, ...known }, names, wording)
    if (open.length > 0) {
      const pointsNeeded = Math.max(0, tier.points - lifetime)
      return { reached: tiers.slice(0, index), next: { tier, pointsNeeded, missing: open.map(alone) } }
    }
  }
  return { reached: tiers, next: null }
}

/** Read once: a learner's lifetime points come from the database each time they are asked for. */
const once = ({ lifetime, frozen, grantsOf, facts }: Learner): Learner => ({ lifetime, frozen, grantsOf, facts })

/** What several steps ask for together: all that each requires, and the points of the highest. */
function requirementOf(steps: readonly Tier[]): Requirement {
  const points = Math.max(...steps.map((step) => step.points))
  return { kind: 'all', of: [...steps.flatMap(({ requires }) => requires ?? []), { kind: 'points', points }] }
}

/** The names that requirements are judged by. @param idsOf the ids under which a rule has granted. */
export function namesFor(
  tiers: readonly Tier[],
  idsOf: Names['idsOf'],
  { courseNamed, badgeNamed }: Directory,
  wording: Wording,
): Names {
  const names: Names = {
    courseNamed,
    badgeNamed,
    idsOf,
    tierTitle: (id) => inLanguage(tiers.find((tier) => tier.id === id)?.title ?? id, 'en'),
    missingForTier: (learner, id) => {
      const steps = tiers.slice(0, tiers.findIndex((tier) => tier.id === id) + 1)
      return steps.length === 0 ? [] : missing(requirementOf(steps), once(learner), names, wording)
    },
  }
  return names
}
