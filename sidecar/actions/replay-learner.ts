/** What the entries up to some place say of one learner: all that a decision of that time could look at. */
import { type Kind, LIFETIME_KINDS } from '../domain/entry.js'
import type { Facts, Granted, Learner } from '../domain/learner.js'
import type { NotJudged } from './replay-verdict.js'

/** A grant in memory, as later entries leave it. */
type Remembered = { -readonly [key in keyof Granted]: Granted[key] }

/** That a badge is held or a course completed stands on no entry: a decision is tried with all of them, and with none. */
export const ALL_FACTS: Facts = {
  badges: new (class extends Map<string, string> {
    override has(): boolean {
      return true
    }
  })(),
  completed: new (class extends Set<string> {
    override has(): boolean {
      return true
    }
  })(),
  completionRate: new (class extends Map<string, number> {
    override get(): number {
      return 100
    }
  })(),
}
export const NO_FACTS: Facts = { badges: new Map(), completed: new Set(), completionRate: new Map() }

export class ReplayLearner {
  lifetime = 0
  frozen = false
  /** Why nothing more can be said of them: a grant whose record cannot be read; null: all is known. */
  blind: NotJudged | null = null
  readonly #byRule = new Map<string, Remembered[]>()
  /** `deed\nrule` → when its grants were last taken back, epoch milliseconds. */
  readonly #withdrawn = new Map<string, number>()
  /** Ids of the events that anything was written for. */
  readonly #events = new Set<string>()

  /** As the rules see them. */
  seen(facts: Facts): Learner {
    const { lifetime, frozen } = this
    return { lifetime, frozen, facts, grantsOf: (rules) => this.#grantsOf(rules) }
  }

  #grantsOf(rules: readonly string[]): readonly Granted[] {
    const [only = '', ...others] = rules
    const first = this.#byRule.get(only) ?? []
    if (others.length === 0) return first
    return rules.flatMap((rule) => this.#byRule.get(rule) ?? []).sort((a, b) => a.time - b.time)
  }

  grant(seq: number): Granted | null {
    return this.#all().find((granted) => granted.seq === seq) ?? null
  }

  #all(): Remembered[] {
    return [...this.#byRule.values()].flat()
  }

  /** The standing grants for one deed. */
  standingFor(deed: string): readonly Granted[] {
    return this.#all().filter(({ standing, act, object }) => standing && (act ?? object) === deed)
  }

  withdrawnAt(deed: string, rules: readonly string[]): number | null {
    const times = rules.flatMap((rule) => this.#withdrawn.get(`${deed}\n${rule}`) ?? [])
    return times.length === 0 ? null : Math.max(...times)
  }

  knows(eventId: string): boolean {
    return this.#events.has(eventId)
  }

  remember(eventId: string): void {
    this.#events.add(eventId)
  }

  add(granted: Granted): void {
    const kept = { ...granted }
    const list = this.#byRule.get(kept.rule)
    if (!list) return void this.#byRule.set(kept.rule, [kept])
    let at = list.length
    while (at > 0 && list[at - 1]!.time > kept.time) at--
    list.splice(at, 0, kept)
  }

  /** Nothing of it stands any more. */
  revoke(seq: number): void {
    this.#change(seq, { standing: false })
  }

  /** A person, or time, gave what was held. */
  release(seq: number): void {
    this.#change(seq, { held: false })
  }

  /** A person decided that what was held is not given. */
  annul(seq: number): void {
    this.#change(seq, { voided: true })
  }

  #change(seq: number, changes: Partial<Granted>): void {
    const granted = this.#all().find((one) => one.seq === seq)
    if (granted) Object.assign(granted, changes)
  }

  withdraw(deed: string, rule: string, time: number): void {
    const key = `${deed}\n${rule}`
    this.#withdrawn.set(key, Math.max(time, this.#withdrawn.get(key) ?? time))
  }

  count(kind: string, points: number): void {
    if (LIFETIME_KINDS.has(kind as Kind)) this.lifetime += points
  }

  /** Takes over what another account had, from here on. Whether that one was frozen ends with it. */
  take(other: ReplayLearner): void {
    this.lifetime += other.lifetime
    this.blind ??= other.blind
    for (const granted of other.#all()) this.add(granted)
    for (const [key, time] of other.#withdrawn) {
      this.#withdrawn.set(key, Math.max(time, this.#withdrawn.get(key) ?? time))
    }
    for (const id of other.#events) this.#events.add(id)
  }
}
