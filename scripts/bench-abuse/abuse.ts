/** Abuse added onto real weeks: what it does is described here, and nowhere else is anything fitted to it. */
import { DAY, deletePost, HOUR, type Maker, MINUTE, quizzesOf, SECOND, type WeekOf } from './honest.js'

/** @param severity 1 is the whole of it. @returns who else took part. */
type Abuse = (week: WeekOf, severity: number, maker: Maker, others: readonly WeekOf[]) => readonly WeekOf[]

export interface Kind {
  readonly does: Abuse
  /** The weekly rules that were written with it in mind. */
  readonly rules: readonly string[]
}

const times = (most: number, severity: number) => Math.max(1, Math.round(most * severity))

/** A moment of the week at which the learner was there, so that nothing falls out of it. */
const moment = ({ events }: WeekOf, { random }: Maker) => random.pick(events).time

const clicking =
  (jitter: number): Abuse =>
  (week, severity, maker) => {
    const { random } = maker
    const gap = random.between(6, 25) * SECOND
    const pages = week.events.flatMap(({ activity }) => activity ?? [])
    let time = moment(week, maker)
    for (let left = times(180, severity); left > 0; left--) {
      time += gap * (1 + random.between(-jitter, jitter))
      const activity = pages.length > 0 ? random.pick(pages) : 'page:1'
      maker.add('\\mod_page\\event\\course_module_viewed', week.user, week.course, time, { activity })
    }
    return []
  }

const CLICK_RULES = ['burst', 'long_session', 'even_clicks', 'regular_clicks']

export const KINDS: Readonly<Record<string, Kind>> = {
  'quiz hammering': {
    rules: ['many_attempts', 'quick_attempts'],
    does: (week, severity, maker) => {
      const { random } = maker
      const quiz = random.pick(quizzesOf(week.course))
      let end = moment(week, maker)
      for (let left = times(30, severity) + 1; left > 0; left--) {
        end += random.between(25, 240) * SECOND
        maker.attempt(week, quiz, end, { rapid: 0.05, speed: 0.3 })
      }
      return []
    },
  },
  'scripted clicks': { rules: CLICK_RULES, does: clicking(0) },
  'scripted clicks, jittered': { rules: CLICK_RULES, does: clicking(0.4) },
  'empty and copied posts': {
    rules: ['few_words', 'near_copies', 'quick_posts'],
    does: (week, severity, maker) => {
      const { random } = maker
      let time = moment(week, maker)
      for (let left = times(24, severity); left > 0; left--) {
        time += random.between(15, 150) * SECOND
        const copied = random.chance(0.5)
        const data = copied
          ? { words: 25, text_hash: `copy ${week.user}`, similarity: 100 }
          : { words: random.whole(0, 4), text_hash: `short ${maker.id()}`, similarity: 0 }
        maker.post(week, time, data)
      }
      return []
    },
  },
  'ring of two': {
    rules: ['ring', 'ring_address', 'reply_ring'],
    does: (week, severity, maker, others) => {
      const { random } = maker
      const peer = others.find(
        ({ user, course, week: when }) => user !== week.user && course === week.course && when === week.week,
      )
      if (peer === undefined) return []
      const together = random.chance(0.7) ? { ip_hash: `ring ${week.user}` } : {}
      const pages = week.events.flatMap(({ activity }) => activity ?? [])
      let time = moment(week, maker)
      for (let left = times(25, severity); left > 0; left--) {
        time += random.between(1, 8) * MINUTE
        const activity = pages.length > 0 ? random.pick(pages) : 'page:1'
        const view = '\\mod_page\\event\\course_module_viewed'
        maker.add(view, peer.user, week.course, time, { activity, data: together })
        maker.add(view, week.user, week.course, time + random.between(15, 200) * SECOND, { activity, data: together })
      }
      let [mine, theirs] = [maker.post(week, time, said(maker)), maker.post(peer, time + MINUTE, said(maker))]
      for (let left = times(8, severity); left > 0; left--) {
        time += random.between(2, 15) * MINUTE
        const answer = maker.post(peer, time, { ...said(maker), ...together, reply_to: mine.object! })
        mine = maker.post(week, time + MINUTE, { ...said(maker), ...together, reply_to: theirs.object! })
        theirs = answer
      }
      return [peer]
    },
  },
  'night farming': {
    rules: ['night'],
    does: (week, severity, maker) => {
      const { random } = maker
      // Midnight in Muscat.
      const night = Math.floor((moment(week, maker) + 4 * HOUR) / DAY) * DAY - 4 * HOUR
      for (let left = times(120, severity); left > 0; left--) {
        const time = night + HOUR + random.between(0, 4 * HOUR)
        maker.add('\\mod_page\\event\\course_module_viewed', week.user, week.course, time, {
          activity: `page:${random.whole(1, 40)}`,
        })
      }
      return []
    },
  },
  'rapid guessing': {
    rules: ['rapid_answers', 'right_and_fast'],
    does: (week, severity, maker) => {
      const { random } = maker
      for (let left = times(5, severity); left > 0; left--) {
        const end = moment(week, maker) + random.between(5, 60) * MINUTE
        maker.attempt(week, random.pick(quizzesOf(week.course)), end, { rapid: random.between(0.5, 1), speed: 1 })
      }
      return []
    },
  },
  'deleting after earning': {
    rules: ['deleted_after_earning', 'quick_posts'],
    does: (week, severity, maker) => {
      const { random } = maker
      for (let left = times(9, severity); left > 0; left--) {
        const time = moment(week, maker) + random.between(1, 20) * MINUTE
        deletePost(maker, maker.post(week, time, said(maker)), time + random.between(2, 20) * MINUTE)
      }
      return []
    },
  },
}

const said = (maker: Maker) => ({ words: maker.random.whole(20, 45), text_hash: `text ${maker.id()}`, similarity: 5 })
