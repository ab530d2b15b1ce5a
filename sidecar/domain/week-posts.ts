/** What somebody writes. */
import { wordsIn } from './blacklist.js'
import type { WeekEvent } from './learner-week.js'
import type { LearningEvent } from './learning-event.js'
import { deedNameOf, undoes } from './meaning.js'
import type { FeatureId } from './week-feature.js'

const POSTS: ReadonlySet<string | null> = new Set([
  ...['forum.post', 'comment.posted', 'glossary.entry', 'database.entry', 'wiki.page', 'blog.entry'],
])
const SUBMISSIONS: ReadonlySet<string | null> = new Set(['assign.submitted', 'workshop.submitted'])
const MINUTE = 60_000
const FEW_WORDS = 5
/** Percent of three-word sequences that two texts share. */
const ALIKE = 50

type Posts = Readonly<
  Record<Extract<FeatureId, 'posts' | 'blank_texts' | 'near_copies' | 'quick_posts'>, number | null>
>

/** @param events the learner's own, in the order of their times. */
export function postsIn(events: readonly WeekEvent[]): Posts {
  const written = events.flatMap(({ event }) => (undoes(event.event) ? [] : [event]))
  const posts = written.filter(({ event }) => POSTS.has(deedNameOf(event)))
  const texts = written.filter(({ event }) => POSTS.has(deedNameOf(event)) || SUBMISSIONS.has(deedNameOf(event)))
  const counted = texts.some(({ data }) => typeof data.words === 'number')
  return {
    posts: posts.length,
    blank_texts: texts.length > 0 && !counted ? null : texts.filter(isBlank).length,
    near_copies: texts.length > 0 && !texts.some(isComparable) ? null : copiesIn(texts),
    quick_posts: posts.filter((post, index) => isQuick(post, posts[index - 1])).length,
  }
}

const isBlank = (event: LearningEvent): boolean => (wordsIn(event) ?? FEW_WORDS) < FEW_WORDS

const isComparable = ({ data }: LearningEvent): boolean =>
  typeof data.text_hash === 'string' || typeof data.similarity === 'number'

/** Of a submission `similarity` may come from software that looks for sources elsewhere: that is not ours to judge. */
function copiesIn(texts: readonly LearningEvent[]): number {
  const seen = new Set<unknown>()
  return texts.filter(({ event, data: { text_hash: hash, similarity } }) => {
    const again = typeof hash === 'string' && seen.has(hash)
    seen.add(hash)
    return again || (POSTS.has(deedNameOf(event)) && typeof similarity === 'number' && similarity >= ALIKE)
  }).length
}

const isQuick = ({ time, data: { seconds_since_last: since } }: LearningEvent, last?: LearningEvent): boolean =>
  (last !== undefined && time - last.time < MINUTE) || (typeof since === 'number' && since < MINUTE / 1_000)
