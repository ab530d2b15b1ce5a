/** One event, what is known of its learner, the rules: what each rule that listens decides, and why. Pure. */
import type { Civil } from './civil.js'
import type { CompiledRule, CompiledRules } from './compile.js'
import type { Decision, Outcome, TakenBack } from './decision.js'
import { iso, isoOr } from './instant.js'
import { type Granted, type Learner, sameScope } from './learner.js'
import type { LearningEvent } from './learning-event.js'
import { capRoom, frequencyRefusal } from './limit.js'
import { actOf } from './meaning.js'
import { type Reason, type ReasonCode, reason } from './reason.js'
import { missing, type Names, several } from './requirement.js'
import type { Expiry, Rule, Scope } from './rule.js'
import type { Screening, Why } from './screening.js'
import { isOpen, opensNext } from './window.js'

/** The world an event is judged in. */
export interface Situation {
  readonly rules: CompiledRules
  readonly learner: Learner
  readonly names: Names
  /** When the decision is written: points live from here. Limits and windows go by the event's own time. */
  readonly now: number
  /** When this event's deed was last taken back under any of these ids of a rule; null: never. */
  readonly withdrawn: (rules: readonly string[]) => number | null
  /** Looks at an event before it earns; null: nothing is looked for. */
  readonly screen: (() => Screening) | null
}

/** Everything the rules that listen to an event decide about it; rules it does not concern are not heard. */
export function evaluate(event: LearningEvent, situation: Situation): Outcome[] {
  const act = actOf(event)
  const decisions: Outcome[] = []
  for (const rule of situation.rules.listeners.get(event.event) ?? []) {
    if (rule.means(event)) decisions.push(decide(rule, event, act, situation))
  }
  return decisions
}

function decide(compiled: CompiledRule, event: LearningEvent, act: string | null, situation: Situation): Outcome {
  const { rule } = compiled
  const { rules, learner, names, now } = situation
  const { civil } = rules
  const refuse = (code: ReasonCode, params: Reason['params']): Decision => ({
    ruleId: rule.id,
    outcome: 'refused',
    points: 0,
    held: 0,
    reason: reason(code, params, civil),
  })

  if (learner.frozen) return refuse('frozen', {})
  if (compiled.waits(event)) return refuse('waiting_for_grade', {})
  if (rule.window && !isOpen(rule.window, event.time, civil)) {
    return refuse('outside_window', { opens: isoOr(opensNext(rule.window, event.time, civil)) })
  }
  const failure = compiled.conditions?.(event)
  if (failure) return refuse('condition_not_met', { ...failure })
  if (compiled.unless && compiled.unless(event) === null) return refuse('excluded', {})
  const worth = compiled.worth(event)
  if (worth.points === 0) return refuse('no_points', { field: worth.field })
  const withdrawn = compiled.revocable ? situation.withdrawn(compiled.ids) : null
  if (withdrawn !== null && withdrawn > event.time) return refuse('withdrawn', { withdrawn: iso(withdrawn) })
  if (rule.requires) {
    const open = missing(rule.requires, learner, names, civil)
    if (open.length > 0) return refuse('requires', several('missing', open))
  }

  const per = rule.frequency?.per ?? 'learner'
  const needed: readonly Scope[] = [...(rule.oncePer ? [rule.oncePer] : []), ...(per === 'learner' ? [] : [per])]
  const absent = needed.find((scope) => event[scope] === null)
  if (absent) return refuse('no_object', { scope: absent })

  const grants = learner.grantsOf(compiled.ids)
  const sameAct = act === null ? undefined : grants.find((grant) => grant.standing && grant.act === act)
  if (sameAct) return refuse('already_granted', { granted: iso(sameAct.time), act })
  const { oncePer } = rule
  const paid = oncePer && grants.find((grant) => grant.standing && sameScope(grant, event, oncePer))
  if (paid) return refuse('once_only', { scope: oncePer, granted: iso(paid.time) })

  const limited = applyLimits(rule, grants, event, worth.points, civil)
  if ('code' in limited) return refuse(limited.code, limited.params)
  const { points, capped } = limited

  // Last, so that nothing is looked for in what earns nothing anyway.
  const { refused = null, holds = [], foundBy = null } = situation.screen?.() ?? {}
  if (refused) return refuse(refused.code, refused.params)
  const heldBy = foundBy ?? (rule.review === 'hold' ? 'rule' : null)
  const params = capped ? { points, of: worth.points, ...capped } : { points }
  const paying =
    heldBy === null
      ? ({ outcome: 'granted', points, held: 0, reason: reason(capped ? 'capped' : 'granted', params, civil) } as const)
      : ({ outcome: 'held', points: 0, held: points, reason: heldReason(params, holds, situation) } as const)
  return {
    ruleId: rule.id,
    version: rule.version,
    ...paying,
    expires: rule.expires && lapses(rule.expires, now, civil),
    flagged: rule.review === 'flag',
    heldBy,
  }
}

/** Why points wait, and until when. */
function heldReason(params: Reason['params'], holds: readonly Why[], { rules, now }: Situation): Reason {
  const { civil, settings } = rules
  const because = holds.map(({ code, params: of }) => reason(code, of, civil))
  const release = iso(now + settings.review.releaseAfter)
  return reason('held', { ...params, ...(because.length > 0 ? { because } : {}), release }, civil)
}

interface LimitRefusal {
  readonly code: 'frequency' | 'cap_reached'
  readonly params: Reason['params']
  /** When this limit alone would pay again; null: never. */
  readonly again: number | null
}

/** What the limits leave of the points; or, of those that refuse, the one that refuses longest. */
function applyLimits(
  { frequency, caps }: Rule,
  grants: readonly Granted[],
  event: LearningEvent,
  worth: number,
  civil: Civil,
): { readonly points: number; readonly capped: Reason['params'] | null } | LimitRefusal {
  const refusals: LimitRefusal[] = []
  if (frequency) {
    const { per, count } = frequency
    const counted = per === 'learner' ? grants : grants.filter((grant) => sameScope(grant, event, per))
    const refusal = frequencyRefusal(frequency, counted, event.time)
    if (refusal) {
      const { granted, again } = refusal
      refusals.push({ code: 'frequency', params: { granted: iso(granted), again: isoOr(again), count }, again })
    }
  }
  let points = worth
  let capped: Reason['params'] | null = null
  for (const cap of caps) {
    const { left, again } = capRoom(cap, grants, event.time, civil)
    const terms = { per: cap.written, limit: cap.limit }
    if (left === 0) {
      refusals.push({ code: 'cap_reached', params: { ...terms, unit: cap.unit, again: isoOr(again) }, again })
    } else if (cap.unit === 'points' && left < points) {
      points = left
      capped = terms
    }
  }
  const longest = refusals.reduce<LimitRefusal | null>((a, b) => (a && until(a) >= until(b) ? a : b), null)
  return longest ?? { points, capped }
}

const until = ({ again }: LimitRefusal): number => again ?? Number.POSITIVE_INFINITY

/** The civil day on which points written now lapse. */
function lapses(expiry: Expiry, now: number, civil: Civil): string | null {
  if (expiry.kind === 'on') return expiry.day
  if (expiry.kind === 'after') return civil.dayOf(now + expiry.milliseconds)
  const term = civil.termOf(now)
  return term && civil.dayOf(civil.endOf(term.to))
}

/** The rules whose grants for its deed an event takes back, whether or not one stands. */
export function withdrawing(event: LearningEvent, rules: CompiledRules): readonly CompiledRule[] {
  const revocations = rules.revocations.get(event.event) ?? []
  return [...new Set(revocations.filter(({ takesBack }) => takesBack(event)).map(({ of }) => of))]
}

/**
 * Takes back what one rule granted for the deed an event is about. What was granted for something later stands: the event
 * came late.
 * @param standing the learner's standing grants for that deed.
 */
export function takeBack(
  event: LearningEvent,
  of: CompiledRule,
  standing: readonly Granted[],
  civil: Civil,
): TakenBack[] {
  // What a person confirmed as misuse was never given.
  const taken = standing.filter((grant) => of.ids.includes(grant.rule) && grant.time <= event.time && !grant.voided)
  return taken.map((grant) => ({
    ruleId: of.rule.id,
    version: of.rule.version,
    outcome: 'revoked',
    points: grant.held ? 0 : -grant.points,
    held: grant.held ? -grant.points : 0,
    reason: reason('revoked', { points: grant.points }, civil),
    ref: grant.seq,
  }))
}

/** What identifies the deed for taking back: its act key, else the object itself. */
export const deedOf = (event: LearningEvent): string | null => actOf(event) ?? event.object
