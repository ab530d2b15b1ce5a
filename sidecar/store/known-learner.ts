import type { Fact } from '../domain/fact.js'
import type { Granted, Learner } from '../domain/learner.js'
import type { Frozen } from './frozen.js'
import type { Ledger } from './ledger.js'

/** One learner in memory. Grants are by rule, sorted by time. */
export class KnownLearner implements Learner {
  readonly grants = new Map<string, Granted[]>()
  readonly facts = {
    badges: new Map<string, string>(),
    completed: new Set<string>(),
    completionRate: new Map<string, number>(),
  }

  constructor(
    readonly subject: string,
    readonly ledger: Ledger,
    readonly frozenLearners: Frozen,
  ) {}

  get lifetime(): number {
    return this.ledger.balance(this.subject).lifetime
  }

  get frozen(): boolean {
    return this.frozenLearners.of(this.subject) !== null
  }

  readonly grantsOf = (rules: readonly string[]): readonly Granted[] => {
    const [only = '', ...others] = rules
    const first = this.grants.get(only) ?? []
    if (others.length === 0) return first
    return rules.flatMap((rule) => this.grants.get(rule) ?? []).sort((a, b) => a.time - b.time)
  }

  add(granted: Granted): void {
    const list = this.grants.get(granted.rule)
    if (!list) return void this.grants.set(granted.rule, [granted])
    let at = list.length
    while (at > 0 && list[at - 1]!.time > granted.time) at--
    list.splice(at, 0, granted)
  }

  learn({ kind, key, name, value }: Fact): void {
    const { badges, completed, completionRate } = this.facts
    if (kind === 'completion_rate') completionRate.set(key, value)
    else if (kind === 'badge') value ? badges.set(key, name) : badges.delete(key)
    else value ? completed.add(key) : completed.delete(key)
  }
}
