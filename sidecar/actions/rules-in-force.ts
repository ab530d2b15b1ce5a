/** The compiled rules that the ledger's latest configuration entry put in force. */
import { type CompiledRules, compile } from '../domain/compile.js'
import { readConfiguration } from '../rules/read-configuration.js'
import type { Configurations } from '../store/configuration.js'

export class RulesInForce {
  /** By the entry's hash: its number would be another entry's after a rollback. */
  #compiled: { hash: string | null; rules: CompiledRules } | null = null

  constructor(readonly configurations: Configurations) {}

  /**
   * Asks the ledger each time, since a command may have published meanwhile; compiles only what is new.
   * @throws where no configuration was ever put in force, or its texts cannot be read by this version.
   */
  current(): CompiledRules {
    const hash = this.configurations.latestHash()
    if (this.#compiled?.hash === hash) return this.#compiled.rules
    const latest = this.configurations.latest()
    if (!latest)
      throw new Error('no configuration is in force yet: start the server once, or run `scripts/rocket rules publish`')
    const { configuration, problems } = readConfiguration(latest.files)
    if (!configuration) {
      throw new Error(`the configuration in force cannot be read by this version: ${problems[0]?.message}`)
    }
    this.#compiled = { hash, rules: compile(configuration) }
    return this.#compiled.rules
  }
}
