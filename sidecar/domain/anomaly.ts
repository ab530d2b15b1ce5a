/**
 * How surprising a week is beside other weeks: ECOD (Li et al. 2022, “ECOD: Unsupervised Outlier Detection Using Empirical
 * Cumulative Distribution Functions”), of which only the right tail is used, and of the features only those that surprise
 * most; and what fixed rules found. No chance, no clock, no parameters that are learned: the same input gives the same bytes.
 */
import { FEATURE_IDS, FEATURES, type FeatureId, firedIn, type WeekFeatures, type WeekRule } from './week-feature.js'
import { usualOf } from './week-rhythm.js'

/** Of one feature: a value, and how many weeks have as much or more, by rising value. */
export type Steps = readonly (readonly [value: number, reach: number])[]

/** What weeks are compared with. */
export interface Reference {
  readonly weeks: number
  /** Of a feature that is missing nothing is known: it surprises nobody. */
  readonly features: Readonly<Partial<Record<FeatureId, { readonly of: number; readonly steps: Steps }>>>
}

/** A feature that is rare. */
export interface Surprise {
  readonly feature: FeatureId
  readonly value: number
  /** So many of so many weeks have as much or more. */
  readonly reach: number
  readonly of: number
  /** What a week of this learner usually has, or else a week of anybody. */
  readonly usual: number
  readonly usualOf: 'learner' | 'all'
}

export interface Fired {
  readonly rule: WeekRule
  readonly observed: number
  /** By subject; for people in charge alone. */
  readonly other: string | null
}

/** A sentence for people in charge. */
export interface Sentence {
  readonly code: string
  readonly params: Readonly<Record<string, string | number>>
  readonly text: string
}

const STEPS = 200
/** So many of the largest values are kept one by one: the tail is what counts. */
const EXACT = 100
/** Fewer weeks say nothing about what is rare. */
const LEAST_WEEKS = 100
const MOST_SURPRISING = 3
const PER_RULE = 5
const MOST_RULES = 3

/** Learns what is rare. @param columns of each feature the values of all weeks; weeks of which it is not known left out. */
export function learnReference(weeks: number, columns: Readonly<Record<FeatureId, readonly number[]>>): Reference {
  const features = FEATURE_IDS.flatMap((id) => {
    const values = columns[id]
    return values.length < LEAST_WEEKS ? [] : [[id, { of: values.length, steps: stepsOf(values) }] as const]
  })
  return { weeks, features: Object.fromEntries(features) }
}

function stepsOf(values: readonly number[]): Steps {
  const sorted = Float64Array.from(values).sort()
  const distinct: [number, number][] = []
  sorted.forEach((value, index) => {
    if (index === 0 || value !== sorted[index - 1]) distinct.push([value, sorted.length - index])
  })
  const tail = distinct.slice(-EXACT)
  const rest = distinct.slice(0, -EXACT)
  if (rest.length <= STEPS - EXACT) return distinct
  // By equal factors from how many reach the tail to how many there are.
  const few = tail[0]![1]
  const factor = (sorted.length / few) ** (1 / (STEPS - EXACT))
  const kept: [number, number][] = []
  let aim = few
  for (const step of rest.toReversed()) {
    if (step[1] < aim) continue
    kept.push(step)
    while (aim <= step[1]) aim *= factor
  }
  return [...kept.reverse(), ...tail]
}

/** How many weeks of a reference have a value or more. */
function reachOf(steps: Steps, value: number): number {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (steps[middle]![0] < value) low = middle + 1
    else high = middle
  }
  return steps[low]?.[1] ?? 0
}

/** What a week of anybody has: half of all have as much or more. */
const middleOf = (steps: Steps, of: number): number => steps.findLast(([, reach]) => reach * 2 >= of)?.[0] ?? 0

/** -ln of the share of weeks that reach it. What nobody reaches counts as if one did. */
const surpriseOf = (reach: number, of: number): number => Math.log(of / Math.max(1, reach))

interface Rare {
  readonly feature: FeatureId
  readonly reach: number
  readonly of: number
  readonly surprise: number
}

/** The features of a week that surprise most; of equals the first by their order. */
function mostSurprising(features: WeekFeatures, reference: Reference): Rare[] {
  const most: Rare[] = []
  for (const feature of FEATURE_IDS) {
    const known = reference.features[feature]
    const value = features[feature]
    if (known === undefined || value === null) continue
    const reach = reachOf(known.steps, value)
    const surprise = surpriseOf(reach, known.of)
    if (surprise <= (most.length < MOST_SURPRISING ? 0 : most.at(-1)!.surprise)) continue
    const place = most.findIndex((other) => other.surprise < surprise)
    most.splice(place === -1 ? most.length : place, 0, { feature, reach, of: known.of, surprise })
    most.length = Math.min(most.length, MOST_SURPRISING)
  }
  return most
}

/**
 * How surprising a week is: the sum of its three most surprising features, and 5 for each rule that fired, 3 at most.
 * @param rules how many fired.
 */
export function scoreOf(features: WeekFeatures, reference: Reference, rules: number): number {
  const rare = mostSurprising(features, reference).reduce((sum, { surprise }) => sum + surprise, 0)
  return Math.round((rare + PER_RULE * Math.min(rules, MOST_RULES)) * 10_000) / 10_000
}

/** What made a week surprising. @param before the learner's earlier weeks. */
export function surprisesOf(features: WeekFeatures, reference: Reference, before: readonly WeekFeatures[]): Surprise[] {
  return mostSurprising(features, reference).map(({ feature, reach, of }) => {
    const usual = usualOf(before.flatMap((week) => week[feature] ?? []))
    const steps = reference.features[feature]?.steps ?? []
    return {
      feature,
      value: features[feature] ?? 0,
      reach,
      of,
      usual: usual ?? middleOf(steps, of),
      usualOf: usual === null ? 'all' : 'learner',
    }
  })
}

/** The rules that fired in a week, with what they saw. */
export function firedRules(features: WeekFeatures, peers: Readonly<Partial<Record<FeatureId, string>>>): Fired[] {
  return firedIn(features).map((rule) => ({
    rule,
    observed: features[rule.feature] ?? 0,
    other: peers[rule.feature] ?? null,
  }))
}

const grouped = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 2 })

/** `44 events that earn points; 2 of 3,732 weeks reach this; the learner’s usual week has 9`. */
export function surpriseSentence({ feature, value, reach, of, usual, usualOf }: Surprise): Sentence {
  const rare = `${reach === 0 ? 'none' : grouped(reach)} of ${grouped(of)} weeks ${reach < 2 ? 'reaches' : 'reach'} this`
  const whose = usualOf === 'learner' ? 'the learner’s usual week' : 'a usual week of anybody'
  return {
    code: feature,
    params: { value, reach, of, usual, usual_of: usualOf },
    text: `${FEATURES[feature].says(grouped(value))}; ${rare}; ${whose} has ${grouped(usual)}`,
  }
}

/** `9 attempts at one quiz; a fixed rule says that a person should look from 8 on`. */
export function ruleSentence({ rule, observed }: Fired): Sentence {
  const { id, feature, at } = rule
  return {
    code: id,
    params: { observed, threshold: at },
    text: `${FEATURES[feature].says(grouped(observed))}; a fixed rule says that a person should look from ${grouped(at)} on`,
  }
}
