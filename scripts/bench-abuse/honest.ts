/**
 * What log exports do not hold, for honest learners: seconds, addresses, quizzes, posts. The weeks, and what was done in them,
 * are real; this is made up, in proportions of `docs/fair-play.md`'s sources: most items are read, a few are not; a third of
 * addresses is shared; one post in thirty is sent twice.
 */
import type { EventData, LearningEvent } from '../../sidecar/domain/learning-event.js'
import type { Random } from './random.js'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const ITEM_SECONDS = 35
const LAZY_ITEMS = 0.015

export interface WeekOf {
  readonly user: string
  readonly course: string
  readonly week: string
  /** Their events of the week in order of time. */
  readonly events: readonly LearningEvent[]
}

/** Makes events that nobody sent. */
export class Maker {
  #next = 0
  readonly made: LearningEvent[] = []

  constructor(readonly random: Random) {}

  id(): number {
    return ++this.#next
  }

  add(event: string, user: string, course: string, time: number, more: Partial<LearningEvent> = {}): LearningEvent {
    const made: LearningEvent = {
      ...{ id: `made-${this.id()}`, event, time: Math.floor(time / SECOND) * SECOND, user, actor: null, course },
      ...{ courseIdnumber: null, activity: null, object: null, origin: 'web', data: {}, factsOnly: false },
      ...more,
    }
    this.made.push(made)
    return made
  }

  /** An attempt at a quiz. @param rapid the share of items that are not read. */
  attempt(
    of: Pick<WeekOf, 'user' | 'course'>,
    quiz: string,
    end: number,
    given: { rapid: number; speed: number },
  ): void {
    const { random } = this
    const items = itemsOf(quiz)
    let [seconds, unread, right] = [0, 0, 0]
    for (let item = 0; item < items; item++) {
      const guessed = random.chance(given.rapid)
      seconds += guessed ? random.between(1, 3) : random.around(ITEM_SECONDS * given.speed, 0.6)
      if (guessed) unread++
      if (random.chance(guessed ? 0.1 : 0.73)) right++
    }
    this.add('\\mod_quiz\\event\\attempt_graded', of.user, of.course, end, {
      activity: quiz,
      object: `quiz_attempts:${this.id()}`,
      data: {
        ...{ score: Math.round((100 * right) / items), items, rapid_items: unread },
        ...{ duration_seconds: Math.round(seconds) },
      },
    })
  }

  post(
    of: Pick<WeekOf, 'user' | 'course'>,
    time: number,
    data: EventData,
    forum = `forum:${of.course}`,
  ): LearningEvent {
    const object = `forum_posts:${this.id()}`
    return this.add('\\mod_forum\\event\\post_created', of.user, of.course, time, { activity: forum, object, data })
  }
}

/** A quiz has as many items as its number says. */
const itemsOf = (quiz: string): number => 5 + (Number(quiz.split(':')[1]) % 11)

export const quizzesOf = (course: string): string[] =>
  Array.from({ length: 6 }, (_, index) => `quiz:${Number(course) * 10 + index}`)

/** Seconds within their minute, in the order that the log has. */
function withSeconds(events: readonly LearningEvent[], random: Random): LearningEvent[] {
  const byMinute = new Map<string, number[]>()
  for (const { user, time } of events) {
    const key = `${user} ${time}`
    byMinute.set(key, [...(byMinute.get(key) ?? []), random.whole(0, 59)])
  }
  for (const seconds of byMinute.values()) seconds.sort((a, b) => b - a)
  return events.map((event) => ({
    ...event,
    time: event.time + byMinute.get(`${event.user} ${event.time}`)!.pop()! * SECOND,
  }))
}

/** Who comes from where: 55 % through the campus, 8 % from a flat that two to four share, the others each from their own. */
export function addressesOf(users: readonly string[], random: Random): (user: string) => string {
  const addresses = new Map<string, string>()
  let [flat, left] = ['', 0]
  for (const user of users) {
    const drawn = random.unit()
    if (drawn < 0.55) addresses.set(user, 'campus')
    else if (drawn >= 0.63) addresses.set(user, `home ${user}`)
    else {
      if (left === 0) [flat, left] = [`flat ${user}`, random.whole(2, 4)]
      addresses.set(user, flat)
      left--
    }
  }
  return (user) => addresses.get(user) ?? `home ${user}`
}

/** Real events with seconds. */
export function honestEvents(real: readonly LearningEvent[], random: Random): LearningEvent[] {
  return withSeconds(real, random).map((event) =>
    event.event === '\\mod_assign\\event\\assessable_submitted'
      ? { ...event, data: { ...event.data, files: 1 } }
      : event,
  )
}

/** Honest quizzes and posts beside what a week holds. */
export function addHonest(weeks: readonly WeekOf[], maker: Maker): void {
  const { random } = maker
  const speeds = new Map<string, number>()
  const latest = new Map<string, LearningEvent[]>()
  for (const week of weeks) {
    const speed = speeds.get(week.user) ?? random.around(1, 0.25)
    speeds.set(week.user, speed)
    const somewhere = () => random.pick(week.events).time + random.between(MINUTE, 20 * MINUTE)
    if (random.chance(0.35)) takeQuiz(week, maker, somewhere(), speed)
    if (!random.chance(0.2)) continue
    const posts = latest.get(week.course) ?? []
    for (let left = random.whole(1, 3); left > 0; left--) posts.push(...writePost(week, maker, somewhere(), posts))
    latest.set(week.course, posts.slice(-20))
  }
}

function takeQuiz(week: WeekOf, maker: Maker, start: number, speed: number): void {
  const { random } = maker
  const quiz = random.pick(quizzesOf(week.course))
  let end = start
  for (let again = true; again; again = random.chance(0.3)) {
    end += random.chance(0.05) ? random.between(40, 110) * SECOND : random.between(5, 90) * MINUTE
    maker.attempt(week, quiz, end, { rapid: LAZY_ITEMS, speed })
  }
}

function writePost(week: WeekOf, maker: Maker, time: number, before: readonly LearningEvent[]): LearningEvent[] {
  const { random } = maker
  const words = random.chance(0.03) ? random.whole(1, 4) : Math.max(5, Math.round(random.around(40, 0.7)))
  const answered = before.filter(({ user }) => user !== week.user)
  const reply = answered.length > 0 && random.chance(0.5) ? { reply_to: random.pick(answered).object! } : {}
  const text_hash = `text ${maker.id()}`
  const similarity = random.chance(0.02) ? random.whole(50, 70) : random.whole(0, 20)
  const post = maker.post(week, time, { words, text_hash, similarity, ...reply })
  const twice = random.chance(0.03)
    ? [maker.post(week, time + random.whole(3, 30) * SECOND, { ...post.data, similarity: 100 })]
    : []
  if (random.chance(0.02)) deletePost(maker, post, time + random.between(1, 30) * MINUTE)
  return [post, ...twice]
}

export function deletePost(maker: Maker, { user, course, activity, object }: LearningEvent, time: number): void {
  maker.add('\\mod_forum\\event\\post_deleted', user, course ?? '', time, { activity, object })
}
