/**
 * What is looked for in an event that would earn: too little in it, the same again, too fast, too regular. Pure; what
 * happened before comes through `History`. Thresholds, and how honest weeks lie beneath them: `docs/fair-play.md`.
 */

/**
 * `floor`: there is too little in it to earn, and it does not qualify. Anything else sets points aside for a person;
 * `timing` does so by the clock, from which learners can be exempted.
 */
export type CheckKind = 'floor' | 'likeness' | 'timing' | 'conduct'
export type CheckState = 'on' | 'shadow' | 'off'

export interface CheckTerms {
  readonly kind: CheckKind
  /** Goes up when it finds other things than before. */
  readonly version: number
  /** What it does where the institution says nothing. */
  readonly state: CheckState
  /** From this value on it finds something; a floor: below it. */
  readonly at: number
  /** The least and the most that an institution may set. */
  readonly least: number
  readonly most: number
  /** What is counted, for people in charge. */
  readonly counts: string
}

const pattern = (kind: CheckKind, at: number, least: number, most: number, counts: string): CheckTerms => ({
  kind,
  version: 1,
  state: 'shadow',
  at,
  least,
  most,
  counts,
})

export const CHECKS = {
  few_words: { ...pattern('floor', 5, 1, 1_000, 'words of a text without a file'), state: 'on' },
  rapid_answers: pattern('timing', 20, 1, 100, 'percent of a quiz’s questions answered faster than they can be read'),
  same_text: pattern('likeness', 1, 1, 100, 'earlier texts that are the same to the letter, and not the same work'),
  near_copy: pattern('likeness', 80, 10, 100, 'percent that is like another of the course’s latest posts'),
  same_file: pattern('likeness', 1, 1, 100, 'earlier submissions of the same files, and not for the same assignment'),
  quick_attempts: pattern(
    'timing',
    4,
    2,
    100,
    'attempts at a quiz within a day, each less than two minutes after the last',
  ),
  many_attempts: pattern('conduct', 8, 2, 1_000, 'attempts at a quiz within seven days'),
  quick_posts: pattern('timing', 4, 2, 100, 'posts within a day, each less than a minute after the last'),
  burst: pattern('timing', 60, 10, 64, 'activities within ten minutes'),
  regular_clicks: pattern('timing', 8, 5, 60, 'activities at the same distance of ten seconds or more, to the second'),
  reply_ring: pattern('conduct', 4, 2, 100, 'answers to and fro between two people within seven days'),
  deleted_after_earning: pattern(
    'conduct',
    3,
    1,
    100,
    'things that the learner deleted after they had earned, within seven days',
  ),
} as const satisfies Record<string, CheckTerms>

export type CheckId = keyof typeof CHECKS
export const CHECK_IDS = Object.keys(CHECKS) as readonly CheckId[]

/** What the institution says of a check. */
export interface CheckPolicy {
  readonly state: CheckState
  readonly at: number
}

/** What a check found. */
export interface Finding {
  readonly check: CheckId
  readonly version: number
  readonly threshold: number
  readonly observed: number
  /** Ids of the learner's own events that it rests on, this one apart. */
  readonly events: readonly string[]
  /** Others who have to do with it, by subject: for people in charge alone. */
  readonly others: readonly string[]
}
