/** Numbered, forward-only migrations, each in one transaction, its checksum kept; a copy of the file is made before. */
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootOf } from '../domain/tree.js'
import { type Connection, openForWriting } from './database.js'

/** `RCKT` as a number: what SQLite files of ours carry. */
const APPLICATION_ID = 0x52434b54
const FOLDER = join(import.meta.dirname, 'migrations')

/** The file is not ours, is newer than this program, or its history differs. The message says what to do. */
export class MigrationRefused extends Error {}

interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

export function migrations(folder = FOLDER): Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name), 'utf8')
      return { number: Number(name.slice(0, 4)), name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}

/**
 * Refuses a database this program must not touch.
 * @returns the number of the last migration it has, 0 for an empty file.
 * @throws MigrationRefused
 */
export function checkVersion(connection: Connection, known: readonly Migration[] = migrations()): number {
  const tables = connection.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get()
  if (tables === 0) return 0
  const id = connection.pragma('application_id', { simple: true })
  if (id !== APPLICATION_ID) {
    throw new MigrationRefused('This SQLite file is not a Rocket database. Point ROCKET_HOME at another folder.')
  }
  const version = connection.pragma('user_version', { simple: true }) as number
  const last = known.at(-1)?.number ?? 0
  if (version > last) {
    throw new MigrationRefused(
      `This database was written by a newer Rocket (schema ${version}; this program knows ${last}). ` +
        'Install that version again, or restore the backup made before the upgrade.',
    )
  }
  const applied = connection.prepare('SELECT number, checksum FROM migration ORDER BY number').all() as Migration[]
  for (const { number, checksum } of applied) {
    if (known.find((migration) => migration.number === number)?.checksum !== checksum) {
      throw new MigrationRefused(
        `Migration ${number} of this database is not the one this program has. Reinstall the released version of Rocket.`,
      )
    }
  }
  return version
}

/** @throws MigrationRefused where the database is not ours, or not the one that this program makes. */
export function requireCurrent(connection: Connection): void {
  const known = migrations()
  if (checkVersion(connection, known) === known.at(-1)?.number) return
  throw new MigrationRefused('This database is from an earlier version: start the server once to bring it up to date.')
}

/**
 * Brings a database up to date. Before the first change to one that holds something, a copy is put beside it.
 * @returns where the copy is, or null where none was needed.
 */
export function migrate(connection: Connection, folder = FOLDER): string | null {
  const known = migrations(folder)
  const version = checkVersion(connection, known)
  const pending = known.filter((migration) => migration.number > version)
  const copy = version > 0 && pending.length > 0 && !connection.memory ? copyBeside(connection, version) : null
  if (pending.length > 0) defineRoot(connection)
  for (const migration of pending) {
    connection.exec('BEGIN IMMEDIATE')
    try {
      connection.exec(
        'CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT',
      )
      connection.exec(migration.sql)
      connection
        .prepare('INSERT INTO migration (number, name, checksum) VALUES (?, ?, ?)')
        .run(migration.number, migration.name, migration.checksum)
      connection.pragma(`user_version = ${migration.number}`)
      connection.pragma(`application_id = ${APPLICATION_ID}`)
      connection.exec('COMMIT')
    } catch (error) {
      connection.exec('ROLLBACK')
      throw error
    }
  }
  return copy
}

/** What migration 4 computes the tree with: the hashes of a group, in their order, as texts or bytes. */
function defineRoot(connection: Connection): void {
  connection.aggregate('rfc6962_root', {
    start: (): Buffer[] => [],
    step: (leaves: Buffer[], hash: string | Buffer) => {
      leaves.push(typeof hash === 'string' ? Buffer.from(hash, 'hex') : hash)
    },
    result: rootOf,
    deterministic: true,
  })
}

function copyBeside(connection: Connection, version: number): string {
  for (let attempt = 1; ; attempt++) {
    const copy = `${connection.name}.before-schema-${version + 1}${attempt > 1 ? `-${attempt}` : ''}`
    if (existsSync(copy)) continue
    connection.prepare('VACUUM INTO ?').run(copy)
    chmodSync(copy, 0o600)
    return copy
  }
}

/**
 * Tables and views that are not what the migrations make, by name; those that are gone among them. Triggers and indexes are
 * left out: who owns the file can drop them and put them back, and nothing that is kept depends on them.
 */
export function changedSchema(connection: Connection): string[] {
  const fresh = openForWriting(':memory:')
  migrate(fresh)
  const [expected, actual] = [schemaOf(fresh), schemaOf(connection)]
  fresh.close()
  const names = new Set([...expected.keys(), ...actual.keys()])
  return [...names].filter((name) => expected.get(name) !== actual.get(name)).sort()
}

const schemaOf = (connection: Connection): Map<string, string> =>
  new Map(
    connection
      .prepare<[], [string, string]>(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'",
      )
      .raw()
      .all(),
  )
