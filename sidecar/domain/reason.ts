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
const more = (count: unknown): string => (count === 1 ? '1 more point' : `${count} more points`)
const were = (count: unknown): string => (count === 1 ? '1 point was' : `${count} points were`)
const times = (count: unknown): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)
const day = (params: Params, key: string, wording: Wording): string => wording.when(String(params[key]))

/** One that nobody has earned yet is known by its number alone. */
function badge(named: unknown): string {
  const name = String(named)
  return name.startsWith('badge:') ? `badge ${name.slice('badge:'.length)}` : `the badge ${name}`
}

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
  held: (p, w) =>
    `${were(p.points)} set aside until a person has looked${p.because ? `: ${texts(p.because).join('; ')}` : ''}. ` +
    `This is not a finding of misconduct.${p.release ? ` If nobody decides by ${day(p, 'release', w)}, they are yours.` : ''}` +
    (p.of ? ` More (${p.of}) would pass the most that this can pay ${inPeriod(p.per)} (${p.limit}).` : ''),
  revoked: (p) => `${were(p.points)} taken back, because what earned them no longer stands.`,
  withdrawn: (p, w) => `What this was for was undone on ${day(p, 'withdrawn', w)}.`,
  waiting_for_grade: () => 'This has no grade yet. It is decided when the grade is there.',
  condition_not_met: (p) => `This pays where ${p.field} is ${p.test}; here it was ${p.value ?? 'not given'}.`,
  frozen: () =>
    'Your account is frozen: it earns and redeems nothing until the institution changes that. Your points stay.',
  excluded: () => 'This does not qualify for points under the institution’s rules.',
  outside_window: (p, w) =>
    p.opens ? `This pays only at certain times, next from ${day(p, 'opens', w)}.` : 'The time for this has passed.',
  requires: (p) => `Something comes first: ${texts(p.missing).join('; ')}${andMore(p.more)}.`,
  needs_badge: (p) => `earn ${badge(p.badge)}`,
  needs_rule: (p) => `earn points by ${p.rule}`,
  needs_completed: (p) => `complete ${p.target}`,
  needs_completion_rate: (p) => `complete ${p.at_least} % of ${p.course} (now ${p.rate} %)`,
  needs_points: (p) => more(p.points),
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
  not_qualifying: (p) =>
    `This does not qualify for points under the institution’s rules${p.because ? `: ${p.because}` : ''}.`,
  few_words: (p) =>
    p.words === 0
      ? `There is nothing in it that could earn points: it needs at least ${p.at} words, or a file.`
      : `A text earns points from ${p.at} words on; this one has ${p.words}.`,

  // Why points are set aside: the middle of a sentence.
  held_blacklist: (p) => `${p.because ?? 'the institution wants to look at such activity'}`,
  held_rapid_answers: (p) => `${p.observed} % of the questions were answered faster than they can be read`,
  held_same_text: () => 'the same text was handed in before',
  held_near_copy: (p) => `${p.observed} % of the text is like another one`,
  held_same_file: () => 'the same file was handed in before',
  held_quick_attempts: (p) => `${p.observed} attempts within a day came less than two minutes after the one before`,
  held_many_attempts: (p) => `it was attempt ${p.observed} at the same quiz within seven days`,
  held_quick_posts: (p) => `${p.observed} posts within a day came less than a minute after the one before`,
  held_burst: (p) => `${p.observed} activities within ten minutes`,
  held_regular_clicks: (p) => `${p.observed} activities followed each other like clockwork`,
  held_reply_ring: (p) => `${p.observed} answers to and fro with the same person within seven days`,
  held_deleted_after_earning: (p) =>
    `${p.observed} things were deleted after they had earned points, within seven days`,

  // Why a reward cannot be had.
  needs_tier: (p) => `reach the tier ${p.title}: ${texts(p.missing).join(', ')}${andMore(p.more)}`,
  needs_balance: (p) => more(p.points),
  not_active: () => 'This reward is switched off.',
  not_approved: () => 'This reward waits for the institution’s approval.',
  not_funded: () => 'At present only rewards that the institution pays for can be redeemed.',
  reward_window: (p, w) =>
    p.opens
      ? `This can be had only at certain times, next from ${day(p, 'opens', w)}.`
      : 'The time in which this could be had has passed.',
  limit_reached: (p, w) =>
    `You have had this ${times(p.count)} ${inPeriod(p.per)}, and that is the most.` +
    (p.again ? ` It can be had again from ${day(p, 'again', w)}.` : ''),
  out_of_stock: () => 'None of these are left.',
  budget_used_up: (p, w) => `The money for this is used up for this month. It begins anew on ${day(p, 'again', w)}.`,
  partner_closed: () => 'The partner who hands this over takes no redemptions at present.',
  redeeming_paused: () => 'Redeeming is paused for the moment. Your points are safe.',

  // What a learner is told without having asked.
  tier_reached: (p) => `You have reached the tier ${p.title}.`,
  redeemed: (p) => `You redeemed ${p.title} for ${points(p.points)}.`,
  delivered: (p) => `${p.title} was handed over.`,
  refused: (p) => `${p.title} could not be handed over. You have ${points(p.points)} back.`,
  cancelled: (p) => `${p.title} was cancelled. You have ${points(p.points)} back.`,
  token_lapses: (p, w) => `Your token for ${p.title} lapses on ${day(p, 'expires', w)}.`,
  token_lapsed: (p) =>
    `Your token for ${p.title} lapsed unused.${p.points ? ` You have ${points(p.points)} back.` : ''}`,
  token_replaced: (p) => `There is a new token for ${p.title}: the one before it no longer counts.`,
  points_lapse: (p, w) =>
    `${p.points === 1 ? '1 point lapses' : `${p.points} points lapse`} on ${day(p, 'expires', w)}.`,

  hold_made: (p) =>
    `${were(p.points)} set aside until a person has looked; the page of your points says why, and until when. This is not a finding of misconduct.`,
  hold_released: (p) => `${were(p.points)} set aside; a person has looked, and they are yours.`,
  hold_lapsed: (p) => `${were(p.points)} set aside; nobody decided in time, so they are yours.`,
  hold_confirmed: (p) => `${were(p.points)} set aside, and a person has decided that they are not granted: ${p.why}.`,
  flag_confirmed: (p) =>
    `${were(p.points)} taken back by a person: ${p.why}. If you think that this is wrong, ask your institution.`,
  appeal_received: (p) => `Your appeal about ${points(p.points)} has come in. A person will look at it first.`,

  // What administrators are told.
  budget_short: (p) =>
    `What the budget ${p.budget} has left for ${p.month} is less than ${p.reward} pays: nobody can redeem it before next month.`,
  budget_warning: (p) => `The budget ${p.budget} is used to ${p.percent} % for ${p.month}.`,
  codes_low: (p) => `Only ${p.left} codes of ${p.of} are left for ${p.reward}.`,
  codes_empty: (p) => `No code is left for ${p.reward}: import more with \`scripts/rocket codes import\`.`,
  codes_lapse: (p, w) =>
    `${p.count} codes for ${p.reward} lapse by ${day(p, 'expires', w)} and are not handed out yet.`,
  delivery_stuck: (p) =>
    `The redemption ${p.redemption} could not be sent to ${p.partner}: ${p.why}. It goes on with \`scripts/rocket redemption replay ${p.redemption}\`, or ends with \`redemption cancel\`.`,
  ledger_renamed: (p) =>
    `The ledger goes on under another name, ${p.origin} instead of ${p.former}: ${p.why}. Entries that were under its checkpoints may be lost; tell whoever keeps checkpoints.`,
  appeal_made: (p) => `A learner has appealed against ${points(p.points)} being set aside (review ${p.review}).`,
  review_waiting: (p) => `${p.count === 1 ? '1 item waits' : `${p.count} items wait`} for review.`,
  partner_gone: (p) =>
    `${p.partner} answered that its address is gone. Its rewards are locked until \`scripts/rocket partner test ${p.partner}\` succeeds.`,
} satisfies Record<string, Sentence>

export type ReasonCode = keyof typeof SENTENCES

export const reasonCodes = Object.keys(SENTENCES) as readonly ReasonCode[]

export function reason(code: ReasonCode, params: Params, wording: Wording): Reason {
  const sentence: Sentence = SENTENCES[code]
  return { code, params, text: sentence(params, wording) }
}

/** A reason that is shown by itself: what is needed is otherwise the middle of a sentence. */
export const alone = ({ code, params, text }: Reason): Reason => ({
  code,
  params,
  text: text.charAt(0).toUpperCase() + text.slice(1),
})
