/** Looks at an event before it earns, with what is kept of the learner, and counts what checks find. */
import type { CompiledRules } from '../domain/compile.js'
import { isGrant, type Outcome } from '../domain/decision.js'
import type { LearningEvent } from '../domain/learning-event.js'
import { type Screening, screen } from '../domain/screening.js'
import type { Stores } from '../store/stores.js'

/** One event: it is looked at once, whatever number of rules would pay for it, and only where one would. */
export class Looking {
  #seen: Screening | null = null

  /** @param event as it was sent. */
  constructor(
    readonly stores: Pick<Stores, 'histories' | 'exempt' | 'checkHits'>,
    readonly rules: CompiledRules,
    readonly event: LearningEvent,
    readonly subject: string,
  ) {}

  /** Null: no rule would have paid. */
  get seen(): Screening | null {
    return this.#seen
  }

  readonly look = (): Screening => {
    const { stores, rules, event, subject } = this
    const { blacklist, checks } = rules.settings
    this.#seen ??= screen({
      event,
      subject,
      exempt: stores.exempt.has(subject),
      blacklist,
      checks,
      history: stores.histories.of(subject),
    })
    return this.#seen
  }

  /** Keeps what was found, with the points that it was about. @param now epoch milliseconds. */
  count(decisions: readonly Outcome[], now: number): void {
    const { stores, event, subject } = this
    const { found = [], shadow = [] } = this.#seen ?? {}
    if (found.length + shadow.length === 0) return
    const points = decisions.reduce((sum, one) => sum + (isGrant(one) ? one.points + one.held : 0), 0)
    const hit = { subject, event: event.id, time: now, points }
    for (const finding of found) stores.checkHits.add({ ...hit, state: 'on', finding })
    for (const finding of shadow) stores.checkHits.add({ ...hit, state: 'shadow', finding })
  }
}
