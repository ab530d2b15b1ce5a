/** Items of the review queue, and what checks found, as people in charge are shown them. */
import { becauseOf } from '../domain/blacklist.js'
import { CHECK_IDS, CHECKS, type CheckId, type Finding } from '../domain/check.js'
import { iso, isoOr } from '../domain/instant.js'
import { type Reason, reason } from '../domain/reason.js'
import { heldBy } from '../domain/screening.js'
import type { Review } from '../store/review.js'
import type { Moment } from './moment.js'

const DAY = 86_400_000
const COUNTED_DAYS = [7, 28] as const
/** From so many decisions on, more than half of them overturned: the check does more harm than good. */
const ENOUGH_DECISIONS = 5

/** Why an item is in the queue: for its learner without anybody else in it. */
function reasonsOf({ rules }: Moment, { kind, foundBy, evidence }: Review): Reason[] {
  // A week has sentences of its own.
  if (kind === 'week') return []
  const { settings, civil } = rules.current()
  const found = (evidence.found ?? []) as readonly Finding[]
  const listed = settings.blacklist.find(({ id }) => foundBy === `blacklist:${id}`)
  const because = listed ? becauseOf(listed) : null
  return [
    ...(foundBy.startsWith('blacklist:') ? [reason('held_blacklist', { because }, civil)] : []),
    ...found
      .filter(({ check }) => Object.hasOwn(CHECKS, check) && CHECKS[check].kind !== 'floor')
      .map(({ check, observed }) => reason(heldBy(check), { observed }, civil)),
  ]
}

/** An item for people in charge: other people in it by their ids. */
export function shownReview(moment: Moment, item: Review) {
  const { subjects } = moment.stores.ledger
  const { found = [], ...evidence } = item.evidence as { readonly found?: readonly Finding[] }
  const { decidedBy } = item
  return {
    id: item.id,
    kind: item.kind,
    state: item.state,
    user_id: item.userId,
    seq: item.seq,
    week: item.week,
    rule_id: item.ruleId,
    event: item.event,
    course: item.course,
    activity: item.activity,
    object: item.object,
    points: item.points,
    found_by: item.foundBy,
    opened: iso(item.opened),
    due: isoOr(item.due),
    appealed: isoOr(item.appealed),
    decided: isoOr(item.decided),
    decided_by: decidedBy === null ? null : subjects.shown(decidedBy),
    reason: item.reason,
    reasons: reasonsOf(moment, item),
    evidence: {
      ...evidence,
      found: found.map(({ others, ...finding }) => ({
        ...finding,
        others: others.map((subject) => subjects.userOf(subject) ?? 'erased'),
      })),
    },
    opinion: item.opinion,
  }
}
export type ShownReview = ReturnType<typeof shownReview>

/** A learner's hold, for the learner: nobody else is in it. */
export function shownHold(moment: Moment, item: Review) {
  const { id, points, ruleId, event, course, activity, opened, due, appealed } = item
  const { civil } = moment.rules.current()
  const because = reasonsOf(moment, item)
  const release = isoOr(due)
  return {
    id,
    points,
    rule_id: ruleId,
    event,
    course,
    activity,
    time: iso(opened),
    reason: reason('held', { points, ...(because.length > 0 ? { because } : {}), release }, civil),
    release,
    appealed: isoOr(appealed),
  }
}

/** Each check, with what it found and what people made of that. */
export function shownChecks({ stores, rules, now }: Moment) {
  const { checks } = rules.current().settings
  const decided = new Map(stores.reviews.overturned().map((one) => [one.foundBy, one]))
  const tallies = COUNTED_DAYS.map((days) => ({ days, rows: stores.checkHits.since(now - days * DAY) }))
  return CHECK_IDS.map((id) => {
    const { kind, version, counts } = CHECKS[id]
    const { state, at } = checks[id]
    const { released = 0, confirmed = 0, open = 0, lapsed = 0 } = decided.get(id) ?? {}
    const judged = released + confirmed
    const overturned = judged === 0 ? null : released / judged
    return {
      id,
      kind,
      version,
      counts,
      state,
      threshold: at,
      hits: Object.fromEntries(tallies.map(({ days, rows }) => [`days_${days}`, hitsOf(rows, id)])),
      open,
      released,
      confirmed,
      lapsed,
      overturned,
      suggest_off: judged >= ENOUGH_DECISIONS && overturned !== null && overturned > 0.5,
    }
  })
}
export type ShownCheck = ReturnType<typeof shownChecks>[number]

function hitsOf(rows: readonly { check: CheckId; hits: number; learners: number; points: number }[], id: CheckId) {
  const of = rows.filter(({ check }) => check === id)
  const sum = (key: 'hits' | 'learners' | 'points') => of.reduce((total, row) => total + row[key], 0)
  return { hits: sum('hits'), learners: sum('learners'), points: sum('points') }
}
