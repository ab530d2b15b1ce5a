/**
 * Decides every grant on the ledger again, by the rules that were in force when it was written and by what the entries
 * before it say of its learner. It reads entries, records and the texts of configurations; of other tables only the ids
 * of people whom a rule names.
 */
import { type Body, commitment, readBody } from '../domain/entry.js'
import { type RawEntry, rawEntries, readHead } from '../store/audit.js'
import { documentText } from '../store/audit-rewards.js'
import type { Connection } from '../store/database.js'
import { idsBehind, mergedOwners } from '../store/replay.js'
import { isGrant, parseRecord } from './opened-record.js'
import { type EventRecord, ReplayedEvent } from './replay-event.js'
import { ReplayLearner } from './replay-learner.js'
import { type RulesThen, rulesThen } from './replay-rules.js'
import { AGREES, differs, type NotJudged, notJudged, type Replay, type Verdict } from './replay-verdict.js'

export interface ReplayOptions {
  /** Entries up to this one; all, where it is left out. */
  readonly upTo?: number
  /** Told how many of how many entries are read. */
  readonly onProgress?: (done: number, of: number) => void
  /** Told what came of each grant, hold and revocation. */
  readonly onVerdict?: (seq: number, verdict: Verdict) => void
}

/**
 * The learners of so many entries are in memory at once (some 400 MB). A longer ledger is read several times, each time for
 * another part of its learners.
 */
const AT_ONCE = 1_000_000
const MOST_PROBLEMS = 20

export function replayGrants(connection: Connection, options: ReplayOptions = {}, atOnce = AT_ONCE): Replay {
  const { upTo = readHead(connection).seq, onProgress, onVerdict } = options
  const parts = Math.max(1, Math.ceil(upTo / atOnce))
  const ownerOf = mergedOwners(connection, upTo)
  const partOf = (subject: string) => Number.parseInt(ownerOf(subject).slice(0, 8), 16) % parts
  const textOf = documentText(connection)
  const idsOf = idsBehind(connection)
  const tally = new Tally(onVerdict)
  for (let part = 0; part < parts; part++) {
    const pass = new Pass((subject) => partOf(subject) === part, textOf, idsOf, tally)
    for (const page of rawEntries(connection, upTo, true)) {
      for (const row of page) pass.entry(row)
      onProgress?.(part * upTo + (page.at(-1)?.[0] ?? 0), parts * upTo)
    }
  }
  return tally.result()
}

class Tally {
  #judged = 0
  #agree = 0
  readonly #notJudged: Partial<Record<NotJudged, number>> = {}
  #problems: { seq: number; message: string }[] = []

  constructor(readonly onVerdict: ReplayOptions['onVerdict']) {}

  add(seq: number, verdict: Verdict): void {
    if (verdict.as === 'not judged') this.#notJudged[verdict.why] = (this.#notJudged[verdict.why] ?? 0) + 1
    else this.#judged++
    if (verdict.as === 'agrees') this.#agree++
    if (verdict.as === 'differs') {
      // Each part comes in the order of the ledger, the parts among themselves do not.
      const problems = [...this.#problems, { seq, message: verdict.message }].sort((a, b) => a.seq - b.seq)
      this.#problems = problems.slice(0, MOST_PROBLEMS)
    }
    this.onVerdict?.(seq, verdict)
  }

  result(): Replay {
    return { judged: this.#judged, agree: this.#agree, not_judged: this.#notJudged, problems: this.#problems }
  }
}

/** One reading of the ledger from its first entry on, for some of its learners. */
class Pass {
  #rules: RulesThen | null = null
  #event: ReplayedEvent | null = null
  readonly #texts = new Map<string, string>()
  readonly #learners = new Map<string, ReplayLearner>()
  /** The entry by which points leave an account → that account. */
  readonly #leaving = new Map<number, string>()

  constructor(
    readonly isMine: (subject: string) => boolean,
    readonly textOf: (hash: string) => string | undefined,
    readonly idsOf: (subject: string) => string[],
    readonly tally: Tally,
  ) {}

  entry([seq, text, , salt, data]: RawEntry): void {
    const body = readBody(text)
    // Where it has not the form of one, `ledger verify` says so.
    if (!body) return
    const { subject } = body
    if (body.kind === 'configuration') this.#rules = rulesThen(opened(body, salt, data)?.detail?.files, this.textOf)
    if (subject === null || !this.isMine(subject)) return
    const learner = this.#of(subject)
    const record = opened(body, salt, data)
    this.#enter(subject, learner, record)
    if (isGrant(body) || body.kind === 'revocation') {
      if (!record) learner.blind ??= data === null ? 'erased' : 'unopened'
      const rule = /"rule":"([^"]*)"/.exec(text)?.[1] ?? ''
      this.tally.add(seq, this.#judge(body, rule, record, learner))
    }
    const change = () => this.#follow(seq, subject, body, record, learner)
    if (this.#event) this.#event.later(change)
    else change()
  }

  /** What earlier entries changed is known from here on, except to the entries of their own event. */
  #enter(subject: string, learner: ReplayLearner, record: EventRecord | null): void {
    if (this.#event?.isOf(subject, record)) return
    this.#event?.settle()
    const ofEvent = record?.event_id !== undefined && this.#rules !== null
    this.#event = ofEvent ? new ReplayedEvent(subject, learner, record, this.#rules!, this.idsOf) : null
  }

  #judge(body: Body, rule: string, record: EventRecord | null, learner: ReplayLearner): Verdict {
    if (learner.blind !== null || !record) return notJudged(learner.blind ?? 'unopened')
    if (!this.#rules) return notJudged('rules')
    if (isGrant(body)) return this.#event?.grant(body, rule, record) ?? differs('it was granted for no event')
    const grant = learner.grant(body.ref ?? 0)
    if (!grant?.standing || grant.voided)
      return differs('it takes back what this learner was not granted, or a second time')
    const [points, held] = grant.held ? [0, -grant.points] : [-grant.points, 0]
    if (body.points !== points || body.held !== held) {
      return differs(
        `it takes back ${-body.points - body.held} points of ${grant.points} that entry ${body.ref} granted`,
      )
    }
    return this.#event?.revocation(body, rule) ?? AGREES
  }

  #follow(seq: number, subject: string, body: Body, record: EventRecord | null, learner: ReplayLearner): void {
    const { kind, points, held, ref } = body
    learner.count(kind, points)
    const { act = null, course = null, activity = null, object = null, time = '', detail } = record ?? {}
    if (isGrant(body) && record) {
      const where = { course: this.#once(course), activity: this.#once(activity), object }
      const of = { rule: this.#once(body.ruleId) ?? '', act, ...where, time: Date.parse(time) }
      learner.add({ seq, ...of, points: points + held, held: held > 0, standing: true, voided: false })
    } else if (kind === 'revocation' && detail?.review !== undefined) learner.annul(ref ?? 0)
    else if (kind === 'revocation') {
      learner.revoke(ref ?? 0)
      const deed = act ?? object
      if (deed !== null) learner.withdraw(deed, body.ruleId ?? '', Date.parse(time))
    } else if (kind === 'release') learner.release(ref ?? 0)
    else if (kind === 'void') learner.annul(ref ?? 0)
    else if (kind === 'merge') this.#merge(seq, subject, ref, learner)
    else if (kind === 'erasure') this.#learners.delete(subject)
    else if (typeof detail?.frozen === 'boolean') learner.frozen = detail.frozen
  }

  #merge(seq: number, subject: string, ref: number | null, learner: ReplayLearner): void {
    if (ref === null) return void this.#leaving.set(seq, subject)
    const from = this.#leaving.get(ref)
    // It may arrive by several entries; all of what is known moves with the first.
    if (from === undefined || from === subject) return
    this.#leaving.delete(ref)
    learner.take(this.#of(from))
    this.#learners.delete(from)
  }

  /** The same text for all who have it: a part of another would keep all of that in memory. */
  #once(text: string | null): string | null {
    if (text === null) return null
    const known = this.#texts.get(text)
    if (known === undefined) this.#texts.set(text, Buffer.from(text).toString())
    return known ?? this.#once(text)
  }

  #of(subject: string): ReplayLearner {
    const known = this.#learners.get(subject)
    if (known) return known
    const learner = new ReplayLearner()
    this.#learners.set(subject, learner)
    return learner
  }
}

/** The private record; null: it is gone, or is not the one that the body commits to. */
function opened({ priv }: Body, salt: string | null, data: string | null): EventRecord | null {
  return salt !== null && data !== null && commitment(salt, data) === priv ? parseRecord(data) : null
}
