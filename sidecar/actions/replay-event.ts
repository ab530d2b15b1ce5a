/** An event as the records of its entries tell it, judged again as it was judged once. */
import { type Grant, isGrant, type Outcome, type TakenBack } from '../domain/decision.js'
import type { Body } from '../domain/entry.js'
import { deedOf, evaluate, takeBack, withdrawing } from '../domain/evaluate.js'
import type { Facts } from '../domain/learner.js'
import type { EventData, LearningEvent } from '../domain/learning-event.js'
import { actOf } from '../domain/meaning.js'
import { subjectIn, THE_LEARNER } from '../domain/person.js'
import type { OpenedRecord } from './opened-record.js'
import { ALL_FACTS, NO_FACTS, type ReplayLearner } from './replay-learner.js'
import type { RulesThen } from './replay-rules.js'
import { AGREES, differs, notJudged, type Verdict } from './replay-verdict.js'

/** A clock that is set back so far does not count, and an event that lies so far ahead is taken. */
const CLOCK_SLACK = 10 * 60_000

/** The record of an entry that an event caused, as far as deciding needs it. */
export interface EventRecord extends OpenedRecord {
  readonly event_id?: string
  readonly event?: string
  readonly origin?: string
  readonly actor?: string
}

/** The event that a record tells of; null: it tells of none. */
function eventOf(record: EventRecord): LearningEvent | null {
  const { event_id: id, event, time = '', user_id: user, detail } = record
  const data = (detail?.data ?? {}) as EventData
  if (id === undefined || event === undefined || user === undefined || Number.isNaN(Date.parse(time))) return null
  const { actor = null, course = null, activity = null, object = null, origin = null } = record
  const where = { course, courseIdnumber: null, activity, object, origin }
  return { id, event, time: Date.parse(time), user, actor, ...where, data, factsOnly: false }
}

/**
 * The event as rules saw it: other people by their ids, where those are known.
 * @param idsOf the ids behind a subject. @returns whether somebody's is not.
 */
function withIds(event: LearningEvent, own: string, idsOf: (subject: string) => string[]): [LearningEvent, boolean] {
  let unsure = false
  const idOf = (written: string): string => {
    const subject = written === THE_LEARNER ? own : subjectIn(written)
    const [id, ...others] = subject === null ? [written] : idsOf(subject)
    unsure ||= id === undefined || others.length > 0
    return id ?? written
  }
  const { actor, data } = event
  const { graded_by: grader } = data
  const graded = typeof grader === 'string' ? { ...data, graded_by: idOf(grader) } : data
  return [{ ...event, actor: actor === null ? null : idOf(actor), data: graded }, unsure]
}

export class ReplayedEvent {
  readonly #event: LearningEvent | null
  /** Who acted or graded is not known by their id. */
  readonly #unsure: boolean
  /** When its entries were written. */
  readonly #at: number
  /** Something was written for an event of this id before. */
  readonly #again: boolean
  readonly #granted = new Set<string>()
  readonly #takenBack = new Set<number | null>()
  readonly #later: (() => void)[] = []
  #outcomes: readonly Outcome[] | null = null

  constructor(
    readonly subject: string,
    readonly learner: ReplayLearner,
    readonly record: EventRecord,
    readonly rules: RulesThen,
    idsOf: (subject: string) => string[],
  ) {
    const event = eventOf(record)
    const asked = event !== null && rules.asksWho.size > 0
    ;[this.#event, this.#unsure] = asked ? withIds(event, subject, idsOf) : [event, false]
    this.#at = Date.parse(record.at)
    this.#again = learner.knows(record.event_id ?? '')
  }

  /** Whether an entry was written for this event too: those of one event stand together. */
  isOf(subject: string, record: EventRecord | null): boolean {
    return this.subject === subject && this.record.event_id === record?.event_id
  }

  /** What an entry changes is not known to the others of its event: all were decided before any was written. */
  later(change: () => void): void {
    this.#later.push(change)
  }

  settle(): void {
    for (const change of this.#later) change()
    if (this.record.event_id !== undefined) this.learner.remember(this.record.event_id)
  }

  /** @param rule as the body has it, with its version. */
  grant(body: Body, rule: string, record: EventRecord): Verdict {
    const event = this.#event
    const { act = null, detail } = record
    if (!event) return differs('it was granted for no event')
    if (this.#again) return differs('its event had been judged before: an event pays once')
    if (event.time > this.#at + CLOCK_SLACK) return differs('its event lay in the future')
    if (act !== actOf(event)) return differs(`its event is ${actOf(event)}, and it stands for ${act}`)
    if (this.#granted.has(rule)) return differs('its rule had granted for this event already')
    this.#granted.add(rule)
    if (this.#asksInVain(body)) return notJudged('people')
    this.#outcomes ??= this.#decide(event, ALL_FACTS)
    const outcome = this.#outcomes.find(({ ruleId }) => ruleId === body.ruleId)
    if (!outcome) return differs(`no rule ${body.ruleId} that was in force concerns its event`)
    if (!isGrant(outcome)) return differs(`the rules in force refuse it (${codeAndText(outcome)})`)
    const wrong = difference(outcome, body, rule, detail) ?? this.#expiry(event, outcome, body)
    if (wrong !== null) return differs(wrong)
    return this.#restsOnFacts(event, outcome.ruleId) ? notJudged('facts') : AGREES
  }

  revocation(body: Body, rule: string): Verdict {
    const event = this.#event
    if (!event) return AGREES
    if (this.#again) return differs('its event had been judged before: an event takes back once')
    if (this.#takenBack.has(body.ref)) return differs(`it takes back what entry ${body.ref} granted a second time`)
    this.#takenBack.add(body.ref)
    if (this.#asksInVain(body)) return notJudged('people')
    const deed = deedOf(event)
    const standing = deed === null ? [] : this.learner.standingFor(deed)
    const taken = withdrawing(event, this.rules.compiled)
      .flatMap((of): TakenBack[] => takeBack(event, of, standing, this.rules.compiled.civil))
      .find(({ ref }) => ref === body.ref)
    if (!taken) return differs(`by the rules in force its event does not take back what entry ${body.ref} granted`)
    const { ruleId, version } = taken
    return rule === `${ruleId}@${version}` ? AGREES : differs(`the rule in force was ${ruleId}@${version}, not ${rule}`)
  }

  #asksInVain({ ruleId }: Body): boolean {
    return this.#unsure && this.rules.asksWho.has(ruleId ?? '')
  }

  #decide(event: LearningEvent, facts: Facts, now = this.#at): readonly Outcome[] {
    const { rules, learner } = this
    const deed = deedOf(event)
    return evaluate(event, {
      rules: rules.compiled,
      learner: learner.seen(facts),
      names: rules.names,
      now,
      withdrawn: (ids) => (deed === null ? null : learner.withdrawnAt(deed, ids)),
      screen: null,
    })
  }

  /** The entry's time may be a little later than the one that was decided by: a clock that was set back has to catch up. */
  #expiry(event: LearningEvent, outcome: Grant, { expires }: Body): string | null {
    if (outcome.expires === expires) return null
    const before = this.#decide(event, ALL_FACTS, this.#at - CLOCK_SLACK)
    if (before.some((one) => isGrant(one) && one.ruleId === outcome.ruleId && one.expires === expires)) return null
    return `its points lapse ${day(expires)}, and by the rule ${day(outcome.expires)}`
  }

  #restsOnFacts(event: LearningEvent, id: string): boolean {
    const { requires = null } = this.rules.compiled.rules.find(({ rule }) => rule.id === id)?.rule ?? {}
    if (requires === null) return false
    return !this.#decide(event, NO_FACTS).some((one) => one.ruleId === id && isGrant(one))
  }
}

/** What checks and blacklists held is not looked for again: the events that it rested on may be gone. The points are. */
function difference(outcome: Grant, body: Body, rule: string, detail: EventRecord['detail']): string | null {
  const { ruleId, version, flagged } = outcome
  const { held_by: heldBy = null } = detail ?? {}
  const screened = outcome.heldBy === null && typeof heldBy === 'string'
  const points = screened ? 0 : outcome.points
  const held = screened ? outcome.points : outcome.held
  if (rule !== `${ruleId}@${version}`) return `the rule in force was ${ruleId}@${version}, not ${rule}`
  if (body.kind !== (held === 0 ? 'grant' : 'hold')) return `it is a ${body.kind}, and by the rule it is not`
  if (body.points !== points || body.held !== held) {
    return `it grants ${body.points + body.held} points, and the rule gives ${points + held} (${codeAndText(outcome)})`
  }
  const isFlagged = detail?.flagged === true
  return isFlagged === flagged ? null : 'whether a person should look at it is not what the rule says'
}

const codeAndText = ({ reason: { code, text } }: Outcome): string => `${code}: ${text}`
const day = (expires: string | null): string => (expires === null ? 'never' : `on ${expires}`)
