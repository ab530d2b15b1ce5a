/** Copies of the database: made beside whoever writes, each one file. */
import { closeSync, openSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { Head } from '../domain/entry.js'
import { verifierOf } from '../domain/note.js'
import type { KeyDetail } from '../domain/signing.js'
import { readHead } from './audit.js'
import { type Connection, openForReading } from './database.js'
import { checkVersion } from './migrate.js'

/** Pages in one step: a terminal hears of progress, and a signal gets through. */
const STEP = 2_000

/**
 * Copies a database as it is at one instant. Its readers and writers go on: a read transaction holds that instant, without
 * which SQLite would begin anew with every commit, and never end beside a busy server.
 * @param target a path where nothing is; only its owner can read what comes there.
 * @param onProgress is told how many of how many pages are copied.
 */
export async function copyDatabase(
  path: string,
  target: string,
  onProgress?: (done: number, of: number) => void,
): Promise<void> {
  closeSync(openSync(target, 'wx', 0o600))
  const source = openForReading(path)
  try {
    source.exec('BEGIN')
    checkVersion(source)
    await source.backup(target, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress?.(totalPages - remainingPages, totalPages)
        return STEP
      },
    })
  } finally {
    source.close()
  }
  intoOneFile(target)
}

/**
 * Moves everything that lies in SQLite's log beside a database into its file, and does without a log from here on.
 * @returns false where somebody else has the database open. @throws where it is none, or broken.
 */
export function intoOneFile(path: string): boolean {
  const connection = new Sqlite(path, { fileMustExist: true, timeout: 0 })
  try {
    return connection.pragma('journal_mode = DELETE', { simple: true }) === 'delete'
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false
    throw error
  } finally {
    connection.close()
  }
}

/** Why a file is no database that this program can use, in words; null: it is one. Whether it is whole, verifying it says. */
export function faultOf(path: string): string | null {
  const found = look(path, (connection) => (checkVersion(connection) === 0 ? 'it holds nothing' : null))
  return found instanceof Error ? found.message : found
}

/** What SQLite says of a file in which it cannot read on; null: it is another error. */
export const damageIn = (error: unknown): string | null =>
  error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_CORRUPT') ? error.message : null

/** What a database that goes out of use still tells. */
export interface Former {
  readonly head: Head
  /** Subjects of learners who were erased. */
  readonly erased: readonly string[]
}

/** Null: there is no database, or none that can be read. */
export function readFormer(path: string): Former | null {
  const found = look(path, (connection) => {
    const version = checkVersion(connection)
    if (version === 0) return null
    const erased = version < 3 ? [] : connection.prepare<[], string>('SELECT subject FROM erased').pluck().all()
    return { head: readHead(connection), erased }
  })
  return found instanceof Error ? null : found
}

/**
 * The keys that came into use after an entry, oldest first; none where the database has not this entry, or cannot be read, or
 * says of one what no ledger does.
 */
export function keysSince(path: string, { seq, hash }: Head): readonly KeyDetail[] {
  const found = look(path, (connection) => {
    const its = connection.prepare<[number], string>('SELECT hash FROM entry WHERE seq = ?').pluck().get(seq)
    const keys = its === hash ? keysAfter(connection, seq) : []
    return keys.every(({ origin, vkey }) => verifierOf(vkey).name === origin) ? keys : []
  })
  return found instanceof Error ? [] : found
}

/** The names under which a ledger was ever signed. */
export function namesIn(path: string): ReadonlySet<string> {
  const found = look(path, (connection) => keysAfter(connection, 0))
  if (found instanceof Error) throw found
  return new Set(found.map(({ origin }) => origin))
}

const keysAfter = (connection: Connection, seq: number): KeyDetail[] =>
  connection
    .prepare<[number], string>(
      `SELECT data FROM private_record WHERE seq > ? AND seq IN
         (SELECT seq FROM entry WHERE kind = 'key' AND subject IS NULL) ORDER BY seq`,
    )
    .pluck()
    .all(seq)
    .map((data) => JSON.parse(data).detail)

function look<T>(path: string, work: (connection: Connection) => T): T | Error {
  try {
    const connection = openForReading(path)
    try {
      return work(connection)
    } finally {
      connection.close()
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
