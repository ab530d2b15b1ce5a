/** The compiled rules that the ledger's latest configuration entry put in force. */
import { type CompiledRules, compile } from '../domain/compile.js'
import { readConfiguration } from '../rules/read-configuration.js'
import type { Configurations } from '../store/configuration.js'
import type { Writer } from '../store/database.js'

export class RulesInForce {
  #compiled: CompiledRules | null = null
  #seq = 0
  #inDoubt = false

  constructor(
    writer: Writer,
    readonly configurations: Configurations,
  ) {
    writer.mirror(this)
  }

  /** @throws where no configuration was ever put in force, or its texts cannot be read by this version. */
  current(): CompiledRules {
    if (this.#compiled && (!this.#inDoubt || this.configurations.latestSeq() === this.#seq)) {
      this.#inDoubt = false
      return this.#compiled
    }
    const latest = this.configurations.latest()
    if (!latest)
      throw new Error('no configuration is in force yet: start the server once, or run `rocket rules publish`')
    const { configuration, problems } = readConfiguration(latest.files)
    if (!configuration) {
      throw new Error(`the configuration in force cannot be read by this version: ${problems[0]?.message}`)
    }
    this.#seq = latest.seq
    this.#inDoubt = false
    this.#compiled = compile(configuration)
    return this.#compiled
  }

  /** Another process may have published, or a publication was rolled back: looked up again before the next use. */
  clear(): void {
    this.#inDoubt = true
  }
}
