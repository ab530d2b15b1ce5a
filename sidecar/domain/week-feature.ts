/**
 * What is counted of a learner's week, all of it so that more is more suspicious; and from where on a fixed rule says that
 * a person should look. Thresholds, and how honest weeks lie beneath them: `docs/fair-play.md`.
 */

export type Family = 'volume' | 'rhythm' | 'night' | 'quiz' | 'posts' | 'ring'

export interface FeatureTerms {
  readonly family: Family
  /** It goes by the clock: of learners who are exempt from that it is not known. */
  readonly timing: boolean
  readonly title: string
  /** A value in words, for people in charge. */
  readonly says: (value: string) => string
}

const feature = (
  family: Family,
  by: 'clock' | 'count',
  title: string,
  says: (value: string) => string,
): FeatureTerms => ({ family, timing: by === 'clock', title, says })

/** In the order in which the values of a week are kept: new ones go to the end. */
export const FEATURES = {
  events: feature('volume', 'count', 'Events in the week', (n) => `${n} events in the week`),
  burst: feature('volume', 'clock', 'Most events within ten minutes', (n) => `${n} events within ten minutes`),
  point_events: feature('volume', 'count', 'Events that earn points', (n) => `${n} events that earn points`),
  own_ratio: feature(
    'volume',
    'count',
    'Events, beside the learner’s own usual week',
    (n) => `${n} times as many events as in the learner’s own usual week and ten more`,
  ),
  session: feature(
    'volume',
    'clock',
    'Longest time without a break of half an hour, in minutes',
    (n) => `${n} minutes without a break of half an hour`,
  ),
  regularity: feature(
    'rhythm',
    'clock',
    'How regular the times between clicks are (20: like clockwork)',
    (n) => `times between clicks that are regular to a degree of ${n} (20 is clockwork)`,
  ),
  even_gaps: feature(
    'rhythm',
    'clock',
    'Percent of the times between clicks that are about the same',
    (n) => `${n} % of the times between clicks are about the same`,
  ),
  equal_run: feature(
    'rhythm',
    'clock',
    'Clicks in a row at the same distance, to the second',
    (n) => `${n} clicks in a row at the same distance, to the second`,
  ),
  night: feature('night', 'clock', 'Events between one and five at night', (n) => `${n} events from 01:00 to 05:00`),
  attempts: feature('quiz', 'count', 'Most attempts at one quiz', (n) => `${n} attempts at one quiz`),
  quick_attempts: feature(
    'quiz',
    'clock',
    'Attempts less than two minutes after the last at the same quiz',
    (n) => `${n} attempts less than two minutes after the one before`,
  ),
  rapid_share: feature(
    'quiz',
    'clock',
    'Percent of questions answered faster than they can be read, the less the fewer questions there were',
    (n) => `${n} % of the questions answered faster than they can be read`,
  ),
  right_and_fast: feature(
    'quiz',
    'clock',
    'Right answers in less than a quarter of the time that others take',
    (n) => `${n} right answers in less than a quarter of the time that others take`,
  ),
  posts: feature('posts', 'count', 'Posts', (n) => `${n} posts`),
  blank_texts: feature('posts', 'count', 'Texts of under five words', (n) => `${n} texts of under five words`),
  near_copies: feature(
    'posts',
    'count',
    'Texts that are like an earlier one',
    (n) => `${n} texts that are like an earlier one`,
  ),
  quick_posts: feature(
    'posts',
    'clock',
    'Posts less than a minute after the last',
    (n) => `${n} posts less than a minute after the one before`,
  ),
  taken_back: feature(
    'posts',
    'count',
    'Grants taken back, because what earned them was undone',
    (n) => `${n} grants taken back, because what earned them was undone`,
  ),
  sync: feature(
    'ring',
    'count',
    'Events within five minutes of the same other person on the same activity',
    (n) => `${n} events within five minutes of the same other person on the same activity`,
  ),
  sync_share: feature(
    'ring',
    'count',
    'The same as percent of what the one of the two did who did less',
    (n) => `${n} % of a week within five minutes of the same other person on the same activity`,
  ),
  sync_address: feature(
    'ring',
    'count',
    'The same from an address that both share with few others',
    (n) => `${n} events within five minutes of the same other person, from an address that few use`,
  ),
  mutual: feature(
    'ring',
    'count',
    'Answers to and fro with the same other person',
    (n) => `${n} answers to and fro with the same other person`,
  ),
} as const satisfies Record<string, FeatureTerms>

export type FeatureId = keyof typeof FEATURES
export const FEATURE_IDS = Object.keys(FEATURES) as readonly FeatureId[]

/** Null: it cannot be known of that week. */
export type WeekFeatures = Readonly<Record<FeatureId, number | null>>

export interface WeekRule {
  readonly id: string
  /** What it goes by first, and from where on. */
  readonly feature: FeatureId
  readonly at: number
  /** What has to be there as well. */
  readonly beside: readonly (readonly [feature: FeatureId, at: number])[]
}

const rule = (id: string, feature: FeatureId, at: number, beside: WeekRule['beside'] = []): WeekRule => ({
  id,
  feature,
  at,
  beside,
})

/** Ids as those of the checks that look for the same at each event (`check.ts`), where there is one. */
export const WEEK_RULES: readonly WeekRule[] = [
  rule('burst', 'burst', 60),
  rule('long_session', 'session', 240),
  rule('night', 'night', 40),
  rule('even_clicks', 'even_gaps', 60, [['events', 30]]),
  rule('regular_clicks', 'equal_run', 8),
  rule('many_attempts', 'attempts', 8),
  rule('quick_attempts', 'quick_attempts', 4),
  rule('rapid_answers', 'rapid_share', 10.01),
  rule('right_and_fast', 'right_and_fast', 4),
  rule('few_words', 'blank_texts', 4),
  rule('near_copies', 'near_copies', 3),
  rule('quick_posts', 'quick_posts', 4),
  rule('deleted_after_earning', 'taken_back', 3),
  rule('ring_address', 'sync_address', 4),
  rule('ring', 'sync', 8, [
    ['sync_share', 80],
    ['mutual', 1],
  ]),
  rule('reply_ring', 'mutual', 4),
]

/** Shift work, dormitories and slow reading look like this too. */
const NEVER_ALONE: ReadonlySet<Family> = new Set<Family>(['volume', 'night'])

/** The rules that find something in a week. How much or how late somebody works never counts alone. */
export function firedIn(features: WeekFeatures): WeekRule[] {
  const reaches = (id: FeatureId, at: number) => (features[id] ?? Number.NEGATIVE_INFINITY) >= at
  const fired = WEEK_RULES.filter(
    ({ feature: id, at, beside }) => reaches(id, at) && beside.every(([other, least]) => reaches(other, least)),
  )
  const families = new Set(fired.map(({ feature: id }) => FEATURES[id].family))
  return families.size > 1 ? fired : fired.filter(({ feature: id }) => !NEVER_ALONE.has(FEATURES[id].family))
}
