/** What must be there before a rule pays. */
import { completionKey } from './fact.js'
import type { CourseNames, Learner } from './learner.js'
import { type Reason, type ReasonCode, reason, type Wording } from './reason.js'
import type { Requirement } from './rule.js'

/** A learner reads a few of many things that are missing; all of them, for every rule and event, would fill the disk. */
const MOST_NAMED = 5

/** A list as parameters of a reason: its first members under `key`, and under `more` how many are left out. */
export function several(key: 'missing' | 'options', reasons: readonly Reason[]): Reason['params'] {
  const more = reasons.length - MOST_NAMED
  return { [key]: reasons.slice(0, MOST_NAMED), ...(more > 0 ? { more } : {}) }
}

/** What the LMS calls things, as far as senders told it. */
export interface Directory {
  readonly courseNamed: CourseNames
  /** The name of `badge:17`, null where nobody was awarded it yet. */
  readonly badgeNamed: (badge: string) => string | null
}

/** What the names in a requirement stand for. */
export interface Names extends Directory {
  /** The ids under which a rule has granted: its own and those it had. */
  readonly idsOf: (rule: string) => readonly string[]
  readonly tierTitle: (tier: string) => string
  /** What a learner lacks for a tier, and for those below it; empty: it is reached. */
  readonly missingForTier: (learner: Learner, tier: string) => readonly Reason[]
}

/** Everything that is still missing; empty where the requirement is met. */
export function missing(requirement: Requirement, learner: Learner, names: Names, wording: Wording): readonly Reason[] {
  const needs = (met: boolean, code: ReasonCode, params: Reason['params']) =>
    met ? [] : [reason(code, params, wording)]
  const { facts } = learner
  switch (requirement.kind) {
    case 'all':
      return requirement.of.flatMap((part) => missing(part, learner, names, wording))
    case 'any': {
      const open = requirement.of.map((part) => missing(part, learner, names, wording))
      const options = open.map((part) =>
        part.length === 1 ? part[0]! : reason('needs_all', several('missing', part), wording),
      )
      return needs(
        open.some((part) => part.length === 0),
        'needs_any',
        several('options', options),
      )
    }
    case 'badge': {
      const { badge } = requirement
      const met = facts.badges.has(badge) || [...facts.badges.values()].includes(badge)
      return needs(met, 'needs_badge', { badge: names.badgeNamed(badge) ?? badge })
    }
    case 'rule': {
      const { rule } = requirement
      return needs(
        learner.grantsOf(names.idsOf(rule)).some((grant) => grant.standing && !grant.voided),
        'needs_rule',
        { rule },
      )
    }
    case 'completed': {
      const { target } = requirement
      return needs(facts.completed.has(targetKey(target, names.courseNamed)), 'needs_completed', { target })
    }
    case 'completion_rate': {
      const { course, atLeast } = requirement
      const rate = facts.completionRate.get(targetKey(course, names.courseNamed)) ?? 0
      return needs(rate >= atLeast, 'needs_completion_rate', { course, at_least: atLeast, rate })
    }
    case 'points': {
      const short = requirement.points - learner.lifetime
      return needs(short <= 0, 'needs_points', { points: short })
    }
    case 'tier': {
      const { tier } = requirement
      const open = names.missingForTier(learner, tier)
      const params = { tier, title: names.tierTitle(tier), ...several('missing', open) }
      return needs(open.length === 0, 'needs_tier', params)
    }
  }
}

/** `course:7` and `activity:quiz:123` name what they mean; anything else is a course's ID number. */
function targetKey(target: string, courses: CourseNames): string {
  if (target.startsWith('course:') || target.startsWith('activity:')) return completionKey(target)
  return courses(target) ?? `idnumber:${target}`
}
