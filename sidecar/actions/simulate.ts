/** What a set of rules would have granted for recorded activity: by rule, by week, by learner, and what refused it. */
import { fieldOf, type LearningEvent } from '../domain/learning-event.js'
import type { Reason, ReasonCode } from '../domain/reason.js'
import type { Files } from '../store/configuration.js'
import type { Balance } from '../store/ledger.js'
import { type IngestResult, ingest } from './ingest.js'
import { openSandbox } from './sandbox.js'

export interface Simulation {
  readonly events: number
  /** Events that no rule, fact or revocation needs. */
  readonly ignored: number
  readonly rejected: number
  readonly learners: number
  /** Learners with at least one point. */
  readonly earners: number
  readonly points: number
  readonly held: number
  readonly rules: readonly RuleTally[]
  readonly weeks: readonly WeekTally[]
  readonly unjudged: readonly UnjudgedTally[]
  /** Points of the learner at each percentile, over everybody with an event. */
  readonly percentiles: Readonly<Record<string, number>>
}

export interface RuleTally {
  readonly ruleId: string
  readonly grants: number
  readonly points: number
  readonly held: number
  readonly revoked: number
  readonly learners: number
  readonly refused: readonly RefusalTally[]
}

/** Events that a rule could not judge, because nobody sent what it asks for. */
export interface UnjudgedTally {
  readonly ruleId: string
  readonly field: string
  readonly count: number
}

export interface RefusalTally {
  readonly code: ReasonCode
  readonly count: number
  /** One sentence as a learner would have read it. */
  readonly example: string
}

export interface WeekTally {
  /** First civil day of the week. */
  readonly week: string
  readonly grants: number
  readonly points: number
  readonly learners: number
}

const PERCENTILES = [10, 25, 50, 75, 90, 99, 100]
const BATCH = 1_000

/**
 * Takes the events through the real path on a ledger in memory. Each is judged as if it had arrived when it happened.
 * @param events oldest first.
 * @throws ConfigurationRefused
 */
export async function simulate(
  files: Files,
  events: readonly LearningEvent[],
  onProgress?: (done: number) => void,
): Promise<Simulation> {
  const sandbox = openSandbox(files)
  const { stores, rules } = sandbox
  try {
    const tally = new Tally(rules.rules.map(({ rule }) => rule.id))
    for (let from = 0; from < events.length; from += BATCH) {
      const batch = events.slice(from, from + BATCH)
      const results = stores.writer.write(() => batch.map((event) => ingest(stores, rules, event, event.time)))
      for (const [index, result] of results.entries()) {
        const event = batch[index]!
        tally.add(event, result, rules.civil.dayOf(rules.civil.period(event.time, 'week').start))
      }
      onProgress?.(from + batch.length)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { ledger, learners } = stores
    return tally.finish(events.length, (user) => ledger.balance(learners.subjectOf(rules.settings.source, user) ?? ''))
  } finally {
    sandbox.close()
  }
}

interface RuleSums {
  grants: number
  points: number
  held: number
  revoked: number
  readonly learners: Set<string>
  readonly refused: Map<ReasonCode, { count: number; example: string }>
  /** By field that was not sent. */
  readonly unjudged: Map<string, number>
}

class Tally {
  #ignored = 0
  #rejected = 0
  readonly #rules: Map<string, RuleSums>
  readonly #weeks = new Map<string, { grants: number; points: number; learners: Set<string> }>()
  readonly #learners = new Set<string>()

  constructor(ruleIds: readonly string[]) {
    // Every rule is listed, so that one that never paid stands out.
    this.#rules = new Map(ruleIds.map((id) => [id, emptySums()]))
  }

  add(event: LearningEvent, result: IngestResult, week: string): void {
    if (result.status === 'rejected') this.#rejected++
    if (result.status === 'ignored') this.#ignored++
    this.#learners.add(event.user)
    for (const { ruleId, outcome, points, held, reason } of result.decisions) {
      const sums = this.#rules.get(ruleId) ?? emptySums()
      sums.points += points
      sums.held += held
      if (outcome === 'refused') {
        const refusal = sums.refused.get(reason.code) ?? { count: 0, example: reason.text }
        refusal.count++
        sums.refused.set(reason.code, refusal)
        const field = unsentField(event, reason)
        if (field !== null) sums.unjudged.set(field, (sums.unjudged.get(field) ?? 0) + 1)
      } else if (outcome === 'revoked') sums.revoked++
      else this.#grant(sums, event.user, week, points + held)
    }
  }

  #grant(sums: RuleSums, user: string, week: string, points: number): void {
    sums.grants++
    sums.learners.add(user)
    const weekly = this.#weeks.get(week) ?? { grants: 0, points: 0, learners: new Set<string>() }
    this.#weeks.set(week, weekly)
    weekly.grants++
    weekly.points += points
    weekly.learners.add(user)
  }

  /** @param balanceOf what the ledger says in the end: an event may take points from another than it names. */
  finish(events: number, balanceOf: (user: string) => Balance): Simulation {
    const balances = [...this.#learners].map(balanceOf)
    const totals = balances.map(({ points }) => points).sort((a, b) => a - b)
    const at = (percent: number) => totals[Math.max(0, Math.ceil((percent / 100) * totals.length) - 1)] ?? 0
    return {
      events,
      ignored: this.#ignored,
      rejected: this.#rejected,
      learners: totals.length,
      earners: totals.filter((points) => points > 0).length,
      points: totals.reduce((sum, points) => sum + points, 0),
      held: balances.reduce((sum, { held }) => sum + held, 0),
      unjudged: [...this.#rules].flatMap(([ruleId, { unjudged }]) =>
        [...unjudged].map(([field, count]) => ({ ruleId, field, count })),
      ),
      rules: [...this.#rules].map(([ruleId, { learners, refused, unjudged: _, ...sums }]) => ({
        ruleId,
        ...sums,
        learners: learners.size,
        refused: [...refused].map(([code, tally]) => ({ code, ...tally })).sort((a, b) => b.count - a.count),
      })),
      weeks: [...this.#weeks]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([week, { learners, ...sums }]) => ({ week, ...sums, learners: learners.size })),
      percentiles: Object.fromEntries(PERCENTILES.map((percent) => [`p${percent}`, at(percent)])),
    }
  }
}

const emptySums = (): RuleSums => ({
  grants: 0,
  points: 0,
  held: 0,
  revoked: 0,
  learners: new Set(),
  refused: new Map(),
  unjudged: new Map(),
})

/** The field that a refusal asked for and the event did not have; null where the refusal is about something else. */
function unsentField(event: LearningEvent, { code, params }: Reason): string | null {
  if (code === 'waiting_for_grade') return 'score'
  if (code !== 'condition_not_met' && code !== 'no_points') return null
  const { field } = params
  return typeof field === 'string' && fieldOf(event, field) === undefined ? field : null
}
