/** Counts the weeks of learners that are over, says how surprising each is, and queues the most surprising for a person. */
import type { Context } from '../context.js'
import {
  firedRules,
  learnReference,
  type Reference,
  ruleSentence,
  scoreOf,
  surpriseSentence,
  surprisesOf,
} from '../domain/anomaly.js'
import type { Civil } from '../domain/civil.js'
import { countWeek, type Week } from '../domain/learner-week.js'
import { FEATURE_IDS, type FeatureId } from '../domain/week-feature.js'
import type { Connection } from '../store/database.js'
import type { LearnerWeek } from '../store/learner-week.js'
import { readShippedReference } from '../store/shipped-reference.js'
import { WeekScan } from '../store/week-scan.js'
import { LEFT_AFTER } from './review.js'

const DAY = 86_400_000
/** A week is counted so long after its end, once: what comes later changes nothing any more. */
const SETTLED_AFTER = 2 * DAY
/** From so many weeks of its own on an institution is compared with itself, and with its latest so many. */
const OWN_FROM = 500
const OWN_MOST = 20_000
/** At most one of so many weeks goes into the queue. */
const ONE_OF = 100
/** Events, or weeks, between two looks at whatever else waits. */
const STEP = 2_000
const WEEKS = 20

export type Counting = Pick<Context, 'stores' | 'rules' | 'committer' | 'now'> & {
  /** Where events are read. */
  readonly reader: Connection
}

export interface Watching {
  readonly stopped?: AbortSignal | undefined
  readonly onProgress?: ((progress: { readonly done: number; readonly what: 'events' | 'weeks' }) => void) | undefined
}

/** @returns what was done, in a sentence. */
export async function anomaly(context: Counting, watching: Watching = {}): Promise<string> {
  const { committer } = context
  const counted = await countWeeks(context, watching)
  const reference = await referenceFor(context)
  const scored = reference === null ? 0 : await scoreWeeks(context, reference, watching)
  const queued = await committer.run(() => queueWeeks(context))
  const beside =
    reference === null
      ? `none is scored before there are ${OWN_FROM}, since the table that comes with Rocket knows other events`
      : `${scored} scored beside ${reference.weeks} ${reference.from === 'own' ? 'of this site' : 'of public data'}`
  return `${counted} weeks of learners counted, ${beside}; ${queued} put into the review queue`
}

async function countWeeks(context: Counting, watching: Watching): Promise<number> {
  const { stores, rules, committer, now, reader } = context
  const { learnerWeeks, learners, exempt } = stores
  const { civil } = rules.current()
  const settled = civil.period(now() - SETTLED_AFTER, 'week').start
  const scan = new WeekScan(reader)
  let done = 0
  try {
    await collect(context, scan, settled, watching)
    for (let time = scan.nextAt(Number.MIN_SAFE_INTEGER); time !== null; ) {
      const { start, end } = civil.period(time, 'week')
      const week = civil.dayOf(start)
      const around = scan.around(start, end)
      const due = scan.subjects(start, end).filter((subject) => !learnerWeeks.has(week, subject))
      for (let from = 0; from < due.length; from += WEEKS) {
        const counted = due.slice(from, from + WEEKS).map((subject) => {
          const before = learnerWeeks.before(subject, week).flatMap(({ events }) => events ?? [])
          const events = scan.eventsOf(subject, start, end)
          return count({ subject, exempt: exempt.has(subject), events, before, around }, week, civil)
        })
        done += await committer.run(() => {
          // Meanwhile somebody may have been erased, or another process may have counted.
          const missing = counted.filter(({ subject }) => learners.userOf(subject) && !learnerWeeks.has(week, subject))
          for (const one of missing) learnerWeeks.add(one, now())
          return missing.length
        }, WEEKS)
        watching.onProgress?.({ done, what: 'weeks' })
        watching.stopped?.throwIfAborted()
      }
      time = scan.nextAt(end)
    }
  } finally {
    scan.close()
  }
  return done
}

function count(given: Week, week: string, civil: Civil): Omit<LearnerWeek, 'score'> {
  const { features, peers } = countWeek(given, civil)
  const fired = firedRules(features, peers)
  const found = fired.map(({ rule, observed, other }) => {
    const others = other === null ? [] : [other]
    return { check: rule.id, version: 1, threshold: rule.at, observed, events: [], others }
  })
  return {
    subject: given.subject,
    week,
    features,
    because: { reference: null, found, sentences: fired.map(ruleSentence) },
  }
}

/** What came since the week began that was not over yet when this last went well; else everything that is kept. */
async function collect(
  { stores, rules, now }: Counting,
  scan: WeekScan,
  settled: number,
  { stopped, onProgress }: Watching,
): Promise<void> {
  const { events, jobRuns } = stores
  const last = jobRuns.list().find(({ name }) => name === 'anomaly')
  const since = last?.ok ? rules.current().civil.period(last.started - SETTLED_AFTER, 'week').start : 0
  const first = since === 0 ? events.receivedBefore(0).first : events.receivedBefore(since).end
  const { end } = events.receivedBefore(now() + DAY)
  for (let from = first; from < end; from += STEP) {
    scan.collect(from, Math.min(from + STEP, end), settled)
    onProgress?.({ done: Math.min(from + STEP, end) - first, what: 'events' })
    await breathe()
    stopped?.throwIfAborted()
  }
}

/** Lets whatever else waits come first. */
const breathe = () => new Promise((resolve) => setImmediate(resolve))

type Compared = Reference & { readonly from: 'own' | 'shipped' }

/**
 * What weeks are compared with: the institution's own latest ones from 500 on, before that those of public data, provided
 * that nothing else is subscribed to than they know. Null: nothing yet.
 */
async function referenceFor({ stores, rules }: Counting): Promise<Compared | null> {
  const { learnerWeeks } = stores
  const own = Math.min(learnerWeeks.count(), OWN_MOST)
  if (own >= OWN_FROM) {
    const columns = Object.fromEntries(FEATURE_IDS.map((id) => [id, [] as number[]])) as Record<FeatureId, number[]>
    for (const weeks of learnerWeeks.latest(OWN_MOST)) {
      for (const week of weeks) {
        for (const id of FEATURE_IDS) if (week[id] !== null) columns[id].push(week[id])
      }
      await breathe()
    }
    return { ...learnReference(own, columns), from: 'own' }
  }
  const { events, weeks, features } = readShippedReference()
  const known = new Set(events)
  return rules.current().eventNames.every((name) => known.has(name)) ? { weeks, features, from: 'shipped' } : null
}

async function scoreWeeks(
  { stores, committer }: Counting,
  reference: Compared,
  { stopped, onProgress }: Watching,
): Promise<number> {
  const { learnerWeeks } = stores
  const { from, weeks } = reference
  let after = { week: '', subject: '' }
  for (let done = 0; ; ) {
    const waiting = learnerWeeks.unscored(after, WEEKS)
    const last = waiting.at(-1)
    if (last === undefined) return done
    after = last
    const scored = waiting.map((week) => {
      const { features, because } = week
      const surprises = surprisesOf(features, reference, learnerWeeks.before(week.subject, week.week))
      const sentences = [...surprises.map(surpriseSentence), ...because.sentences]
      const score = scoreOf(features, reference, because.found.length)
      return { week, score, because: { reference: { from, weeks }, found: because.found, sentences } }
    })
    await committer.run(() => {
      for (const { week, score, because } of scored) learnerWeeks.setScore(week, score, because)
    }, WEEKS)
    done += waiting.length
    onProgress?.({ done, what: 'weeks' })
    stopped?.throwIfAborted()
  }
}

/** It sets no points aside: that takes a check at the event itself. @returns how many. */
function queueWeeks({ stores, now }: Counting): number {
  const { learnerWeeks, reviews } = stores
  const most = Math.floor(learnerWeeks.scored() / ONE_OF)
  const room = Math.max(0, most - learnerWeeks.queued())
  const fresh = learnerWeeks.top(most).filter(({ queued }) => !queued)
  for (const { subject, week, score, because } of fresh.slice(0, room)) {
    reviews.add({
      ...{ kind: 'week', subject, seq: null, week, foundBy: 'anomaly', course: null },
      ...{ opened: now(), due: now() + LEFT_AFTER, rank: score ?? 0, evidence: because },
    })
  }
  return Math.min(room, fresh.length)
}

/**
 * Scored weeks, the most surprising first, for people in charge: everybody by their id in the LMS.
 * @param week its first civil day; null: any. @param user null: anybody.
 */
export function scoredWeeks(
  { stores, rules }: Pick<Context, 'stores' | 'rules'>,
  { week, user, limit }: { readonly week: string | null; readonly user: string | null; readonly limit: number },
) {
  const { subjects } = stores.ledger
  const subject = user === null ? null : subjects.of(rules.current().settings.source, user)
  if (user !== null && subject === null) return []
  const named = (one: string) => subjects.userOf(one) ?? 'erased'
  return stores.learnerWeeks
    .list(week, subject, limit)
    .map(({ subject: of, week: first, score, because, features }) => ({
      user_id: named(of),
      week: first,
      score,
      reference: because.reference,
      sentences: because.sentences,
      found: because.found.map((finding) => ({ ...finding, others: finding.others.map(named) })),
      features,
    }))
}
export type ScoredWeek = ReturnType<typeof scoredWeeks>[number]
