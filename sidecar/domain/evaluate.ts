/** One event, what is known of its learner, the rules: what each rule that listens decides, and why. Pure. */
import type { Civil } from './civil.js'
import type { CompiledRule, CompiledRules } from './compile.js'
import type { Decision, Outcome, TakenBack } from './decision.js'
import type { CourseNames, Granted, Learner } from './learner.js'
import type { LearningEvent } from './learning-event.js'
import { capRoom, frequencyRefusal } from './limit.js'
import { actOf } from './meaning.js'
import { type Reason, type ReasonCode, reason } from './reason.js'
import { missing } from './requirement.js'
import type { Expiry, Rule, Scope } from './rule.js'
import { isOpen, opensNext } from './window.js'

/** The world an event is judged in. */
export interface Situation {
  readonly rules: CompiledRules
  readonly learner: Learner
  readonly courses: CourseNames
  /** When the decision is written: points live from here. Limits and windows go by the event's own time. */
  readonly now: number
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
  const { rules, learner, courses, now } = situation
  const { civil } = rules
  const refuse = (code: ReasonCode, params: Reason['params']): Decision => ({
    ruleId: rule.id,
    outcome: 'refused',
    points: 0,
    held: 0,
    reason: reason(code, params, civil),
  })

  if (compiled.waits(event)) return refuse('waiting_for_grade', {})
  if (rule.window && !isOpen(rule.window, event.time, civil)) {
    return refuse('outside_window', { opens: instant(opensNext(rule.window, event.time, civil)) })
  }
  const failure = compiled.conditions?.(event)
  if (failure) return refuse('condition_not_met', { ...failure })
  if (compiled.unless && compiled.unless(event) === null) return refuse('excluded', {})
  const worth = compiled.worth(event)
  if (worth.points === 0) return refuse('no_points', { field: worth.field })
  if (rule.requires) {
    const open = missing(rule.requires, learner, { courses, idsOf: rules.idsOf }, civil)
    if (open.length > 0) return refuse('requires', { missing: open })
  }

  const per = rule.frequency?.per ?? 'learner'
  const needed: readonly Scope[] = [...(rule.oncePer ? [rule.oncePer] : []), ...(per === 'learner' ? [] : [per])]
  const absent = needed.find((scope) => event[scope] === null)
  if (absent) return refuse('no_object', { scope: absent })

  const grants = learner.grantsOf(compiled.ids)
  const sameAct = act === null ? undefined : grants.find((grant) => grant.standing && grant.act === act)
  if (sameAct) return refuse('already_granted', { granted: instant(sameAct.time), act })
  const { oncePer } = rule
  const sameScope = oncePer && grants.find((grant) => grant.standing && grant[oncePer] === event[oncePer])
  if (sameScope) return refuse('once_only', { scope: oncePer, granted: instant(sameScope.time) })

  const limited = applyLimits(rule, grants, event, worth.points, civil)
  if ('code' in limited) return refuse(limited.code, limited.params)
  const { points, capped } = limited

  const holds = rule.review === 'hold'
  const granted = capped
    ? reason('capped', { points, of: worth.points, ...capped }, civil)
    : reason('granted', { points }, civil)
  return {
    ruleId: rule.id,
    version: rule.version,
    outcome: holds ? 'held' : 'granted',
    points: holds ? 0 : points,
    held: holds ? points : 0,
    reason: holds ? reason('held', { points }, civil) : granted,
    expires: rule.expires && lapses(rule.expires, now, civil),
    flagged: rule.review === 'flag',
  }
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
    const counted = per === 'learner' ? grants : grants.filter((grant) => grant[per] === event[per])
    const refusal = frequencyRefusal(frequency, counted, event.time)
    if (refusal) {
      const { granted, again } = refusal
      refusals.push({ code: 'frequency', params: { granted: instant(granted), again: instant(again), count }, again })
    }
  }
  let points = worth
  let capped: Reason['params'] | null = null
  for (const cap of caps) {
    const { left, again } = capRoom(cap, grants, event.time, civil)
    const terms = { per: cap.written, limit: cap.limit }
    if (left === 0) {
      refusals.push({ code: 'cap_reached', params: { ...terms, unit: cap.unit, again: instant(again) }, again })
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

/** The grants that an event takes back. `standing` are the standing grants for the deed the event is about. */
export function takeBack(event: LearningEvent, standing: readonly Granted[], rules: CompiledRules): TakenBack[] {
  const taken: TakenBack[] = []
  for (const { of, takesBack } of rules.revocations.get(event.event) ?? []) {
    if (!takesBack(event)) continue
    for (const grant of standing) {
      if (!of.ids.includes(grant.rule) || taken.some(({ ref }) => ref === grant.seq)) continue
      taken.push({
        ruleId: of.rule.id,
        version: of.rule.version,
        outcome: 'revoked',
        points: grant.held ? 0 : -grant.points,
        held: grant.held ? -grant.points : 0,
        reason: reason('revoked', { points: grant.points }, rules.civil),
        ref: grant.seq,
      })
    }
  }
  return taken
}

/** What identifies the deed for taking back: its act key, else the object itself. */
export const deedOf = (event: LearningEvent): string | null => actOf(event) ?? event.object

const instant = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : new Date(milliseconds).toISOString()
