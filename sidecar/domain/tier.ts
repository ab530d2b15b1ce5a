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
  if (tiers.length === 0) return { reached: tiers, next: null }
  // Read once: a learner's lifetime points come from the database each time they are asked for.
  const { lifetime, grantsOf, facts } = learner
  const known = { lifetime, grantsOf, facts }
  for (const [index, tier] of tiers.entries()) {
    const { points, requires } = tier
    const asked: Requirement = { kind: 'all', of: [...(requires ? [requires] : []), { kind: 'points', points }] }
    const open = missing(asked, known, names, wording)
    if (open.length > 0) {
      const pointsNeeded = Math.max(0, points - lifetime)
      return { reached: tiers.slice(0, index), next: { tier, pointsNeeded, missing: open.map(alone) } }
    }
  }
  return { reached: tiers, next: null }
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
    reaches: (learner, id) => standingOf(tiers, learner, names, wording).reached.some((tier) => tier.id === id),
  }
  return names
}
