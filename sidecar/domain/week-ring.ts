/** With whom somebody keeps step, and whom they answer. */
import type { Around, WeekEvent } from './learner-week.js'
import type { FeatureId } from './week-feature.js'

/** Milliseconds. */
const TOGETHER = 300_000
/** An address that more learners of a course share is a campus, a dormitory or a proxy. */
const RARE = 5
/** Fewer than this say nothing about what share of a week they are. */
const LEAST_SYNC = 4

export interface Ring {
  readonly features: Readonly<
    Record<Extract<FeatureId, 'sync' | 'sync_share' | 'sync_address' | 'mutual'>, number | null>
  >
  /** Whom each is about, by subject. */
  readonly peers: Readonly<Partial<Record<FeatureId, string>>>
}

/** @param events the learner's own, in the order of their times. */
export function ringIn(subject: string, events: readonly WeekEvent[], around: Around): Ring {
  const together = new Tally()
  const fromAddress = new Tally()
  let weight = 0
  let addresses = false
  for (const { event } of events) {
    const { activity, course, time, data } = event
    if (activity === null) continue
    weight++
    const address = typeof data.ip_hash === 'string' ? data.ip_hash : null
    addresses ||= address !== null
    const near = around.near(activity, time - TOGETHER, time + TOGETHER).filter((other) => other.subject !== subject)
    together.addAll(near.map((other) => other.subject))
    const same = near.filter((other) => address !== null && other.address === address)
    if (address !== null && same.length > 0 && around.sharing(course, address) <= RARE) {
      fromAddress.addAll(same.map((other) => other.subject))
    }
  }
  const sync = together.most()
  const synced = fromAddress.most()
  const mutual = mutualWith(subject, events, around)
  const smaller = sync.of === null ? 0 : Math.min(weight, around.weightOf(sync.of))
  const peers = { sync: sync.of, sync_share: sync.of, sync_address: synced.of, mutual: mutual.of }
  return {
    features: {
      sync: sync.count,
      sync_share: sync.count < LEAST_SYNC ? 0 : Math.min(100, (100 * sync.count) / Math.max(1, smaller)),
      sync_address: weight > 0 && !addresses ? null : synced.count,
      mutual: mutual.count,
    },
    peers: Object.fromEntries(Object.entries(peers).filter(([, of]) => of !== null)),
  }
}

/** The most answers to and fro: the smaller number of the two directions. */
function mutualWith(subject: string, events: readonly WeekEvent[], around: Around): Most {
  const answered = new Tally()
  for (const { event } of events) {
    const { reply_to: post } = event.data
    const author = typeof post === 'string' ? around.authorOf(post) : null
    if (author !== null && author !== subject) answered.addAll([author])
  }
  const both = new Tally()
  for (const [peer, to] of answered.counts) {
    const back = around.answeredBy(peer).filter((post) => around.authorOf(post) === subject).length
    if (back > 0) both.counts.set(peer, Math.min(to, back))
  }
  return both.most()
}

interface Most {
  readonly of: string | null
  readonly count: number
}

class Tally {
  readonly counts = new Map<string, number>()

  /** Counts each of them once. */
  addAll(subjects: readonly string[]): void {
    for (const one of new Set(subjects)) this.counts.set(one, (this.counts.get(one) ?? 0) + 1)
  }

  /** Whom it counted most; of several whom it met first: subjects are random, and the same week is to be the same bytes. */
  most(): Most {
    let most: Most = { of: null, count: 0 }
    for (const [of, count] of this.counts) if (count > most.count) most = { of, count }
    return most
  }
}
