/** What tests of the store share: databases in a temporary folder, and entries to put into them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Civil } from '../../sidecar/domain/civil.js'
import type { Entry, ProposedEntry } from '../../sidecar/domain/entry.js'
import { type Connection, openForWriting } from '../../sidecar/store/database.js'
import { migrate } from '../../sidecar/store/migrate.js'
import { createStores, type Stores } from '../../sidecar/store/stores.js'
import { NOW } from '../support.js'

export const utc = new Civil('UTC', 1, [])

/** Runs a test with a folder of its own. */
export function inFolder(test: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rocket-store-'))
    try {
      await test(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

export interface Opened {
  readonly connection: Connection
  readonly stores: Stores
}

/** A database that is up to date. `:memory:` is one of its own each time. */
export function open(path = ':memory:'): Opened {
  const connection = openForWriting(path)
  migrate(connection)
  return { connection, stores: createStores(connection, { eventKey: 'test', redemptionKey: 'test' }) }
}

const NOTHING = { subject: null, points: 0, held: 0, rule: null, expires: null, ref: null, record: {} }

export function entry(given: Partial<ProposedEntry> = {}): ProposedEntry {
  return { kind: given.subject ? 'grant' : 'administration', ...NOTHING, ...given }
}

/** Appends in a transaction of its own. */
export function append({ stores }: Opened, given: Partial<ProposedEntry> = {}, now = NOW, source = 'moodle'): Entry {
  return stores.writer.write(() => stores.ledger.append(entry(given), source, now, utc))
}

/** A learner who has points by an entry for each number. */
export function learnerWith(opened: Opened, user: string, ...points: number[]): string {
  const subject = opened.stores.writer.write(() => opened.stores.learners.enrol('moodle', user))
  for (const count of points) append(opened, { subject, points: count, record: { userId: user } })
  return subject
}
