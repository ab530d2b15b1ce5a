/** A whole Rocket in memory, gone when it is closed: for trying rules on activity by the real path. */
import type { CompiledRules } from '../domain/compile.js'
import type { Files } from '../store/configuration.js'
import { openForWriting } from '../store/database.js'
import { migrate } from '../store/migrate.js'
import { createStores, type Stores } from '../store/stores.js'
import { publish } from './publish.js'
import { RulesInForce } from './rules-in-force.js'

export interface Sandbox {
  readonly stores: Stores
  readonly rules: CompiledRules
  close(): void
}

/** @throws ConfigurationRefused where the files hold mistakes. */
export function openSandbox(files: Files): Sandbox {
  const connection = openForWriting(':memory:')
  try {
    migrate(connection)
    const stores = createStores(connection, { eventKey: 'sandbox', redemptionKey: 'sandbox' })
    stores.writer.write(() => publish(stores, files, { actor: 'sandbox', reason: 'try', now: 0 }))
    return { stores, rules: new RulesInForce(stores.configurations).current(), close: () => connection.close() }
  } catch (error) {
    connection.close()
    throw error
  }
}
