/** The only place that builds things. Tests override the clock. */
import { existsSync } from 'node:fs'
import { Notary } from './actions/notary.js'
import { RulesInForce } from './actions/rules-in-force.js'
import type { Config } from './config.js'
import { completeSecrets, databasePath, readSecrets, type Secrets, writeSecrets } from './home.js'
import { newLedgerKey, readLedgerKeys } from './ledger-key.js'
import type { Log } from './log.js'
import { Committer } from './store/committer.js'
import { type Connection, openForReading, openForWriting } from './store/database.js'
import { LedgerView } from './store/ledger-view.js'
import { checkVersion, migrate, requireCurrent } from './store/migrate.js'
import { createStores, type Stores } from './store/stores.js'
import { needsItsSecret } from './store/vault.js'

export interface Context {
  readonly config: Config
  readonly log: Log
  readonly now: () => number
  /** Where the secrets shared with partners are. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stores: Stores
  readonly committer: Committer
  readonly rules: RulesInForce
  readonly notary: Notary
  /** A connection that can only read, for long reads beside the writer. */
  readonly reader: Connection
  readonly view: LedgerView
  /** The copy made before the database was brought up to date; null where it was. */
  readonly copyBefore: string | null
  secrets(): Secrets
  saveSecrets(secrets: Secrets): void
  close(): void
}

export interface Overrides {
  readonly now?: () => number
  readonly env?: Context['env']
}

/**
 * Opens the home for writing.
 * @param mayMigrate only the server may: a command that finds an older database says so.
 * @throws HomeError, MigrationRefused
 */
export function openContext(
  config: Config,
  log: Log,
  mayMigrate: boolean,
  { now = Date.now, env = process.env }: Overrides = {},
): Context {
  const path = databasePath(config.home)
  refuseForeign(path)
  const connection = openForWriting(path)
  let copyBefore: string | null = null
  if (mayMigrate) {
    copyBefore = migrate(connection)
  } else {
    try {
      requireCurrent(connection)
    } catch (error) {
      connection.close()
      throw error
    }
  }
  let secrets = completeSecrets(config.home, readSecrets(config.home), needsItsSecret(connection))
  const stores = createStores(connection, secrets)
  const reader = openForReading(path)
  const rules = new RulesInForce(stores.configurations, () => stores.ledger.approvals())
  const key = { read: () => readLedgerKeys(config.home, env), renew: () => newLedgerKey(config.home, env) }
  return {
    config,
    log,
    now,
    env,
    stores,
    committer: new Committer(stores.writer),
    rules,
    notary: new Notary(stores, rules, key, now),
    reader,
    view: new LedgerView(reader),
    copyBefore,
    secrets: () => secrets,
    saveSecrets: (changed) => {
      writeSecrets(config.home, changed)
      secrets = changed
    },
    close: () => {
      reader.close()
      connection.close()
    },
  }
}

/** Before anything is changed in it: a file that is not ours stays as it is. */
function refuseForeign(path: string): void {
  if (!existsSync(path)) return
  const connection = openForReading(path)
  try {
    checkVersion(connection)
  } finally {
    connection.close()
  }
}
