/** Takes LearningEvents in: each at most once, judged by the rules, what comes of it on the ledger. */
import type { Fault } from '../activity/learning-event.js'
import { type CompiledRules, isWanted } from '../domain/compile.js'
import { type Decision, type Grant, isGrant, type Outcome, sums } from '../domain/decision.js'
import type { PrivateRecord, ProposedEntry } from '../domain/entry.js'
import { deedOf, evaluate, takeBack, withdrawing } from '../domain/evaluate.js'
import { factsOf } from '../domain/fact.js'
import type { LearningEvent } from '../domain/learning-event.js'
import { actOf, belongsToOne, ownedByLearner } from '../domain/meaning.js'
import { decidedOn, didThemselves, keptOf, NOBODY_KNOWN } from '../domain/person.js'
import { reason, type Wording } from '../domain/reason.js'
import type { Screening } from '../domain/screening.js'
import type { Events, KeptDecision } from '../store/event.js'
import type { Learners } from '../store/learner.js'
import type { Stores } from '../store/stores.js'
import { Looking } from './looking.js'
import { LEFT_AFTER } from './review.js'
import { announceTier, namesIn } from './tier.js'

/** Clocks differ a little; an event from further ahead is refused, because windows would count it twice. */
const FUTURE_LIMIT = 10 * 60_000

export interface IngestResult {
  readonly id: string | null
  readonly status: 'recorded' | 'duplicate' | 'ignored' | 'rejected'
  readonly points: number
  readonly held: number
  readonly decisions: readonly Decision[]
  readonly faults?: readonly Fault[]
}

/** An event that is judged. */
interface Heard {
  readonly subject: string
  /** As it was sent: rules see this one. */
  readonly event: LearningEvent
  /** As it is kept: other people in it by subject. */
  readonly kept: LearningEvent
  /** Epoch milliseconds. */
  readonly now: number
}

/** Judges one event. Inside a transaction only. @param now epoch milliseconds. */
export function ingest(stores: Stores, rules: CompiledRules, sent: LearningEvent, now: number): IngestResult {
  const { events, learners, histories } = stores
  const { source } = rules.settings
  if (sent.time > now + FUTURE_LIMIT) {
    const message = `lies in the future: the clock here says ${new Date(now).toISOString()}`
    return { ...nothing(sent.id, 'rejected'), faults: [{ pointer: '/time', message }] }
  }
  const key = events.idKey(source, sent.id)
  const before = events.seen(key)
  if (before !== null) return again(events, rules, sent.id, before)
  if (!isWanted(rules, sent.event)) return nothing(sent.id, 'ignored')
  if (isErased(stores, source, sent)) return nothing(sent.id, 'duplicate')

  const user = learners.merged.currentId(source, sent.user)
  const event = aboutOwner(learners, rules, user === sent.user ? sent : { ...sent, user })
  const subject = learners.enrol(source, event.user)
  if (event.courseIdnumber !== null && event.course !== null) learners.nameCourse(event.courseIdnumber, event.course)
  const facts = factsOf(event)
  for (const fact of facts) learners.addFact(subject, fact)

  const kept = keptOf(event, (id) => named(stores, rules, id, { subject, event, now }))
  const decisions = event.factsOnly ? [] : judge(stores, rules, { subject, event, kept, now })
  if (facts.length > 0 || decisions.some(isGrant)) announceTier(stores, rules, subject, now)
  const written = kept === event ? decisions : decisions.map((decision) => decidedOn(decision, kept))
  events.add(key, subject, kept, written, now)
  histories.note(subject, kept)
  return { id: event.id, status: 'recorded', ...sums(decisions), decisions }
}

/** Whether its deed was paid to somebody who was erased since: it is theirs alone, and reported under a new id. */
function isErased({ erased, events }: Stores, source: string, event: LearningEvent): boolean {
  const act = actOf(event)
  return act !== null && belongsToOne(act) && erased.hasDeed(() => events.deedKey(source, act))
}

/**
 * What somebody else in an event is called where it is kept. One whom nobody knows may have been erased since it happened:
 * that it comes late, or once more, does not bring them back.
 */
function named(
  { erased, ledger }: Stores,
  { settings: { source }, civil }: CompiledRules,
  id: string,
  { subject, event, now }: Omit<Heard, 'kept'>,
): string {
  if (event.time < erased.newest() && ledger.subjects.of(source, id) === null) return NOBODY_KNOWN
  return ledger.nameOf(id, subject, source, now, civil)
}

/**
 * Who deletes a post may be staff, and the event then names nobody else. Where a grant stands for the object, the event
 * is about the learner who has it, and the person it names is the actor.
 */
function aboutOwner(learners: Learners, rules: CompiledRules, event: LearningEvent): LearningEvent {
  const deed = deedOf(event)
  if (deed === null || !rules.revocations.has(event.event) || !ownedByLearner(event)) return event
  const owner = learners.ownerOf(deed, rules.settings.source, event.user)
  if (owner === null || owner === event.user) return event
  return { ...event, user: owner, actor: event.actor ?? event.user }
}

/** Decides on the ledger as it was before the event; then writes down what was taken back, and what was granted. */
function judge(stores: Stores, rules: CompiledRules, heard: Heard): Outcome[] {
  const { learners } = stores
  const { subject, event, now } = heard
  const deed = deedOf(event)
  const withdrawn = (ids: readonly string[]) => (deed === null ? null : learners.withdrawnAt(deed, ids, subject))
  const learner = learners.known(subject)
  const looking = new Looking(stores, rules, event, subject)
  const names = namesIn(stores, rules)
  const decisions = evaluate(event, { rules, learner, names, now, withdrawn, screen: looking.look })
  const taken = deed === null ? [] : withdraw(stores, rules, heard, deed)
  for (const decision of decisions) if (isGrant(decision)) grant(stores, rules, heard, decision, looking.seen)
  looking.count(decisions, now)
  return [...taken, ...decisions]
}

function grant(
  { ledger, learners, reviews, notices }: Stores,
  rules: CompiledRules,
  heard: Heard,
  decision: Grant,
  screening: Screening | null,
): void {
  const { subject, event, kept, now } = heard
  const { ruleId, version, points, held, expires, flagged, heldBy } = decision
  const act = actOf(event)
  const found = heldBy === null || screening === null || screening.found.length === 0 ? {} : { found: screening.found }
  const proposed: ProposedEntry = {
    kind: held === 0 ? 'grant' : 'hold',
    subject,
    points,
    held,
    rule: `${ruleId}@${version}`,
    expires,
    ref: null,
    record: recordOf(kept, act, {
      data: kept.data,
      ...(flagged ? { flagged } : {}),
      ...(heldBy === null ? {} : { held_by: heldBy }),
      ...found,
    }),
  }
  const { seq } = ledger.append(proposed, rules.settings.source, now, rules.civil)
  const { course, activity, object, time } = event
  const paid = { points: points + held, held: held > 0 }
  learners.addGranted(subject, { seq, rule: ruleId, act, deed: deedOf(event), course, activity, object, time, ...paid })
  if (heldBy === null && !flagged) return
  reviews.add({
    kind: heldBy === null ? 'flag' : 'hold',
    subject,
    seq,
    week: null,
    foundBy: heldBy ?? 'rule',
    course,
    opened: now,
    due: now + (heldBy === null ? LEFT_AFTER : rules.settings.review.releaseAfter),
    rank: 0,
    evidence: { ...found, ...(flagged ? { flagged } : {}) },
  })
  if (heldBy !== null) notices.tell(subject, 'hold_made', { points: held }, now, `hold ${rules.civil.dayOf(now)}`)
}

/** Takes back the grants for the deed that this event undoes, and keeps that it was undone. */
function withdraw(
  { ledger, learners, reviews, histories }: Stores,
  rules: CompiledRules,
  heard: Heard,
  deed: string,
): Outcome[] {
  const { subject, event, kept, now } = heard
  const undone = withdrawing(event, rules)
  if (undone.length === 0) return []
  const standing = learners.standingFor(subject, deed)
  const record = recordOf(kept, actOf(event), { data: kept.data })
  return undone.flatMap((of) => {
    learners.addWithdrawal(deed, of.rule.id, ownedByLearner(event) ? null : subject, event.time)
    const taken = takeBack(event, of, standing, rules.civil)
    for (const { ruleId, version, points, held, ref } of taken) {
      const rule = `${ruleId}@${version}`
      const proposed: ProposedEntry = { kind: 'revocation', subject, points, held, rule, expires: null, ref, record }
      ledger.append(proposed, rules.settings.source, now, rules.civil)
      learners.revoke(subject, ref)
      reviews.withdraw(ref, now)
    }
    // A regrade is no deletion.
    if (taken.length > 0 && !of.means(event) && didThemselves(event)) histories.noteDeleted(subject, kept)
    return taken
  })
}

/** @param event as it is kept. */
function recordOf(event: LearningEvent, act: string | null, detail: Record<string, unknown>): PrivateRecord {
  return {
    userId: event.user,
    eventId: event.id,
    event: event.event,
    time: new Date(event.time).toISOString(),
    course: event.course ?? undefined,
    activity: event.activity ?? undefined,
    object: event.object ?? undefined,
    act: act ?? undefined,
    origin: event.origin ?? undefined,
    actor: event.actor ?? undefined,
    detail,
  }
}

/** The answer an event got the first time, where it is still kept. */
function again(events: Events, rules: CompiledRules, id: string, number: number): IngestResult {
  const kept = events.byNumber(number)
  // Numbers of deleted events may be given out again: only the same id is the same event.
  const decisions = kept?.event.id === id ? worded(kept.decisions ?? [], rules.civil) : []
  return { id, status: 'duplicate', ...sums(decisions), decisions }
}

/** Kept decisions with their sentences. */
export const worded = (decisions: readonly KeptDecision[], wording: Wording): Decision[] =>
  decisions.map((decision) => ({
    ...decision,
    reason: reason(decision.reason.code, decision.reason.params, wording),
  }))

const nothing = (id: string, status: IngestResult['status']): IngestResult => ({
  id,
  status,
  points: 0,
  held: 0,
  decisions: [],
})
