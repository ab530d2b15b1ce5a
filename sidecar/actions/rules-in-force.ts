/** The compiled configuration that the ledger's latest configuration entry put in force. */
import type { BudgetsFrom } from '../domain/budget.js'
import { type CompiledRules, compile } from '../domain/compile.js'
import { type Reward, termsHash } from '../domain/reward.js'
import { readConfiguration } from '../rules/read-configuration.js'
import type { Configurations } from '../store/configuration.js'
import type { Approval } from '../store/ledger.js'

interface InForce {
  /** By the entry's hash: its number would be another entry's after a rollback. */
  readonly hash: string | null
  readonly rules: CompiledRules
  approved: ReadonlySet<string> | null
  budgets: readonly BudgetsFrom[] | null
}

export class RulesInForce {
  #inForce: InForce | null = null

  constructor(
    readonly configurations: Configurations,
    readonly approvals: () => readonly Approval[] = () => [],
  ) {}

  /**
   * Asks the ledger each time, since a command may have published meanwhile; compiles only what is new.
   * @throws where no configuration was ever put in force, or its texts cannot be read by this version.
   */
  current(): CompiledRules {
    return this.#latest().rules
  }

  /** Whether an approval stands over the terms that a reward has now. */
  isApproved(reward: Reward): boolean {
    const inForce = this.#latest()
    const { rewards, currency } = inForce.rules.catalogue
    inForce.approved ??= new Set(rewards.filter(isApprovedBy(this.approvals(), currency)).map(({ id }) => id))
    return inForce.approved.has(reward.id)
  }

  /** The budgets of every configuration that was ever in force, oldest first: what earlier months could pay. */
  budgetHistory(): readonly BudgetsFrom[] {
    const inForce = this.#latest()
    inForce.budgets ??= this.configurations.all().map(({ day, files }) => {
      const { budgets = [], currency = null } = readConfiguration(files).configuration?.catalogue ?? {}
      return { day, currency, budgets }
    })
    return inForce.budgets
  }

  #latest(): InForce {
    const hash = this.configurations.latestHash()
    if (this.#inForce?.hash === hash) return this.#inForce
    const latest = this.configurations.latest()
    if (!latest)
      throw new Error('no configuration is in force yet: start the server once, or run `scripts/rocket rules publish`')
    const { configuration, problems } = readConfiguration(latest.files)
    if (!configuration) {
      throw new Error(`the configuration in force cannot be read by this version: ${problems[0]?.message}`)
    }
    this.#inForce = { hash, rules: compile(configuration), approved: null, budgets: null }
    return this.#inForce
  }
}

/** An approval holds for the terms it was given for, and for as long as the files still claim one. */
export const isApprovedBy =
  (approvals: readonly Approval[], currency: string | null) =>
  (reward: Reward): boolean =>
    reward.approved !== null &&
    approvals.some(({ reward: id, terms }) => id === reward.id && terms === termsHash(reward, currency))
