/** Rules compiled once: tests to closures, and an index from event name to the rules that listen to it. */
import { Civil } from './civil.js'
import { type CompiledCondition, compileCondition, compileTest, fieldsOf } from './condition.js'
import type { Configuration, Settings } from './configuration.js'
import { fieldOf, type LearningEvent } from './learning-event.js'
import { callsOff, hears, isCustomName, isGradedClass, type Listening, waitsForGrade } from './meaning.js'
import { FACT_CLASSES } from './moodle-events.js'
import type { Catalogue } from './reward.js'
import type { Points, Revocation, Rule } from './rule.js'

export interface CompiledRule {
  readonly rule: Rule
  /** The ids its limits count by: its own and those it had. */
  readonly ids: readonly string[]
  /** The event is one the rule is about, not merely of one of its classes. */
  readonly means: (event: LearningEvent) => boolean
  /** The event says nothing yet, because its grade is still to come. */
  readonly waits: (event: LearningEvent) => boolean
  readonly conditions: CompiledCondition | null
  readonly unless: CompiledCondition | null
  readonly worth: (event: LearningEvent) => Worth
  /** Something can take its grants back, so an event may come after it was undone. */
  readonly revocable: boolean
}

/** The points before limits; `field` is what they were read from. */
export interface Worth {
  readonly points: number
  readonly field: string | null
}

export interface CompiledRevocation {
  readonly of: CompiledRule
  readonly takesBack: (event: LearningEvent) => boolean
}

export interface CompiledRules {
  readonly settings: Settings
  readonly civil: Civil
  readonly catalogue: Catalogue
  readonly rules: readonly CompiledRule[]
  /** The ids under which a rule has granted, active or not: its own and those it had. */
  readonly idsOf: (rule: string) => readonly string[]
  readonly listeners: ReadonlyMap<string, readonly CompiledRule[]>
  readonly revocations: ReadonlyMap<string, readonly CompiledRevocation[]>
  /** Every event name that anything here needs: what the bridge subscribes to. */
  readonly eventNames: readonly string[]
}

/** No rate pays more at once, whatever number a broken sender gives: the ledger holds whole numbers. */
const MOST_POINTS = 1_000_000

const FACTS: ReadonlySet<string> = new Set(Object.values(FACT_CLASSES))

export function compile({ settings, rules, catalogue }: Configuration): CompiledRules {
  const compiled = rules.map(compileRule)
  const active = compiled.filter(({ rule }) => rule.active)
  const listeners = new Map<string, CompiledRule[]>()
  const revocations = new Map<string, CompiledRevocation[]>()
  const ids = new Map(rules.map(({ id, was }) => [id, [id, ...was]]))
  for (const rule of active) for (const name of classesOf(rule.rule)) push(listeners, name, rule)
  // A rule that is switched off grants nothing more; what it granted can still be undone.
  for (const rule of compiled) {
    for (const revocation of rule.rule.revokeOn) {
      const takesBack = compileRevocation(rule, revocation)
      for (const name of revocation.listens.classes) push(revocations, name, { of: rule, takesBack })
    }
    for (const name of classesOf(rule.rule)) {
      if (isCustomName(name)) push(revocations, name, { of: rule, takesBack: callsOff })
    }
  }
  return {
    settings,
    civil: new Civil(settings.timezone, settings.weekStarts, settings.terms),
    catalogue,
    rules: active,
    idsOf: (rule) => ids.get(rule) ?? [rule],
    listeners,
    revocations,
    eventNames: [...new Set([...listeners.keys(), ...revocations.keys(), ...FACTS])].sort(),
  }
}

/** Whether anything would come of an event of this name. */
export function isWanted(rules: CompiledRules, event: string): boolean {
  return rules.listeners.has(event) || rules.revocations.has(event) || FACTS.has(event)
}

const classesOf = (rule: Rule): Set<string> => new Set(rule.listens.flatMap((listening) => listening.classes))

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

function compileRule(rule: Rule): CompiledRule {
  const readsScore =
    fieldsOf(rule.conditions).has('score') ||
    fieldsOf(rule.unless).has('score') ||
    (rule.points.kind === 'bands' && rule.points.by === 'score') ||
    (rule.points.kind === 'rate' && rule.points.of === 'score')
  const gradedNames = new Set(
    rule.listens.flatMap(({ alias, classes }) =>
      waitsForGrade(alias) || readsScore ? classes.filter(isGradedClass) : [],
    ),
  )
  return {
    rule,
    ids: [rule.id, ...rule.was],
    means: compileListening(rule.listens),
    waits: (event) => event.data.score === undefined && gradedNames.has(event.event),
    conditions: rule.conditions && compileCondition(rule.conditions),
    unless: rule.unless && compileCondition(rule.unless),
    worth: compilePoints(rule.points),
    revocable: rule.revokeOn.length > 0 || rule.listens.some(({ classes }) => classes.some(isCustomName)),
  }
}

function compileListening(listens: readonly Listening[]): (event: LearningEvent) => boolean {
  return (event) => !callsOff(event) && listens.some((listening) => hears(listening, event))
}

function compilePoints(points: Points): (event: LearningEvent) => Worth {
  if (points.kind === 'fixed') {
    const worth = { points: points.points, field: null }
    return () => worth
  }
  if (points.kind === 'bands') {
    const bands = points.bands.map((band) => ({ holds: compileTest(band.test), points: band.points }))
    return (event) => ({
      points: bands.find((band) => band.holds(fieldOf(event, points.by)))?.points ?? 0,
      field: points.by,
    })
  }
  return (event) => {
    const amount = fieldOf(event, points.of)
    const whole = typeof amount === 'number' && amount > 0 ? Math.floor(amount / points.per) * points.points : 0
    return { points: Math.min(whole, points.max ?? MOST_POINTS), field: points.of }
  }
}

/**
 * An event takes a grant back outright, or on its own conditions. One that the rule itself listens to (a regrade) does so
 * only where it no longer qualifies, and not before its grade is there.
 */
function compileRevocation(rule: CompiledRule, { listens, conditions }: Revocation): CompiledRevocation['takesBack'] {
  const means = compileListening([listens])
  if (conditions) {
    const holds = compileCondition(conditions)
    return (event) => means(event) && holds(event) === null
  }
  return (event) => {
    if (!means(event)) return false
    if (!rule.means(event)) return true
    if (rule.waits(event)) return false
    return (
      (rule.conditions?.(event) ?? null) !== null ||
      (rule.unless !== null && rule.unless(event) === null) ||
      rule.worth(event).points === 0
    )
  }
}
