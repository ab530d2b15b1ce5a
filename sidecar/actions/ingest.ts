/** Takes LearningEvents in: each at most once, judged by the rules, what comes of it on the ledger. */
import type { Fault } from '../activity/learning-event.js'
import { type CompiledRules, isWanted } from '../domain/compile.js'
import { type Decision, isGrant, type Outcome } from '../domain/decision.js'
import type { PrivateRecord, ProposedEntry } from '../domain/entry.js'
import { deedOf, evaluate, takeBack } from '../domain/evaluate.js'
import { factsOf } from '../domain/fact.js'
import type { LearningEvent } from '../domain/learning-event.js'
import { actOf, ownedByLearner } from '../domain/meaning.js'
import { reason, type Wording } from '../domain/reason.js'
import type { Events, KeptDecision } from '../store/event.js'
import type { Learners } from '../store/learner.js'
import type { Stores } from '../store/stores.js'

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

/** Judges one event. Inside a transaction only. @param now epoch milliseconds. */
export function ingest(stores: Stores, rules: CompiledRules, sent: LearningEvent, now: number): IngestResult {
  const { events, learners } = stores
  const { source } = rules.settings
  if (sent.time > now + FUTURE_LIMIT) {
    const message = `lies in the future: the clock here says ${new Date(now).toISOString()}`
    return { ...nothing(sent.id, 'rejected'), faults: [{ pointer: '/time', message }] }
  }
  const key = events.idKey(source, sent.id)
  const before = events.seen(key)
  if (before !== null) return again(events, rules, sent.id, before)
  if (!isWanted(rules, sent.event)) return nothing(sent.id, 'ignored')

  const event = aboutOwner(learners, rules, sent)
  const subject = learners.enrol(source, event.user)
  if (event.courseIdnumber !== null && event.course !== null) learners.nameCourse(event.courseIdnumber, event.course)
  for (const fact of factsOf(event)) learners.addFact(subject, fact)

  const decisions = event.factsOnly
    ? []
    : [...withdraw(stores, rules, subject, event, now), ...grant(stores, rules, subject, event, now)]
  events.add(key, subject, event, decisions, now)
  return { id: event.id, status: 'recorded', ...sums(decisions), decisions }
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

/** What the rules that listen decide, and the grants among it written down. */
function grant(stores: Stores, rules: CompiledRules, subject: string, event: LearningEvent, now: number): Outcome[] {
  const { ledger, learners } = stores
  const decisions = evaluate(event, { rules, learner: learners.known(subject), courses: learners.courseNamed, now })
  const act = actOf(event)
  for (const decision of decisions) {
    if (!isGrant(decision)) continue
    const { ruleId, version, points, held, expires, flagged } = decision
    const proposed: ProposedEntry = {
      kind: held === 0 ? 'grant' : 'hold',
      subject,
      points,
      held,
      rule: `${ruleId}@${version}`,
      expires,
      ref: null,
      record: recordOf(event, act, flagged ? { data: event.data, flagged } : { data: event.data }),
    }
    const { seq } = ledger.append(proposed, rules.settings.source, now, rules.civil)
    const { course, activity, object, time } = event
    const paid = { points: points + held, held: held > 0 }
    learners.addGranted(subject, {
      seq,
      rule: ruleId,
      act,
      deed: deedOf(event),
      course,
      activity,
      object,
      time,
      ...paid,
    })
  }
  return decisions
}

/** Takes back the grants whose deed this event undoes. */
function withdraw(stores: Stores, rules: CompiledRules, subject: string, event: LearningEvent, now: number): Outcome[] {
  const { ledger, learners } = stores
  const deed = deedOf(event)
  if (deed === null || !rules.revocations.has(event.event)) return []
  const taken = takeBack(event, learners.standingFor(subject, deed), rules)
  for (const { ruleId, version, points, held, ref } of taken) {
    const record = recordOf(event, actOf(event), { data: event.data })
    const rule = `${ruleId}@${version}`
    const proposed: ProposedEntry = { kind: 'revocation', subject, points, held, rule, expires: null, ref, record }
    ledger.append(proposed, rules.settings.source, now, rules.civil)
    learners.revoke(subject, ref)
  }
  return taken
}

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

function sums(decisions: readonly Decision[]): { points: number; held: number } {
  let points = 0
  let held = 0
  for (const decision of decisions) {
    points += decision.points
    held += decision.held
  }
  return { points, held }
}
