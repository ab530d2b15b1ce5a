/**
 * Everything Rocket tells a person about points: a code from a closed list, its parameters, and an English sentence.
 * Other languages are rendered from code and parameters, so a parameter is never a finished phrase: times are RFC 3339,
 * days `YYYY-MM-DD`, the rest numbers and names.
 */

type Value = string | number | boolean | null | readonly Reason[]

export interface Reason {
  readonly code: ReasonCode
  readonly params: Readonly<Record<string, Value>>
  readonly text: string
}

/** How the times inside a sentence are shown: in the institution's zone. */
export interface Wording {
  /** `3 May 2026`, or with the time of day where it is needed to tell. */
  readonly when: (rfc3339: string) => string
}

type Params = Reason['params']
type Sentence = (params: Params, wording: Wording) => string

const points = (count: unknown): string => (count === 1 ? '1 point' : `${count} points`)
const were = (count: unknown): string => (count === 1 ? '1 point was' : `${count} points were`)
const times = (count: unknown): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)
const day = (params: Params, key: string, wording: Wording): string => wording.when(String(params[key]))

const texts = (reasons: unknown): string[] => (reasons as readonly Reason[]).map((part) => part.text)

const andMore = (count: unknown): string => (typeof count === 'number' ? `, and ${count} more` : '')

const PERIOD: Readonly<Record<string, string>> = {
  day: 'today',
  week: 'this week',
  month: 'this month',
  term: 'this term',
  ever: 'in all',
}
const inPeriod = (per: unknown): string => PERIOD[String(per)] ?? `in ${per}`

const SENTENCES = {
  granted: (p) => `You earned ${points(p.points)}.`,
  capped: (p) =>
    `You earned ${points(p.points)} of ${p.of}: with them you have reached the most that this can pay ${inPeriod(p.per)} (${p.limit}).`,
  held: (p) =>
    `${were(p.points)} set aside until a person has looked. This is not a finding of misconduct.` +
    (p.of ? ` More (${p.of}) would pass the most that this can pay ${inPeriod(p.per)} (${p.limit}).` : ''),
  revoked: (p) => `${were(p.points)} taken back, because what earned them no longer stands.`,
  withdrawn: (p, w) => `What this was for was undone on ${day(p, 'withdrawn', w)}.`,
  waiting_for_grade: () => 'This has no grade yet. It is decided when the grade is there.',
  condition_not_met: (p) => `This pays where ${p.field} is ${p.test}; here it was ${p.value ?? 'not given'}.`,
  excluded: () => 'This does not qualify for points under the institution’s rules.',
  outside_window: (p, w) =>
    p.opens ? `This pays only at certain times, next from ${day(p, 'opens', w)}.` : 'The time for this has passed.',
  requires: (p) => `Something comes first: ${texts(p.missing).join('; ')}${andMore(p.more)}.`,
  needs_badge: (p) => `earn the badge ${p.badge}`,
  needs_rule: (p) => `earn points by ${p.rule}`,
  needs_completed: (p) => `complete ${p.target}`,
  needs_completion_rate: (p) => `complete ${p.at_least} % of ${p.course} (now ${p.rate} %)`,
  needs_points: (p) => `${points(p.points)} more`,
  needs_all: (p) => texts(p.missing).join(' and ') + andMore(p.more),
  needs_any: (p) => texts(p.options).join(', or ') + andMore(p.more),
  no_object: (p) => `This can be counted only where it names its ${p.scope}, and it named none.`,
  already_granted: (p, w) => `You had the points for this on ${day(p, 'granted', w)}.`,
  once_only: (p, w) => `This ${p.scope} paid already, on ${day(p, 'granted', w)}. It pays once.`,
  frequency: (p, w) =>
    p.again
      ? `You had these points already on ${day(p, 'granted', w)}; they come again from ${day(p, 'again', w)}.`
      : `You had these points already ${times(p.count)}, last on ${day(p, 'granted', w)}; they come no more often.`,
  cap_reached: (p, w) =>
    `You have reached the most that this can pay ${inPeriod(p.per)} (${p.unit === 'points' ? points(p.limit) : p.limit}).` +
    (p.again ? ` It pays again from ${day(p, 'again', w)}.` : ''),
  no_points: (p) => `By its ${p.field}, this is worth no points.`,
} satisfies Record<string, Sentence>

export type ReasonCode = keyof typeof SENTENCES

export const reasonCodes = Object.keys(SENTENCES) as readonly ReasonCode[]

export function reason(code: ReasonCode, params: Params, wording: Wording): Reason {
  const sentence: Sentence = SENTENCES[code]
  return { code, params, text: sentence(params, wording) }
}
