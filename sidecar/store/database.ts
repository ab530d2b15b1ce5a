/** The one way to SQLite: opens the file, sets and asserts what durability needs, runs transactions. */
import { chmodSync } from 'node:fs'
import Sqlite from 'better-sqlite3'

export type Connection = Sqlite.Database

/** SQLite could not write (disk full, read-only, locked, broken): nothing of the transaction is done. */
export class StorageUnavailable extends Error {
  constructor(cause: unknown) {
    super(`the database could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

const BUSY_TIMEOUT = 5_000
const PRAGMAS = [
  `busy_timeout = ${BUSY_TIMEOUT}`,
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'recursive_triggers = ON',
  'secure_delete = ON',
  'trusted_schema = OFF',
  'temp_store = MEMORY',
  'cache_size = -65536',
  'wal_autocheckpoint = 4000',
  'journal_size_limit = 67108864',
]
/** What must read back after opening: better-sqlite3 would otherwise run WAL with synchronous=NORMAL. */
const ASSERTED: readonly [string, unknown][] = [
  ['synchronous', 2],
  ['foreign_keys', 1],
  ['recursive_triggers', 1],
  ['secure_delete', 1],
]

/** Opens a database for writing, creating the file (mode 0600) where there is none. `:memory:` is one for a moment. */
export function openForWriting(path: string): Connection {
  const connection = new Sqlite(path)
  if (path !== ':memory:') chmodSync(path, 0o600)
  for (const pragma of PRAGMAS) connection.pragma(pragma)
  const asserted = path === ':memory:' ? ASSERTED : [...ASSERTED, ['journal_mode', 'wal'] as const]
  for (const [pragma, expected] of asserted) {
    const actual = connection.pragma(pragma, { simple: true })
    if (actual !== expected) throw new Error(`SQLite keeps ${pragma} = ${actual}; Rocket needs ${expected}`)
  }
  return connection
}

/** Opens an existing database for reading alone. */
export function openForReading(path: string): Connection {
  const connection = new Sqlite(path, { readonly: true, fileMustExist: true })
  connection.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
  connection.pragma('cache_size = -65536')
  return connection
}

/** Something held in memory that mirrors the database. */
interface Cache {
  clear(): void
}

/**
 * Write transactions, immediate, so that what is read inside stays true until the commit. Caches are cleared when another
 * process has written, and whenever something is rolled back: memory never knows more than the disk.
 */
export class Writer {
  readonly #caches: Cache[] = []
  readonly #readVersion
  #dataVersion: unknown

  constructor(readonly connection: Connection) {
    this.#readVersion = connection.prepare<[], number>('PRAGMA data_version').pluck()
  }

  /** Registers memory that must not outlive a rollback or somebody else's write. */
  mirror<T extends Cache>(cache: T): T {
    this.#caches.push(cache)
    return cache
  }

  /** Runs reading work on what is on the disk now, all of it at one instant. */
  read<T>(work: () => T): T {
    const { connection } = this
    connection.exec('BEGIN')
    try {
      this.noticeOthers()
      return work()
    } finally {
      connection.exec('COMMIT')
    }
  }

  /** Runs one piece of work in a transaction of its own. What it throws is thrown on, and nothing is kept. */
  write<T>(work: () => T): T {
    const [result] = this.writeAll([work])
    if (result?.status === 'rejected') throw result.reason
    return result!.value
  }

  /**
   * Runs several pieces of work in one transaction; one that throws is undone alone. After it returns, what succeeded is
   * on the disk.
   * @throws StorageUnavailable where the transaction as a whole failed: then nothing of it is done.
   */
  writeAll<T>(works: readonly (() => T)[]): PromiseSettledResult<T>[] {
    const { connection } = this
    try {
      connection.exec('BEGIN IMMEDIATE')
      this.noticeOthers()
      // Savepoints make SQLite keep a second copy of every page it changes; work that is alone needs none.
      const results = works.length === 1 ? [this.#alone(works[0]!)] : works.map((work) => this.#inSavepoint(work))
      // What is alone and was rejected is rolled back already; anything else has to reach the disk, or to fail here.
      if (results.some(({ status }) => status === 'fulfilled') || connection.inTransaction) connection.exec('COMMIT')
      return results
    } catch (error) {
      this.clearMirrors()
      if (connection.inTransaction) connection.exec('ROLLBACK')
      throw new StorageUnavailable(error)
    }
  }

  #alone<T>(work: () => T): PromiseSettledResult<T> {
    try {
      return { status: 'fulfilled', value: work() }
    } catch (reason) {
      if (isStorageError(reason)) throw reason
      this.clearMirrors()
      this.connection.exec('ROLLBACK')
      return { status: 'rejected', reason }
    }
  }

  #inSavepoint<T>(work: () => T): PromiseSettledResult<T> {
    const { connection } = this
    connection.exec('SAVEPOINT work')
    try {
      const value = work()
      connection.exec('RELEASE work')
      return { status: 'fulfilled', value }
    } catch (reason) {
      this.clearMirrors()
      // A full disk or an I/O error has ended the whole transaction by itself: nothing is left to release.
      if (!connection.inTransaction || isStorageError(reason)) throw reason
      connection.exec('ROLLBACK TO work')
      connection.exec('RELEASE work')
      return { status: 'rejected', reason }
    }
  }

  /** Clears what is in memory where another process has written: every transaction does, and who only looks may. */
  noticeOthers(): void {
    const version = this.#readVersion.get()
    if (version !== this.#dataVersion) this.clearMirrors()
    this.#dataVersion = version
  }

  /** What is in memory is read anew: more was changed at once than mirrors can follow. */
  clearMirrors(): void {
    for (const cache of this.#caches) cache.clear()
  }

  /**
   * Leaves nothing of deleted rows in SQLite's log beside the file. Waits for nobody.
   * @returns false where somebody is reading: then a later time has to do.
   */
  emptyLog(): boolean {
    const { connection } = this
    connection.pragma('busy_timeout = 0')
    try {
      const [{ busy }] = connection.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }]
      return busy === 0
    } finally {
      connection.pragma(`busy_timeout = ${BUSY_TIMEOUT}`)
    }
  }
}

function isStorageError(error: unknown): boolean {
  return (
    error instanceof Sqlite.SqliteError &&
    /^SQLITE_(FULL|IOERR|READONLY|CORRUPT|NOTADB|NOMEM|CANTOPEN|BUSY|LOCKED|PROTOCOL)/.test(error.code)
  )
}
